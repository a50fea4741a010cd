"""A plan and the answers around it as one HTML file that needs nothing but a browser."""
