"""How reports look: charts, the HTML page, the PDF."""
