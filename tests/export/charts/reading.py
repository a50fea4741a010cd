"""Charts read back: their rows of data and their subtitles."""

from __future__ import annotations

from typing import Any

from optimizer.export.charts.base import Chart

Rows = list[dict[str, Any]]


def rows(chart: Chart) -> Rows:
    """Return all data of a chart."""
    spec = chart.to_dict()
    data: Rows = []

    def collect(part: Any) -> None:
        if isinstance(part, dict):
            data.extend(part["data"].get("values", []) if isinstance(part.get("data"), dict) else [])
            for item in part.values():
                collect(item)
        if isinstance(part, list):
            for item in part:
                collect(item)

    collect({key: part for key, part in spec.items() if key != "datasets"})
    return data + [row for values in spec.get("datasets", {}).values() for row in values]


def of(data: Rows, **fields: Any) -> Rows:
    """Return the rows that have these values in these fields."""
    return [row for row in data if all(row.get(name) == value for name, value in fields.items())]


def subtitle(chart: Chart) -> str:
    """Return the subtitle of a chart on one line."""
    return " ".join(chart.to_dict()["title"]["subtitle"])
