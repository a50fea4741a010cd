"""Spend by month: product, shipping and fees, and the month's budget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import altair as alt

from optimizer.answers.cash import CashMonth, CashView
from optimizer.export import formatting
from optimizer.export.charts.base import Chart, Layer, Room, Row, amount, axis_format, data, finished, nothing
from optimizer.export.charts.theme import CHARACTER, DASH, INK, LIGHT, MIDDLE, PAPER, WIDTH, hatch
from optimizer.money import decimals, from_minor, to_minor
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario

PARTS = ("product", "shipping", "fees")
TITLE = "When the money goes"
CAP = "budget"
NARROWEST, WIDEST = 46, 130
"""Least and greatest width of a month (pixels)."""


def cash_chart(view: CashView) -> Chart:
    """Return the months of a cash view as stacked bars."""
    return months_chart(view.months, view.scenario.currency)


def months_of(plan: Plan, scenario: Scenario) -> list[CashMonth]:
    """Return the months of a plan with their budgets, for use without a cash view."""
    digits = decimals(scenario.currency)
    caps = {month: from_minor(to_minor(cap, digits), digits) for month, cap in (scenario.budget.monthly or {}).items()}
    return [CashMonth(**line.model_dump(exclude={"cap"}), cap=caps.get(line.month)) for line in plan.cash]


def months_chart(months: Sequence[CashMonth], currency: str) -> Chart:
    """Return months as stacked bars of product, shipping and fees, each with its budget if it has one."""
    if not months:
        return nothing(TITLE, "No money is spent.")
    every = list(_every_month(min(item.month for item in months), max(item.month for item in months)))
    width = max(240, min(WIDTH, WIDEST * len(every)))
    axis = alt.Axis(labelExpr=_labels(months, every, currency, width), labelAngle=0, labelOverlap="greedy", ticks=False)
    x = alt.X("month:O", title=None, scale=alt.Scale(domain=every, paddingInner=0.2, paddingOuter=0.1), axis=axis)
    layers: list[Layer] = [_bars(months, currency, x)]
    if any(item.cap is not None for item in months):
        layers += _caps(months, currency)
    chart = alt.layer(*layers).properties(width=width, height=280)
    room = Room(max(340, min(WIDTH, NARROWEST * len(every))), max(300, WIDEST * len(every)))
    return finished(chart, TITLE, _subtitle(months), _description(months, currency), currency=currency, room=room)


def _bars(months: Sequence[CashMonth], currency: str, x: alt.X) -> Layer:
    heights = [amount(text) for item in months for text in (item.total, item.cap) if text is not None]
    fills: list[Any] = [INK, alt.ExprRef(hatch(MIDDLE)), LIGHT]
    return (
        alt.Chart(data(_parts(months, currency)))
        .mark_bar(stroke=INK, strokeWidth=0.7)
        .encode(
            x=x,
            y=alt.Y("amount:Q", title=f"spent in the month ({currency})", axis=alt.Axis(format=axis_format(heights))),
            fill=alt.Fill("part:N", scale=alt.Scale(domain=PARTS, range=fills), sort=PARTS),
            order="order:O",
            tooltip=[alt.Tooltip("name:N", title="month"), "part:N", alt.Tooltip("shown:N", title="amount")],
        )
    )


def _caps(months: Sequence[CashMonth], currency: str) -> list[Layer]:
    """Return the dashed lines of the budgets, on a light line so that they show on dark bars too."""
    rows = [
        {
            "month": item.month,
            "name": formatting.month(item.month),
            "limit": amount(item.cap),
            "kind": CAP,
            "shown": formatting.money(item.cap, currency),
        }
        for item in months
        if item.cap is not None
    ]
    line = alt.Chart(data(rows)).encode(
        x=alt.X("month:O", bandPosition=0), x2=alt.X2("month", bandPosition=1), y="limit:Q"
    )
    tips = [alt.Tooltip("name:N", title="month"), alt.Tooltip("shown:N", title="budget")]
    dash = alt.StrokeDash("kind:N", scale=alt.Scale(domain=[CAP], range=[DASH]))
    return [
        line.mark_rule(stroke=PAPER, strokeWidth=5),
        line.mark_rule(stroke=INK, strokeWidth=2).encode(strokeDash=dash, tooltip=tips),
    ]


def _parts(months: Sequence[CashMonth], currency: str) -> Iterator[Row]:
    for item in months:
        for order, part in enumerate(PARTS):
            spent: str = getattr(item, part)
            yield {
                "month": item.month,
                "name": formatting.month(item.month),
                "part": part,
                "order": order,
                "amount": amount(spent),
                "shown": formatting.money(spent, currency),
            }


def _every_month(first: str, last: str) -> Iterator[str]:
    year, month = map(int, first.split("-"))
    while (name := f"{year}-{month:02}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _labels(months: Sequence[CashMonth], every: Sequence[str], currency: str, width: int) -> str:
    """Return a Vega expression for the label below a bar: the month, with the year where one begins, and the sum."""
    sums = {item.month: formatting.money(item.total, currency) for item in months}
    fits = max(map(len, sums.values())) * CHARACTER <= width / len(every)
    labels = {}
    for name in every:
        turns = name == every[0] or name.endswith("-01")
        label = formatting.month(name) if turns else f"{date.fromisoformat(name + '-01'):%b}"
        labels[name] = [label, sums.get(name, formatting.NOTHING)] if fits else [label]
    return f"{json.dumps(labels)}[datum.value]"


def _subtitle(months: Sequence[CashMonth]) -> str:
    text = "Product and shipping in the month parcels leave, fees in the month a window ends."
    return text + (" Dashed: the month's budget." if any(item.cap is not None for item in months) else "")


def _description(months: Sequence[CashMonth], currency: str) -> str:
    spent = "; ".join(f"{formatting.month(item.month)} {formatting.money(item.total, currency)}" for item in months)
    return f"Bars of money spent by month: {spent}."
