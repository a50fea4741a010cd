"""What a plan means: diagnosis of limits, scoring of hand-made plans."""
