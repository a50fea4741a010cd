"""What all charts look like: a palette that survives a grey printer, the sizes, and the hatch."""

from __future__ import annotations

INK = "#1b3a57"
"""Dark blue, L* 24: lines, text, and what matters most."""
MIDDLE = "#c8641e"
"""Orange, L* 54."""
LIGHT = "#f0cf8e"
"""Sand, L* 85."""
PALETTE = (INK, MIDDLE, LIGHT)
"""Fills of parts that lie beside each other; each differs from the next by 30 in L*, so that no hue is needed."""
PAPER = "#ffffff"
QUIET = "#536372"
"""Grey of axes and side notes, readable on paper."""
PALE = "#dfe6ec"
"""Areas behind marks, and grid lines."""
FONT = "sans-serif"
"""The one family that is there wherever the charts are drawn."""
DASH = [5, 4]

WIDTH = 720
"""Of a single chart (pixels)."""
CELL_WIDTH, CELL_HEIGHT = 200, 105
"""Of each of several small charts (pixels)."""
SMALL = 11
"""Size of labels beside marks (pixels)."""
CHARACTER = 6.1
"""Width of a figure of that size (pixels)."""

_STRIPES = 8


def hatch(colour: str) -> str:
    """Return a Vega expression of a fill with upright stripes, `_STRIPES` to the width of the mark.

    Vega has no patterns; a gradient with hard stops is one, on screen as well as in files.
    """
    stops = []
    for stripe in range(_STRIPES):
        begin, middle, end = (f"{(stripe + part) / _STRIPES:.4f}" for part in (0, 0.5, 1))
        for place, shade in ((begin, colour), (middle, colour), (middle, PAPER), (end, PAPER)):
            stops.append(f"{{offset: {place}, color: '{shade}'}}")
    return f"{{gradient: 'linear', x1: 0, y1: 0, x2: 1, y2: 0, stops: [{', '.join(stops)}]}}"
