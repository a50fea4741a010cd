"""Charts of plans and answers, as Vega-Lite specifications; they show fields of the documents and compute nothing.

Whatever differs in colour differs in shape, dash, hatch or label as well.
"""
