"""Signs and codes that people write beside amounts."""

from __future__ import annotations

import re
from functools import cache

from optimizer.money import minor_digits

_SIGNS = {
    "£": ("GBP",),
    "€": ("EUR",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP"),
    "US$": ("USD",),
    "C$": ("CAD",),
    "CA$": ("CAD",),
    "A$": ("AUD",),
    "AU$": ("AUD",),
    "NZ$": ("NZD",),
    "S$": ("SGD",),
    "HK$": ("HKD",),
    "MX$": ("MXN",),
    "NT$": ("TWD",),
    "R$": ("BRL",),
    "¥": ("JPY", "CNY"),
    "￥": ("JPY", "CNY"),
    "円": ("JPY",),
    "元": ("CNY",),
    "RMB": ("CNY",),
    "KR": ("SEK", "NOK", "DKK", "ISK"),
    "ZŁ": ("PLN",),
    "KČ": ("CZK",),
    "FT": ("HUF",),
    "FR": ("CHF",),
    "SFR": ("CHF",),
    "₹": ("INR",),
    "RS": ("INR", "PKR", "LKR"),
    "₺": ("TRY",),
    "TL": ("TRY",),
    "₩": ("KRW",),
    "₪": ("ILS",),
    "₴": ("UAH",),
    "₽": ("RUB",),
    "฿": ("THB",),
    "₫": ("VND",),
    "₱": ("PHP",),
    "R": ("ZAR",),
    "ЛВ": ("BGN",),
    "LEI": ("RON",),
    "EURO": ("EUR",),
    "EUROS": ("EUR",),
    "POUND": ("GBP",),
    "POUNDS": ("GBP",),
    "DOLLAR": ("USD",),
    "DOLLARS": ("USD",),
    "STG": ("GBP",),
}
"""Capital signs and words, with the currencies that use them."""


@cache
def marks_of(currency: str) -> frozenset[str]:
    """Return what may stand beside an amount of this currency, in capitals.

    Examples
    --------
    >>> sorted(marks_of("GBP"))
    ['GBP', 'POUND', 'POUNDS', 'STG', '£']
    """
    return frozenset({currency, *(sign for sign, users in _SIGNS.items() if currency in users)})


def is_money(text: str) -> bool:
    """Return whether a text is the sign or code of any currency."""
    bare = text.strip().upper().rstrip(".")
    return bare in _SIGNS or (len(bare) == 3 and minor_digits(bare) is not None)


def named_in(header: str) -> list[str]:
    """Return the signs and codes of currencies in a column's name.

    Examples
    --------
    >>> named_in("Agreed Fee (GBP)"), named_in("Rate in €"), named_in("All fees")
    (['GBP'], ['€'], [])
    """
    bare = re.findall(r"\b[A-Z]{3}\b|[A-Z]{0,2}[$]|[£€¥￥₹₺₩₪₴₽฿₫₱]|\b(?:[Ee]uros?|[Pp]ounds|[Dd]ollars)\b", header)
    return [mark for mark in bare if is_money(mark)]
