"""Charts in the report: the specification as data, title and reading aid as text of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optimizer.export.charts.base import Chart


@dataclass(frozen=True)
class Figure:
    """A chart in the page; `alternative` describes it in words."""

    name: str
    title: str
    note: str
    alternative: str
    spec: dict[str, Any]


def figure(name: str, chart: Chart) -> Figure:
    """Return a chart as a figure; its title becomes text of the page, where it can wrap."""
    spec = chart.to_dict()
    title = spec.pop("title")
    return Figure(name, title["text"], " ".join(title.get("subtitle", [])), spec["description"], spec)
