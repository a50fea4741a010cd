"""The distribution of posts of each activation, and the probability of enough of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import altair as alt

from optimizer.export import formatting
from optimizer.export.charts.base import (
    CELLS,
    Chart,
    Layer,
    Row,
    activation_name,
    columns,
    community_names,
    data,
    finished,
    nothing,
    one_line,
)
from optimizer.export.charts.theme import CELL_HEIGHT, CELL_WIDTH, DASH, INK, MIDDLE, PAPER, SMALL
from optimizer.plan import ActivationResult, Plan
from optimizer.scenario.models import Scenario

TITLE = "How many posts to expect inside each window"
ENOUGH, SHORT = "enough posts", "too few"
NEGLIGIBLE = 0.001
"""Counts less likely than this at either end are not drawn."""
HALF = 0.42
"""Half the width of a bar (posts)."""


def posts_chart(plan: Plan, scenario: Scenario) -> Chart:
    """Return the distribution of posts of each activation with a window, in the scenario's order."""
    planned = [result for result in plan.activations if result.window is not None]
    if not planned:
        return nothing(TITLE, "No activation has a window in this plan.")
    names = community_names(scenario)
    heads = [_head(result, names) for result in planned]
    cell = _cell().properties(width=CELL_WIDTH, height=CELL_HEIGHT)
    header = alt.Header(labelExpr="split(datum.value, '\\n')", labelPadding=15)
    chart = cell.facet(
        facet=alt.Facet("head:N", sort=heads, header=header),
        columns=columns(len(planned)),
        data=data(row for result in planned for row in _rows(result, names)),
    ).resolve_axis(x="independent")
    return finished(chart, TITLE, _subtitle(plan, planned), _description(heads), room=CELLS)


def _cell() -> Layer:
    kinds = alt.Scale(domain=[ENOUGH, SHORT], range=[INK, PAPER])
    axis = alt.Axis(tickMinStep=1, format="d", grid=False, tickCount=6)
    base = alt.Chart()
    bars = base.mark_rect(stroke=INK, strokeWidth=1).encode(
        x=alt.X("from:Q", title="posts", axis=axis, scale=alt.Scale(zero=False, nice=False)),
        x2="until:Q",
        y=alt.Y("chance:Q", title="chance", axis=alt.Axis(format="%", tickCount=4)),
        y2=alt.datum(0),
        fill=alt.Fill("kind:N", scale=kinds, sort=[ENOUGH, SHORT]),
        tooltip=["activation:N", "posts:Q", alt.Tooltip("chance:Q", format=".1%")],
    )
    target = base.encode(x="min(target):Q")
    line = target.mark_rule(stroke=MIDDLE, strokeWidth=2, strokeDash=DASH)
    label = target.mark_text(align="left", baseline="bottom", dx=2, fontSize=SMALL).encode(
        y=alt.value(-2), text="min(needed):N"
    )
    return alt.layer(bars, line, label)


def _head(result: ActivationResult, names: Mapping[str, str]) -> str:
    reached = f"{'' if result.secured else 'only '}{formatting.probability(result.probability)}"
    asked = formatting.probability(result.confidence)
    return f"{activation_name(result, names)}\n{reached} for {result.min_posts}+ ({asked} asked for)"


def _rows(result: ActivationResult, names: Mapping[str, str]) -> Iterator[Row]:
    likely = [count for count, probability in enumerate(result.post_distribution) if probability >= NEGLIGIBLE]
    for count in range(min([*likely, result.min_posts - 1]), max([*likely, result.min_posts]) + 1):
        probabilities = result.post_distribution
        yield {
            "head": _head(result, names),
            "activation": one_line(result.activation),
            "posts": count,
            "from": count - HALF,
            "until": count + HALF,
            "chance": probabilities[count] if count < len(probabilities) else 0.0,
            "kind": ENOUGH if count >= result.min_posts else SHORT,
            "target": result.min_posts - 0.5,
            "needed": f"{result.min_posts} needed",
        }


def _subtitle(plan: Plan, planned: Sequence[ActivationResult]) -> str:
    missing = len(plan.activations) - len(planned)
    text = "Filled bars right of the dashed line add up to the chance of enough posts."
    left = f" Without a window, and left out: {formatting.count(missing, 'activation')}." if missing else ""
    return f"{text} Counts less likely than {NEGLIGIBLE:.1%} at either end are not drawn.{left}"


def _description(heads: Sequence[str]) -> str:
    each = "; ".join(head.replace("\n", ": ") for head in heads)
    return f"Bars of the chance of each number of posts, by activation. {each}."
