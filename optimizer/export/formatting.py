"""Texts for people: amounts, probabilities, dates, and the cells of a table by the kind of their column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from optimizer import wording
from optimizer.export.tables import Column, Judged, Plain, Value
from optimizer.plan import Window

NOTHING = "–"
FEW_DAYS = 4


def money(amount: str | None, currency: str) -> str:
    """Return a decimal string with its currency and thousands separators; a dash where there is none.

    Examples
    --------
    >>> money("4211.35", "GBP"), money("1200", "JPY"), money("1200.50", "CHF"), money(None, "GBP")
    ('£4,211.35', '¥1,200', 'CHF 1,200.50', '–')
    """
    if amount is None:
        return NOTHING
    return wording.money(amount, currency)


def symbol(currency: str) -> str:
    """Return the prefix of an amount: the currency sign, or the code and a blank.

    Examples
    --------
    >>> symbol("GBP"), symbol("CHF")
    ('£', 'CHF ')
    """
    return wording.symbol(currency)


def probability(fraction: float | None) -> str:
    """Return a probability in per cent, rounded down to a tenth so that it never looks better than it is.

    Examples
    --------
    >>> probability(0.9012), probability(0.89996), probability(0.9), probability(1.0), probability(None)
    ('90.1%', '89.9%', '90%', '100%', '–')
    """
    return NOTHING if fraction is None else wording.chance(fraction)


def probability_and_goal(reached: float, asked_for: float) -> str:
    """Return a probability beside the one asked for.

    Examples
    --------
    >>> probability_and_goal(0.9012, 0.9)
    '90.1% (90% asked for)'
    """
    return f"{probability(reached)} ({probability(asked_for)} asked for)"


def gap(fraction: float) -> str:
    """Return a gap in per cent, rounded up to two leading digits so that it never looks smaller than it is.

    Examples
    --------
    >>> gap(0.0003), gap(0.01234), gap(0.286), gap(0.0)
    ('0.03%', '1.3%', '29%', '0%')
    """
    if fraction <= 0:
        return "0%"
    percent = fraction * 100
    step = 10.0 ** (math.floor(math.log10(percent)) - 1)
    return f"{math.ceil(percent / step * (1 - 1e-9)) * step:.6g}%"


def proven_gap(fraction: float | None, *, verified: bool) -> float | None:
    """Return the gap of a plan where it says something; of a plan that breaks rules nothing is proven.

    Examples
    --------
    >>> proven_gap(0.01, verified=True), proven_gap(1.0, verified=True), proven_gap(0.01, verified=False)
    (0.01, None, None)
    """
    return fraction if verified and fraction is not None and fraction < 1 else None


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: ``20,000 campaigns``."""
    return wording.counted(number, one, many)


def change(amount: str | None, currency: str) -> str:
    """Return a difference of amounts with its sign; a dash where there is none.

    Examples
    --------
    >>> change("1334.60", "GBP"), change("-0.05", "GBP"), change("0.00", "GBP"), change(None, "GBP")
    ('+£1,334.60', '−£0.05', '£0.00', '–')
    """
    if amount is None:
        return NOTHING
    sign = "−" if amount.startswith("-") else "+" if amount.strip("0.") else ""
    return sign + money(amount.removeprefix("-"), currency)


def balance(amount: str | None, currency: str) -> str:
    """Return what is left of an amount, with a sign where it is overspent; a dash where there is none.

    Examples
    --------
    >>> balance("56.45", "GBP"), balance("-0.05", "GBP"), balance(None, "GBP")
    ('£56.45', '−£0.05', '–')
    """
    overspent = amount is not None and amount.startswith("-")
    return change(amount, currency) if overspent else money(amount, currency)


def signed(number: float | None, digits: int = 0) -> str:
    """Return a difference of numbers with its sign; a dash where there is none.

    Examples
    --------
    >>> signed(18), signed(-30), signed(8.53, 1), signed(-0.04, 1), signed(None)
    ('+18', '−30', '+8.5', '0.0', '–')
    """
    if number is None:
        return NOTHING
    text = f"{abs(number):,.{digits}f}"
    if not text.strip("0."):
        return text
    return ("−" if number < 0 else "+") + text


def listed(items: Sequence[str], most: int) -> str:
    """Return the first items and how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2), listed(["a", "b"], 2)
    ('a, b … and 1 more', 'a, b')
    """
    left = len(items) - most
    return ", ".join(items[:most]) + (f" … and {left:,} more" if left > 0 else "")


def day(moment: date, *, year: bool = False) -> str:
    """Return a day with its weekday.

    Examples
    --------
    >>> day(date(2027, 4, 5)), day(date(2027, 4, 5), year=True)
    ('Mon 5 Apr', 'Mon 5 Apr 2027')
    """
    return f"{moment:%a} {moment.day} {moment:%b}" + (f" {moment.year}" if year else "")


def window(span: Window | None, between: str = " ", *, year: bool = False) -> str:
    """Return the first and last day of a window; `between` follows the dash, the year the last day.

    Examples
    --------
    >>> window(Window(start=date(2027, 4, 5), end=date(2027, 4, 18)))
    'Mon 5 Apr – Sun 18 Apr'
    """
    return NOTHING if span is None else f"{day(span.start)} –{between}{day(span.end, year=year)}"


def month(name: str) -> str:
    """Return a month ``YYYY-MM`` by its name.

    Examples
    --------
    >>> month("2027-03")
    'Mar 2027'
    """
    return f"{date.fromisoformat(name + '-01'):%b %Y}"


def ship_days(shipped: Sequence[date]) -> str:
    """Return the days parcels leave with how many, or first and last day where there are more than `FEW_DAYS`.

    Examples
    --------
    >>> ship_days([date(2027, 3, 31), date(2027, 3, 30), date(2027, 3, 30)])
    'Tue 30 Mar (2), Wed 31 Mar (1)'
    >>> ship_days([date(2027, 3, number) for number in (1, 2, 3, 4, 5)])
    'Mon 1 Mar – Fri 5 Mar, on 5 days'
    """
    days = [(moment, len(list(parcels))) for moment, parcels in groupby(sorted(shipped))]
    if len(days) > FEW_DAYS:
        return f"{day(days[0][0])} – {day(days[-1][0])}, on {len(days)} days"
    return ", ".join(f"{day(moment)} ({parcels})" for moment, parcels in days)


def plain(value: Value) -> Plain:
    """Return the value of a cell without its judgement."""
    return value.value if isinstance(value, Judged) else value


def amount(text: str | None) -> Decimal | None:
    """Return an amount of a plan or answer as the value of a cell of money."""
    return None if text is None else Decimal(text)


def shown(value: Value, column: Column, currency: str, *, years: bool = False) -> str:
    """Return the text of a cell for people; a dash where there is nothing, whatever the kind.

    Parameters
    ----------
    currency
        Of all amounts of the table.
    years
        Whether days are shown with their year.

    Examples
    --------
    >>> shown(Decimal("28.50"), Column("cost", "Cost", "money"), "GBP"), shown(None, Column("gap", "Gap", "gap"), "GBP")
    ('£28.50', '–')
    """
    value = plain(value)
    if value is None:
        return NOTHING
    if isinstance(value, Decimal):
        show = change if column.kind == "change" else money
        return show(f"{value:f}", currency)
    if isinstance(value, date):
        return day(value, year=years)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return month(value) if column.kind == "month" else value
    return _number(value, column)


def _number(value: float, column: Column) -> str:
    if column.kind == "probability":
        return probability(value)
    if column.kind == "gap":
        return gap(value)
    return f"{value:,}" if column.kind == "count" else f"{value:.{column.digits}f}"
