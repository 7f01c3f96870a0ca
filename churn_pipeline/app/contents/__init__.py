"""What the pages show, worked out from answers of the API by plain functions."""
