"""A scenario as a workbook: its sheets, how a cell stands for a field, and the way there and back."""
