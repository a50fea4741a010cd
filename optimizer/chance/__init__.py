"""The chance constraint: the exact tail, and certified linear thresholds for it."""
