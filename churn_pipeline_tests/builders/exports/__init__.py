"""Files as shop systems export them, made up from one simulated history: the headers are the systems' own,
the people and goods are not."""
