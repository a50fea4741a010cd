"""Certified lower bounds on cost and upper bounds on value."""
