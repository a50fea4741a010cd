"""groundswell: plans that make a community talk, with a proof of how good they are."""

__version__ = "0.1.0"
