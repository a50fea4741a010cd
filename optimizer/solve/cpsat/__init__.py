"""CP-SAT: one call, the loop of no-good cuts around it, and the cuts."""
