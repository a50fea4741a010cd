"""What a limit costs: which limits to loosen, by how much, and what the loosened scenarios show together."""
