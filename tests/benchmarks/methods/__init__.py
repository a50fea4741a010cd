"""The methods compared, each a module whose docstring says how it was set up and why."""
