"""The answers besides a plan: budget frontier, price of certainty, cost of limits, comparison, cash view. Data only.

Each is a document like the plan: amounts are decimal strings with all decimals of the currency, and every total equals
the sum of its lines. Pages, charts and exports show these fields and recompute nothing.
"""
