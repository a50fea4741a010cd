"""A plan as an Excel workbook."""
