"""The budget frontier: the value each budget buys, and the proven bound on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import altair as alt

from optimizer.answers.frontier import Frontier, FrontierPoint
from optimizer.export import formatting
from optimizer.export.charts.base import Chart, Layer, Row, amount, axis_format, data, finished, nothing, one_line
from optimizer.export.charts.theme import DASH, INK, LIGHT, MIDDLE, PAPER, SMALL, WIDTH

TITLE = "What each budget buys"
REACHED, BOUND = "value of the best plan", "proven: no plan has more"
FIELD = "what"
FEW = 10
"""Up to this value every whole number is marked on the axis."""
NAMED = 2
"""At most this many of the activations that a budget gains are named beside its mark."""
BELOW: dict[str, Any] = {"align": "left", "baseline": "top", "dx": 6, "dy": 19}
ABOVE: dict[str, Any] = {"align": "right", "baseline": "bottom", "dx": -6, "dy": -4}
"""Where these names stand beside their mark."""
PLAIN = [1, 0]
"""Dash pattern of a solid line."""


def frontier_chart(answer: Frontier, names: Mapping[str, str] | None = None) -> Chart:
    """Return value by budget: the steps of the plans, below the steps of the proven bound.

    Parameters
    ----------
    names
        Of activations, for people; one that has none goes by its id.

    Notes
    -----
    Between two budgets the best value is at least that of the smaller one, whose plan is still affordable, and at most
    the bound of the larger one. Below the least budget of the smaller one's next step it does not rise. The area
    between value and bound is shaded.
    """
    points = answer.points
    if not points:
        return nothing(TITLE, "No budget was tried.")
    currency = answer.scenario.currency
    lines = _lines(points, currency, answer.most_value)
    chart = alt.layer(_unknown(points, lines), *_steps(points, lines), *_marks(points, currency, lines, names or {}))
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
    # On a short axis Vega would repeat whole numbers.
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


def _reached(points: Sequence[FrontierPoint]) -> list[tuple[float, int]]:
    """Return budgets and the value a plan reaches at each: the budgets tried, and the next step of each."""
    values = {amount(point.budget): point.value for point in points if point.value is not None}
    last = amount(points[-1].budget)
    for step in (point.next_step for point in points if point.next_step is not None):
        if amount(step.budget) < last:
            values[amount(step.budget)] = max(step.value, values.get(amount(step.budget), 0))
    ordered = sorted(values)
    return list(zip(ordered, accumulate((values[budget] for budget in ordered), max), strict=True))


def _proven(points: Sequence[FrontierPoint]) -> list[tuple[float, int]]:
    """Return budgets and the value that no plan up to each exceeds: those tried, and the least of each next step."""
    bounds = {amount(point.budget): point.value_bound for point in points if point.value_bound is not None}
    last = amount(points[-1].budget)
    for point in points:
        least = point.next_step.at_least if point.next_step is not None else None
        if least is not None and point.value is not None and amount(least) < last:
            bounds[amount(least)] = min(point.value, bounds.get(amount(least), point.value))
    return sorted(bounds.items())


def _unknown(points: Sequence[FrontierPoint], lines: Layer) -> Layer:
    """Return the area between the value reached and its proven bound."""
    reached, proven = _reached(points), _proven(points)
    rows = []
    for low, high in pairwise(sorted({budget for budget, _ in [*reached, *proven]})):
        value = max((value for budget, value in reached if budget <= low), default=0)
        bound = min((bound for budget, bound in proven if budget >= high), default=value)
        if bound > value:
            rows.append({"budget": low, "until": high, "value": value, "bound": bound})
    area = lines.mark_rect(fill=LIGHT, opacity=0.45)
    return area.encode(x2="until:Q", y2="bound:Q").properties(data=data(rows))


def _steps(points: Sequence[FrontierPoint], lines: Layer) -> Iterator[Layer]:
    """Yield both lines; a value holds to the right of its point, a bound to the left."""
    kinds = [REACHED, BOUND]
    looks = {
        "stroke": alt.Stroke(f"{FIELD}:N", scale=alt.Scale(domain=kinds, range=[INK, MIDDLE]), sort=kinds),
        "strokeDash": alt.StrokeDash(f"{FIELD}:N", scale=alt.Scale(domain=kinds, range=[PLAIN, DASH]), sort=kinds),
    }
    reached = [{"budget": budget, "value": value, FIELD: REACHED} for budget, value in _reached(points)]
    bound = [{"budget": budget, "value": value, FIELD: BOUND} for budget, value in _proven(points)]
    yield lines.mark_line(interpolate="step-after", strokeWidth=2.5).encode(**looks).properties(data=data(reached))
    yield lines.mark_line(interpolate="step-before", strokeWidth=2).encode(**looks).properties(data=data(bound))


def _marks(points: Sequence[FrontierPoint], currency: str, lines: Layer, names: Mapping[str, str]) -> Iterator[Layer]:
    """Yield a mark for each plan, with how many activations it secures where that changes, and which are new."""
    rows = list(_rows(points, currency, names))
    tips = [
        alt.Tooltip("shown:N", title="budget"),
        alt.Tooltip("value:Q", title="value"),
        alt.Tooltip("bound:Q", title="at most"),
        alt.Tooltip("secured:Q", title="activations secured"),
        alt.Tooltip("cost:N", title="cost of the cheapest plan"),
        alt.Tooltip("gap:N", title="gap"),
    ]
    mark = lines.mark_point(fill=PAPER, stroke=INK, strokeWidth=2, size=60, opacity=1)
    yield mark.encode(tooltip=tips).properties(data=data(rows))
    named = [row for row in rows if row["label"]]
    label = lines.mark_text(align="left", baseline="top", dx=6, dy=6, fontSize=SMALL)
    yield label.encode(text="label:N").properties(data=data(named))
    middle = (rows[0]["budget"] + rows[-1]["budget"]) / 2 if rows else 0
    # To the left of the later points, where a name would leave the chart, and above the line that comes from there.
    for place, chosen in (
        (BELOW, [row for row in named if row["budget"] <= middle]),
        (ABOVE, [row for row in named if row["budget"] > middle]),
    ):
        gained = lines.mark_text(fontSize=SMALL, fontStyle="italic", **place)
        yield gained.encode(text="gained:N").properties(data=data(chosen))


def _rows(points: Sequence[FrontierPoint], currency: str, names: Mapping[str, str]) -> Iterator[Row]:
    before = -1
    had: list[str] = []
    for point in points:
        if point.value is None:
            continue
        secured = len(point.secured)
        gained = [one_line(names.get(item, item)) for item in point.secured if item not in had]
        had = point.secured
        yield {
            "budget": amount(point.budget),
            "shown": formatting.money(point.budget, currency),
            "value": point.value,
            "bound": point.value_bound,
            "secured": secured,
            "cost": formatting.money(point.cost, currency),
            "gap": formatting.NOTHING if point.gap is None else formatting.gap(point.gap),
            "label": f"{secured} secured" if secured not in {before, 0} else "",
            "gained": f"+ {formatting.listed(gained, NAMED)}" if gained else "",
        }
        before = secured


def _subtitle(answer: Frontier) -> str:
    gaps = [point.value_gap for point in answer.points if point.value_gap is not None]
    if len(gaps) < len(answer.points):
        proven = "Some budgets have no plan or no proof yet."
    elif max(gaps) > 0:
        proven = f"The value at the budgets tried is at most {formatting.gap(max(gaps))} below the best there can be."
    else:
        proven = "The value at every budget tried is proven to be the most there is."
    between = " Elsewhere the best value lies on the line, or in the shade where there is some."
    return f"{proven}{between} All activations are worth {answer.most_value:,}."


def _description(answer: Frontier) -> str:
    currency = answer.scenario.currency
    each = "; ".join(
        f"{formatting.money(point.budget, currency)} buys {formatting.NOTHING if point.value is None else point.value}"
        for point in answer.points
    )
    return f"Steps of value by total budget: {each}."
