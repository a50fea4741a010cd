"""Words and numbers of the report."""

from __future__ import annotations

import math
from collections.abc import Sequence

NONE = "–"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first column stands left, the others right."""
    if not rows:
        return "No runs."
    lines = [_row(headers), _row(["---", *["---:"] * (len(headers) - 1)])]
    return "\n".join([*lines, *map(_row, rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def seconds(value: float | None, limit: float) -> str:
    """Return a time, or that it was not reached within the limit.

    Examples
    --------
    >>> seconds(3.21, 15), seconds(math.inf, 15), seconds(None, 15)
    ('3.2', '>15', '–')
    """
    if value is None:
        return NONE
    if math.isinf(value):
        return f">{limit:g}"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"


def share(value: float | None, digits: int = 2) -> str:
    """Return a share as a percentage, rounded away from zero gap so that nothing small is called nothing.

    Examples
    --------
    >>> share(0.00012), share(0.0), share(0.000001), share(None)
    ('0.02%', '0', '0.01%', '–')
    """
    if value is None:
        return NONE
    if value == 0:
        return "0"
    unit = 10.0 ** -(digits + 2)
    return f"{math.ceil(value / unit - 1e-9) * unit:.{digits}%}"


def pounds(minor: float | None) -> str:
    """Return an amount in pounds.

    Examples
    --------
    >>> pounds(318085), pounds(None)
    ('3,180.85', '–')
    """
    return NONE if minor is None else f"{minor / 100:,.2f}"


def ratio(value: float | None, digits: int = 4) -> str:
    """Return a ratio.

    Examples
    --------
    >>> ratio(1.0212), ratio(None), ratio(12.3, 1)
    ('1.0212', '–', '12.3')
    """
    return NONE if value is None else f"{value:.{digits}f}"


def number(value: float | None) -> str:
    """Return a number without decimals it does not have.

    Examples
    --------
    >>> number(4), number(4.5), number(None)
    ('4', '4.5', '–')
    """
    return NONE if value is None else f"{value:g}"
