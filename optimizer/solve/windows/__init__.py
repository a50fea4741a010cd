"""One candidate window: who could be in it, a bound for every cell, and a team at once."""
