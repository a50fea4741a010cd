"""CP-SAT: one call, the loop of dominance cuts around it, and the cuts."""
