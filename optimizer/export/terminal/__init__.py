"""Pages and live lines for a terminal, readable from 80 columns on and without colour."""
