"""Texts in cells that a spreadsheet may open: none becomes a formula, and all can be read back.

A spreadsheet takes a CSV cell that begins with one of ``= + - @`` or their full-width forms, a tab or a line break for
a formula (CWE-1236; OWASP, *CSV Injection*). An apostrophe in front makes it text. Texts that begin with apostrophes
before such a character get one more, so that taking one away is the exact inverse.
"""

from __future__ import annotations

import re

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NEUTRALISED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def neutral(text: str) -> str:
    """Return a text as it may stand in a cell.

    Examples
    --------
    >>> neutral("=1+1"), neutral("@fellside_ana"), neutral("ana"), neutral("'=x"), neutral("'tis")
    ("'=1+1", "'@fellside_ana", 'ana', "''=x", "'tis")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def original(cell: str) -> str:
    """Return the text that `neutral` made a cell of; any other cell as it is.

    Examples
    --------
    >>> original("'=1+1"), original("''=x"), original("'tis"), original("=1+1")
    ('=1+1', "'=x", "'tis", '=1+1')
    """
    return cell[1:] if _NEUTRALISED.match(cell) else cell
