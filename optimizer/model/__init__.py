"""The CP-SAT model: variables and one function per business rule."""
