"""The steps from the cost of one plan to that of another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from optimizer.answers.comparison import Difference, WaterfallStep
from optimizer.export import formatting
from optimizer.export.charts.base import (
    Chart,
    Layer,
    Room,
    Row,
    amount,
    axis_format,
    data,
    finished,
    nothing,
    one_line,
)
from optimizer.export.charts.theme import DASH, INK, LIGHT, MIDDLE, QUIET, SMALL, hatch

TITLE = "From one cost to the other"
WHOLE, MORE, LESS = "cost of a plan", "costs more", "costs less"
KINDS = [WHOLE, MORE, LESS]
ENDS = ("baseline", "other")
BAR = 0.32
"""Half the width of a bar, as a share of the room of a step."""


def waterfall_chart(difference: Difference, currency: str, *, baseline: str = "baseline") -> Chart:
    """Return the steps from the baseline's cost to this plan's.

    Parameters
    ----------
    currency
        Of both plans.
    baseline
        Name of the baseline.
    """
    steps = difference.waterfall
    if not steps:
        return nothing(TITLE, "One of the two is no plan and has no cost.")
    names = {"baseline": one_line(baseline), "other": one_line(difference.name)}
    order = [names.get(step.step, step.step) for step in steps]
    title = f"From {names['baseline']} to {names['other']}: what changes in cost"
    rows = list(_rows(steps, order, currency))
    chart = alt.layer(_links(steps), *_bars(rows, order, currency)).properties(width=520, height=280)
    each = "; ".join(f"{row['name']} {row['shown']}" for row in rows)
    return finished(
        chart,
        title,
        "Bars in between are changes; each begins where the one before ended.",
        f"Waterfall of cost: {each}.",
        currency=currency,
        room=Room(420, 640),
    )


def _rows(steps: Sequence[WaterfallStep], order: Sequence[str], currency: str) -> Iterator[Row]:
    for place, (step, name) in enumerate(zip(steps, order, strict=True)):
        whole = step.step in ENDS
        change, after = amount(step.change), amount(step.after)
        yield {
            "name": name,
            "left": place - BAR,
            "right": place + BAR,
            "middle": place,
            "from": 0 if whole else after - change,
            "to": after,
            "top": max(after, 0 if whole else after - change),
            "kind": WHOLE if whole else LESS if change < 0 else MORE,
            "shown": formatting.money(step.after, currency) if whole else formatting.change(step.change, currency),
        }


def _bars(rows: Sequence[Row], order: Sequence[str], currency: str) -> Iterator[Layer]:
    levels = [row["top"] for row in rows]
    fills: list[Any] = [INK, LIGHT, alt.ExprRef(hatch(MIDDLE))]
    axis = alt.Axis(
        values=list(range(len(order))),
        labelExpr=f"{json.dumps(order)}[datum.value]",
        labelLimit=110,
        grid=False,
        ticks=False,
    )
    x = alt.X("left:Q", title=None, axis=axis, scale=alt.Scale(domain=[-0.5, len(order) - 0.5], nice=False))
    y = alt.Y("from:Q", title=f"cost ({currency})", axis=alt.Axis(format=axis_format(levels)))
    base = alt.Chart(data(rows))
    yield base.mark_rect(stroke=INK, strokeWidth=0.8).encode(
        x=x,
        x2="right:Q",
        y=y,
        y2="to:Q",
        fill=alt.Fill("kind:N", scale=alt.Scale(domain=KINDS, range=fills), sort=KINDS),
        tooltip=[alt.Tooltip("name:N", title="step"), alt.Tooltip("shown:N", title="amount")],
    )
    yield base.mark_text(dy=-8, fontSize=SMALL + 1).encode(x="middle:Q", y="top:Q", text="shown:N")


def _links(steps: Sequence[WaterfallStep]) -> Layer:
    """Return the lines that carry a level from one bar to the next."""
    rows = [
        {"left": place + BAR, "right": place + 1 - BAR, "level": amount(step.after)}
        for place, (step, _) in enumerate(pairwise(steps))
    ]
    line = alt.Chart(data(rows)).mark_rule(stroke=QUIET, strokeDash=DASH)
    return line.encode(x="left:Q", x2="right:Q", y="level:Q")
