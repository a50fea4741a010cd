"""Long comparisons of the solver with what is certainly true, run by range of seeds and resumed where they ended."""
