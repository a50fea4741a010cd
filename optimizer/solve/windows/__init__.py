"""One candidate window: its candidates, a bound for every cell, and a greedy team."""
