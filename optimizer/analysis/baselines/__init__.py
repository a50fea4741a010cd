"""Plans by simple rules, to compare a plan with: what planners do today, and what a good rule of thumb would do."""
