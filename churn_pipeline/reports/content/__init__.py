"""What reports say, without how it looks: one content for the page and the PDF."""
