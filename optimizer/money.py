"""Money as integers of the currency's minor unit, and exact decimals as fractions.

Amounts enter as decimal strings or JSON numbers, are integers everywhere inside, and leave as decimal strings.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from iso4217 import Currency

LARGEST_MINOR = 10**12
"""No single amount may exceed this many minor units, so that sums of them stay far inside 64 bits."""


def minor_digits(currency: str) -> int | None:
    """Return the number of decimals of an ISO 4217 currency, or None when the code names no money.

    Examples
    --------
    >>> minor_digits("GBP"), minor_digits("JPY"), minor_digits("XYZ"), minor_digits("XAU")
    (2, 0, None, None)
    """
    try:
        return Currency(currency).exponent
    except ValueError:
        return None


def decimals(currency: str) -> int:
    """Return the number of decimals of the currency of a scenario or plan; 0 for a code that names no money.

    Examples
    --------
    >>> decimals("GBP"), decimals("JPY"), decimals("XAU")
    (2, 0, 0)
    """
    return minor_digits(currency) or 0


def to_minor(amount: Decimal, digits: int) -> int:
    """Return `amount` in minor units; raise ValueError where it is finer than the minor unit.

    Examples
    --------
    >>> to_minor(Decimal("28.5"), 2)
    2850
    """
    scaled = amount.scaleb(digits)
    whole = int(scaled)
    if scaled != whole:
        raise ValueError(f"{amount} is finer than the currency's minor unit")
    return whole


def from_minor(minor: int, digits: int) -> str:
    """Return minor units as a decimal string with all its decimals.

    Examples
    --------
    >>> from_minor(2850, 2), from_minor(-5, 2), from_minor(7, 0)
    ('28.50', '-0.05', '7')
    """
    sign = "-" if minor < 0 else ""
    if digits == 0:
        return f"{sign}{abs(minor)}"
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"


def exact(number: float | int | str | Decimal) -> Fraction:
    """Return the decimal a person wrote as a fraction: 0.2 is 1/5, not the nearest binary float.

    Shares, slacks and transit probabilities that decide a rule by comparison go through this, so that no
    comparison depends on binary rounding.

    Examples
    --------
    >>> exact(0.2)
    Fraction(1, 5)
    """
    return Fraction(repr(number) if isinstance(number, float) else str(number))
