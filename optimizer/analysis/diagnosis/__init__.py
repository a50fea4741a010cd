"""The diagnosis in parts: questions put to the solver, the limits there are, the least change that helps."""
