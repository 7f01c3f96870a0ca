"""The customer explorer: a list by filters or audience, one customer in full, suppositions."""
