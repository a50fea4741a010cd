"""Data validation: drop-downs for what has few values, and what a spreadsheet can check of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_range_abs

from optimizer.scenario.workbook.cells import NO, YES
from optimizer.scenario.workbook.columns import Column
from optimizer.scenario.workbook.filling import Area
from optimizer.scenario.workbook.wording import REFERENCES

SPARE_ROWS = 500
"""Rows below the last one of a table in which drop-downs work as well."""
_OPERATORS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_MOST_LISTED = 250
"""Most characters of a list that stands in the check itself."""


def sources_of(areas: Sequence[Area]) -> dict[tuple[str, str], str]:
    """Return the ranges that references are chosen from, by list and field."""
    found = {}
    for area in areas:
        for position, head in enumerate(area.heads):
            if head.column.path == ("id",) and head.group.path:
                cells = xl_range_abs(area.top, position, area.bottom - 1 + SPARE_ROWS, position)
                found[head.group.path[-1], "id"] = f"='{area.block.sheet}'!{cells}"
    return found


def check_of(column: Column, record: str, sources: Mapping[tuple[str, str], str]) -> dict[str, Any] | None:
    """Return the data validation of a column, None where a spreadsheet has nothing to check.

    Parameters
    ----------
    column, record
        The column, and the name of the list it is of.
    sources
        Ranges by the list and field that references name.
    """
    reference = REFERENCES.get(".".join((record, *column.path)))
    if reference is not None:
        # One of several may be chosen and others added; activations that repeat have further names.
        return {"validate": "list", "source": sources[reference], "show_error": False}
    if column.kind == "choice":
        return {"validate": "list", "source": list(column.choices), "error_message": "Choose from the list."}
    if column.kind == "flag":
        return {"validate": "list", "source": [YES, NO], "error_message": "yes or no."}
    if column.kind == "choices":
        usual = [*column.choices, "; ".join(column.choices), "none"]
        listed = len(",".join(usual)) <= _MOST_LISTED
        return {"validate": "list", "source": usual, "show_error": False} if listed else None
    return _measured(column)


def _measured(column: Column) -> dict[str, Any] | None:
    """Return what is checked of a day or number; a warning, as texts such as 12.5K are read as well."""
    if column.kind == "day":
        limits = {"criteria": ">=", "value": date(1900, 1, 1)}
        return {"validate": "date", "error_type": "warning", "error_message": "A calendar day, please.", **limits}
    if column.kind not in ("count", "number", "share", "money"):
        return None
    limits = dict(column.limits) or {"ge": 0}
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    between = {"criteria": "between", "minimum": low, "maximum": high}
    one_end = {"criteria": _OPERATORS[next(iter(limits))], "value": next(iter(limits.values()))}
    kind = "integer" if column.kind == "count" else "decimal"
    shown = f"{low:,} to {high:,}" if high is not None else f"{low:,} or more"
    what = "A whole number" if kind == "integer" else "A number"
    message = f"{what} of {shown}, please." if column.kind != "share" else f"{low:.0%} to {high:.0%}, please."
    return {
        "validate": kind,
        "error_type": "warning",
        "error_message": message,
        **(one_end if high is None or low is None else between),
    }
