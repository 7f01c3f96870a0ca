"""What all tables of the pages have in common."""

NOTHING = "\N{EN DASH}"
"""Stands where there is no value; a hyphen would be drawn as a list's bullet."""
