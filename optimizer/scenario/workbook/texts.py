"""Texts in cells: what a cell cannot say exactly stands as a JSON string, in double quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from optimizer.scenario.csv_injection import original
from optimizer.tables.grid import ERRORS, UNCALCULATED, Value, shown
from optimizer.tables.numbers import CellError
from optimizer.tables.words import CLEARED

_ODD = re.compile("[\r\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
"""What the XML of a workbook cannot hold, or spells in another way."""
MARKS = (CLEARED, UNCALCULATED, *ERRORS)
"""Texts that mean something else where they stand alone."""
_PART = re.compile(r'\s*("(?:[^"\\]|\\.)*"(?=\s*(?:[;|\n]|$))|[^;|\n]*)\s*(?:[;|\n]|$)')


def text_written(text: str) -> str:
    """Return a text as a cell holds it: itself, or as a JSON string where the cell would be read otherwise.

    Examples
    --------
    >>> text_written("Trail running"), text_written(" a "), text_written('"a"'), text_written("")
    ('Trail running', '" a "', '"\\\\"a\\\\""', '""')
    """
    if text and text not in MARKS and not _ODD.search(text) and text_read(text) == text:
        return text
    return json.dumps(text, ensure_ascii=bool(_ODD.search(text))).replace("_x", "\\u005fx")


def text_read(cell: Value) -> str:
    """Return the text of a cell; a number as the spreadsheet shows it.

    Examples
    --------
    >>> text_read(" Trail running "), text_read('" a "'), text_read(7.0), text_read("'@ana")
    ('Trail running', ' a ', '7', '@ana')
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        made = "a date or time" if hasattr(cell, "isoformat") else "true or false"
        remedy = "Format the cell as text and write it anew."
        raise CellError(f"this should be text; the spreadsheet has made it {made}", remedy)
    if not isinstance(cell, str):
        return shown(cell)
    text = cell.strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        try:
            quoted = json.loads(text)
        except ValueError:
            quoted = None
        return quoted if isinstance(quoted, str) else text
    return original(text)


def choice(text: str, choices: tuple[str, ...]) -> str:
    """Return the choice that a text names, the text itself where it names none.

    Examples
    --------
    >>> choice("Monday", ("mon", "tue")), choice("Min cost", ("min_cost",)), choice("monkey?", ("mon",))
    ('mon', 'min_cost', 'monkey?')
    """
    bare = re.sub(r"[\s-]+", "_", text.casefold())
    if bare in choices:
        return bare
    meant = [each for each in choices if re.fullmatch(rf"{each}[a-z]*day|{each}\.?", bare)]
    return meant[0] if len(meant) == 1 else text


def parts_written(texts: list[str]) -> str:
    """Return several texts as one cell holds them, separated by semicolons.

    Examples
    --------
    >>> parts_written(["ferns", "a;b"])
    'ferns; "a;b"'
    """
    return "; ".join(
        json.dumps(text, ensure_ascii=False) if re.search('[;|\n"]', text) else text_written(text) for text in texts
    )


def parts_read(text: str) -> Iterator[str]:
    """Yield the texts of a cell, without empty ones.

    Examples
    --------
    >>> list(parts_read('ferns; "a;b" | c\\nd;'))
    ['ferns', 'a;b', 'c', 'd']
    """
    end = 0
    while end < len(text):
        match = _PART.match(text, end)
        if match is None or match.end() == end:
            return
        end = match.end()
        if match[1].strip():
            yield text_read(match[1])
