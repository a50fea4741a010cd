"""Plans: insert activations, follow a schedule, ruin and recreate, exact neighbourhoods."""
