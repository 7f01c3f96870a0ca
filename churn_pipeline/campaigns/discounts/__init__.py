"""What discounts did: handed to whom, at the price of which later orders, and how deep they had to be."""
