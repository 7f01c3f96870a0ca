"""A shop's customers: pages of them, filtered and sorted, and one of them in full."""
