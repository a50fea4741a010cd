"""Charts of plans and money answers, as Vega-Lite specifications; they show what the documents say and add nothing.

What colour tells apart, a shape, a dash, a hatch or a label tells apart as well.
"""
