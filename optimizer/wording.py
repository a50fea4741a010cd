"""Words for sentences: numbers with their nouns, amounts with their currency, fractions in per cent."""

from __future__ import annotations

import math

SHOWN_TOLERANCE = 1e-6
"""A probability this little below a step counts as on it, as when an activation is judged as secured."""
_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "gift"), counted(20000, "campaign"), counted(2, "community", "communities")
    ('1 gift', '20,000 campaigns', '2 communities')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def symbol(currency: str) -> str:
    """Return the prefix of an amount: the currency sign, or the code and a blank.

    Examples
    --------
    >>> symbol("GBP"), symbol("CHF")
    ('£', 'CHF ')
    """
    return _SYMBOLS.get(currency, currency + " ")


def money(amount: str, currency: str) -> str:
    """Return a decimal string with its currency and thousands separators.

    Examples
    --------
    >>> money("4211.35", "GBP"), money("1200", "JPY"), money("1200.50", "CHF")
    ('£4,211.35', '¥1,200', 'CHF 1,200.50')
    """
    whole, dot, rest = amount.partition(".")
    return f"{symbol(currency)}{int(whole):,}{dot}{rest}"


def chance(probability: float) -> str:
    """Return a probability in per cent, rounded down to a tenth so that it never looks better than it is.

    Examples
    --------
    >>> chance(0.9012), chance(0.89996), chance(0.9), chance(1.0)
    ('90.1%', '89.9%', '90%', '100%')
    """
    tenths = math.floor((probability + SHOWN_TOLERANCE) * 1000)
    return f"{tenths / 10:g}%"


def per_cent(fraction: float) -> str:
    """Return a fraction that somebody has chosen in per cent.

    Examples
    --------
    >>> per_cent(0.34), per_cent(0.07), per_cent(0.125)
    ('34%', '7%', '12.5%')
    """
    return f"{fraction * 100:g}%"
