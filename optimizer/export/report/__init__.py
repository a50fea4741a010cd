"""The report: a plan and other answers as one HTML file that needs only a browser."""
