"""Charts as pictures, rendered without a network."""

from __future__ import annotations

import re
from typing import Any

import vl_convert

from optimizer.export.charts.base import NO_XML, Chart

SCALE = 2
"""Pixels of a PNG per pixel of the chart; more than one keeps it sharp in print."""
VERSION = "6.4"
"""Vega-Lite, as in the specifications that are written."""


def png(chart: Chart) -> bytes:
    """Return the chart as a PNG."""
    drawn: bytes = vl_convert.vegalite_to_png(_drawable(chart.to_dict()), scale=SCALE, **_offline())
    return drawn


def svg(chart: Chart) -> str:
    """Return the chart as an SVG document; equal charts give equal text."""
    drawn: str = vl_convert.vegalite_to_svg(_drawable(chart.to_dict()), **_offline())
    return _numbered(drawn)


def _drawable(part: Any) -> Any:
    """Return a specification without the characters that XML cannot hold, as the renderer crashes on them."""
    if isinstance(part, str):
        return part.translate(NO_XML)
    if isinstance(part, dict):
        return {name: _drawable(value) for name, value in part.items()}
    return [_drawable(item) for item in part] if isinstance(part, list) else part


def _numbered(drawn: str) -> str:
    """Return an SVG whose gradients are numbered from 0; the renderer goes on counting from picture to picture."""
    numbers: dict[str, int] = {}

    def name(match: re.Match[str]) -> str:
        return f"{match[1]}gradient_{numbers.setdefault(match[2], len(numbers))}"

    return re.sub(r'( id="|="url\(#)gradient_(\d+)', name, drawn)


def _offline() -> dict[str, Any]:
    return {"vl_version": VERSION, "allowed_base_urls": []}
