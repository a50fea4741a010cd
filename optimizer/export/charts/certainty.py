"""The price of certainty: cost by confidence, one small chart per activation."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt

from optimizer.answers.certainty import CertaintyCurve, CertaintyPoint, PriceOfCertainty
from optimizer.export import formatting
from optimizer.export.charts.base import (
    CELLS,
    Chart,
    Layer,
    Row,
    amount,
    axis_format,
    columns,
    data,
    finished,
    nothing,
    one_line,
)
from optimizer.export.charts.theme import CELL_HEIGHT, CELL_WIDTH, INK, LIGHT, MIDDLE, PAPER, SMALL

TITLE = "What certainty costs"
ASKED, OTHER = "confidence asked for", "other confidences"
NEVER, OPEN = "impossible", "no plan in the time given"
LOOKS = {OTHER: ("circle", PAPER), ASKED: ("diamond", MIDDLE), NEVER: ("cross", LIGHT), OPEN: ("triangle-down", LIGHT)}
"""Shape and fill of each kind of mark."""


def certainty_chart(price: PriceOfCertainty) -> Chart:
    """Return the cost by confidence of each activation, in the scenario's order."""
    curves = price.activations
    if not curves:
        return nothing(TITLE, "There is no activation.")
    currency = price.scenario.currency
    costs = [amount(point.cost) for curve in curves for point in curve.points if point.cost is not None]
    heads = [_head(curve) for curve in curves]
    chart = _cell(price, costs).facet(
        facet=alt.Facet(
            "head:N", sort=heads, header=alt.Header(labelExpr="split(datum.value, '\\n')", labelPadding=14)
        ),
        columns=columns(len(curves)),
        data=data(row for curve in curves for row in _rows(curve, currency)),
    )
    return finished(
        chart.resolve_axis(x="independent"),
        TITLE,
        _subtitle(price),
        _description(price),
        currency=currency,
        room=CELLS,
    )


def _cell(price: PriceOfCertainty, costs: list[float]) -> Layer:
    kinds = [kind for kind in LOOKS if any(_kind(c, point) == kind for c in price.activations for point in c.points)]
    shapes, fills = ([LOOKS[kind][part] for kind in kinds] for part in (0, 1))
    axis = alt.Axis(labelOverlap="greedy", labelAngle=0, grid=False)
    order = [formatting.probability(confidence) for confidence in price.confidences]
    base = alt.Chart().encode(
        x=alt.X("confidence:O", title="confidence", axis=axis, scale=alt.Scale(domain=order, type="point")),
        y=alt.Y(
            "cost:Q",
            title=f"cost ({price.scenario.currency})",
            axis=alt.Axis(format=axis_format(costs), tickCount=4),
            scale=alt.Scale(domain=[0, max(costs, default=1) * 1.12], nice=False),
        ),
    )
    possible = base.transform_filter("datum.possible")
    line = possible.mark_line(stroke=INK, strokeWidth=2)
    open_gap = possible.mark_rule(stroke=INK, strokeWidth=1.5).encode(y2="bound:Q")
    marks = base.mark_point(size=70, strokeWidth=2, opacity=1, stroke=INK).encode(
        shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=shapes), sort=kinds),
        fill=alt.Fill("kind:N", scale=alt.Scale(domain=kinds, range=fills), sort=kinds),
        tooltip=[
            "activation:N",
            "confidence:N",
            alt.Tooltip("shown:N", title="cost of the cheapest plan"),
            alt.Tooltip("people:N", title="creators"),
            alt.Tooltip("gap:N", title="gap"),
        ],
    )
    label = possible.transform_filter(f"datum.kind === '{ASKED}'").mark_text(dy=13, fontSize=SMALL, baseline="top")
    return alt.layer(line, open_gap, marks, label.encode(text="shown:N")).properties(
        width=CELL_WIDTH, height=CELL_HEIGHT + 20
    )


def _head(curve: CertaintyCurve) -> str:
    return f"{one_line(curve.activation)}\n{formatting.count(curve.min_posts, 'post')} needed"


def _rows(curve: CertaintyCurve, currency: str) -> Iterator[Row]:
    for point in curve.points:
        yield {
            "head": _head(curve),
            "activation": one_line(curve.activation),
            "confidence": formatting.probability(point.confidence),
            "cost": 0 if point.cost is None else amount(point.cost),
            "bound": None if point.cost_bound is None else amount(point.cost_bound),
            "shown": formatting.money(point.cost, currency),
            "people": f"{formatting.count(point.gifts, 'gift')}, {point.paid:,} paid",
            "gap": formatting.NOTHING if point.gap is None else formatting.gap(point.gap),
            "kind": _kind(curve, point),
            "possible": point.cost is not None,
        }


def _kind(curve: CertaintyCurve, point: CertaintyPoint) -> str:
    if point.cost is None:
        return NEVER if point.status == "infeasible" else OPEN
    return ASKED if point.confidence == curve.confidence else OTHER


def _subtitle(price: PriceOfCertainty) -> str:
    currency = price.scenario.currency
    sums = ", ".join(
        f"{formatting.money(total, currency)} at {formatting.probability(confidence)}"
        for confidence, total in zip(price.confidences, price.totals, strict=True)
        if total is not None
    )
    text = "Each activation planned alone, total and monthly budgets aside; bars under a mark: how low cost may yet go."
    return text + (f" All of them: {sums}." if sums else "")


def _description(price: PriceOfCertainty) -> str:
    currency = price.scenario.currency
    each = "; ".join(
        f"{one_line(curve.activation)}: "
        + ", ".join(
            f"{formatting.probability(point.confidence)} {formatting.money(point.cost, currency)}"
            for point in curve.points
        )
        for curve in price.activations
    )
    return f"Lines of cost by confidence. {each}."
