"""Cells of words: yes or no, and lists of names."""

from __future__ import annotations

import re

from optimizer.tables.grid import ERRORS, UNCALCULATED, Value, shown
from optimizer.tables.numbers import CellError

_YES = frozenset({"true", "yes", "y", "ja", "oui", "si", "sí", "sim", "wahr", "vrai", "vero", "x", "✓", "✔", "1"})
_NO = frozenset({"false", "no", "n", "nein", "non", "nee", "não", "falsch", "faux", "falso", "onwaar", "0"})
CLEARED = "-"
"""What a cell says to take away what the scenario has."""


def words(value: Value) -> str:
    """Return the text of a cell; raise `CellError` where the spreadsheet shows an error or has made a date of it.

    Examples
    --------
    >>> words(" two   words "), words(1001.0)
    ('two words', '1001')
    """
    if isinstance(value, str):
        if value.startswith("#"):
            check_calculated(value)
    elif hasattr(value, "isoformat"):
        remedy = "Format the column as text, and write the cell anew."
        raise CellError("the spreadsheet has made this a date", remedy)
    return shown(value)


def check_calculated(value: Value) -> None:
    """Raise `CellError` where a cell holds a formula that has failed or was never calculated."""
    if not isinstance(value, str) or not value.startswith("#"):
        return
    if value == UNCALCULATED:
        raise CellError(
            "the formula has no stored value", "Open the file in a spreadsheet and save it, or write the value."
        )
    if value.strip().upper() in ERRORS:
        raise CellError("the formula has failed", "Correct it, or write the value.")


def flag(value: Value) -> bool:
    """Return what a cell of yes or no says; raise `CellError` where it says neither.

    Examples
    --------
    >>> flag("Yes"), flag("nein"), flag(True), flag(0.0)
    (True, False, True, False)
    """
    text = words(value).casefold()
    if text not in _YES | _NO:
        raise CellError("should be yes or no", "Write yes or no.")
    return text in _YES


def items(value: Value, marks: str = ";|\n") -> list[str]:
    """Return the entries of a list in one cell.

    Examples
    --------
    >>> items("trail-running; sourdough"), items("a|b"), items(None)
    (['trail-running', 'sourdough'], ['a', 'b'], [])
    """
    text = value if isinstance(value, str) else words(value)
    return [" ".join(part.split()) for part in re.split(f"[{re.escape(marks)}]", text) if part.strip()]
