"""One solver call, bounds, polishing, and the search for a plan as a whole."""
