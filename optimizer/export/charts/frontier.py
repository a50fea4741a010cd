"""What every budget buys, and what none can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from optimizer.answers.frontier import Frontier, FrontierPoint
from optimizer.export import words
from optimizer.export.charts.base import Chart, Layer, Row, amount, axis_format, data, finished, nothing
from optimizer.export.charts.theme import DASH, INK, LIGHT, MIDDLE, PAPER, SMALL, WIDTH

TITLE = "What each budget buys"
FOUND, BOUND = "value of the best plan found", "proven: no plan has more"
FIELD = "what"
FEW = 10
"""Up to this value every whole number is marked on the axis."""
PLAIN = [1, 0]
"""The dash of an unbroken line."""


def frontier_chart(answer: Frontier) -> Chart:
    """Return value by budget: a step up at each budget found, under the steps that no plan can pass.

    Between two budgets the best value is at least that of the smaller one (the plan can still be had) and at most the
    bound of the larger one; the area between is shaded.
    """
    points = answer.points
    if not points:
        return nothing(TITLE, "No budget was tried.")
    currency = answer.scenario.currency
    lines = _lines(points, currency, answer.most_value)
    chart = alt.layer(_unknown(points, lines), *_steps(points, lines), *_marks(points, currency, lines))
    return finished(
        chart.properties(width=WIDTH, height=300),
        TITLE,
        _subtitle(answer),
        _description(answer),
        currency=currency,
    )


def _lines(points: Sequence[FrontierPoint], currency: str, most: int) -> Layer:
    budgets = [amount(point.budget) for point in points]
    margin = (budgets[-1] - budgets[0]) / 25 or budgets[0] / 10 or 1
    domain = [max(0, budgets[0] - margin), budgets[-1] + 2.5 * margin]
    # A short axis would have its whole numbers twice.
    steps: dict[str, Any] = {"values": list(range(most + 1))} if most <= FEW else {"tickMinStep": 1}
    return alt.Chart().encode(
        x=alt.X(
            "budget:Q",
            title=f"total budget ({currency})",
            scale=alt.Scale(domain=domain, nice=False),
            axis=alt.Axis(format=axis_format(budgets), grid=False, tickCount=8),
        ),
        y=alt.Y(
            "value:Q",
            title="total value of secured activations",
            axis=alt.Axis(format="d", **steps),
            scale=alt.Scale(domain=[0, most * 1.05], nice=False),
        ),
    )


def _unknown(points: Sequence[FrontierPoint], lines: Layer) -> Layer:
    """Return the area between what is found and what is proven impossible."""
    rows = [
        {
            "budget": amount(low.budget),
            "until": amount(high.budget),
            "value": 0 if low.value is None else low.value,
            "bound": high.value_bound,
        }
        for low, high in pairwise(points)
        if high.value_bound is not None
    ]
    area = lines.mark_rect(fill=LIGHT, opacity=0.45)
    return area.encode(x2="until:Q", y2="bound:Q").properties(data=data(rows))


def _steps(points: Sequence[FrontierPoint], lines: Layer) -> Iterator[Layer]:
    """Yield both lines; the found one holds to the right of a point, the proven one to the left of it."""
    kinds = [FOUND, BOUND]
    looks = {
        "stroke": alt.Stroke(f"{FIELD}:N", scale=alt.Scale(domain=kinds, range=[INK, MIDDLE]), sort=kinds),
        "strokeDash": alt.StrokeDash(f"{FIELD}:N", scale=alt.Scale(domain=kinds, range=[PLAIN, DASH]), sort=kinds),
    }
    found = [{"budget": amount(p.budget), "value": p.value, FIELD: FOUND} for p in points if p.value is not None]
    bound = [
        {"budget": amount(p.budget), "value": p.value_bound, FIELD: BOUND} for p in points if p.value_bound is not None
    ]
    yield lines.mark_line(interpolate="step-after", strokeWidth=2.5).encode(**looks).properties(data=data(found))
    yield lines.mark_line(interpolate="step-before", strokeWidth=2).encode(**looks).properties(data=data(bound))


def _marks(points: Sequence[FrontierPoint], currency: str, lines: Layer) -> Iterator[Layer]:
    """Yield a mark for each plan, and how many activations it secures where that changes."""
    rows = list(_rows(points, currency))
    tips = [
        alt.Tooltip("shown:N", title="budget"),
        alt.Tooltip("value:Q", title="value"),
        alt.Tooltip("bound:Q", title="at most"),
        alt.Tooltip("secured:Q", title="activations secured"),
        alt.Tooltip("cost:N", title="least cost found"),
        alt.Tooltip("gap:N", title="gap"),
    ]
    mark = lines.mark_point(fill=PAPER, stroke=INK, strokeWidth=2, size=60, opacity=1)
    yield mark.encode(tooltip=tips).properties(data=data(rows))
    label = lines.mark_text(align="left", baseline="top", dx=6, dy=6, fontSize=SMALL)
    yield label.encode(text="label:N").properties(data=data(row for row in rows if row["label"]))


def _rows(points: Sequence[FrontierPoint], currency: str) -> Iterator[Row]:
    before = -1
    for point in points:
        if point.value is None:
            continue
        secured = len(point.secured)
        yield {
            "budget": amount(point.budget),
            "shown": words.money(point.budget, currency),
            "value": point.value,
            "bound": point.value_bound,
            "secured": secured,
            "cost": words.money(point.cost, currency),
            "gap": words.NOTHING if point.gap is None else words.gap(point.gap),
            "label": f"{secured} secured" if secured not in {before, 0} else "",
        }
        before = secured


def _subtitle(answer: Frontier) -> str:
    gaps = [point.value_gap for point in answer.points if point.value_gap is not None]
    if len(gaps) < len(answer.points):
        proven = "Some budgets have no plan or no proof yet."
    elif max(gaps) > 0:
        proven = f"The value at the budgets tried is at most {words.gap(max(gaps))} below the best there can be."
    else:
        proven = "The value at every budget tried is proven to be the most there is."
    between = " Between two of them the best value lies in the shaded area." if len(answer.points) > 1 else ""
    return f"{proven}{between} All activations are worth {answer.most_value:,}."


def _description(answer: Frontier) -> str:
    currency = answer.scenario.currency
    each = "; ".join(
        f"{words.money(point.budget, currency)} buys {words.NOTHING if point.value is None else point.value}"
        for point in answer.points
    )
    return f"Steps of value by total budget: {each}."
