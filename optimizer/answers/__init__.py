"""What we answer beyond a plan: frontiers, prices of certainty and of limits, comparisons, cash. Data only.

Each is a document like the plan: amounts are decimal strings with all decimals of the currency, every total equals the
sum of its lines, and pages, charts and exports show these fields and recompute nothing.
"""
