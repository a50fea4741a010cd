"""The distribution of the number of secured activations that succeed."""

from __future__ import annotations

import altair as alt

from optimizer.export import formatting
from optimizer.export.charts.base import Chart, Room, data, finished, nothing
from optimizer.export.charts.theme import INK, LIGHT, SMALL, WIDTH
from optimizer.plan import Plan

TITLE = "How many secured activations succeed together"
NEGLIGIBLE = 0.001
"""Numbers less likely than this at the lower end are not drawn."""
ALL, SOME = "all of them", "some miss"


def together_chart(plan: Plan) -> Chart:
    """Return the probability of each number of secured activations that reach their posts."""
    probabilities = plan.totals.secured_distribution
    number = len(probabilities) - 1
    if number < 1:
        return nothing(TITLE, "No activation is secured in this plan.")
    first = next((count for count, probability in enumerate(probabilities) if probability >= NEGLIGIBLE), 0)
    rows = [
        {
            "count": count,
            "chance": probability,
            "shown": formatting.probability(probability) if probability >= NEGLIGIBLE else "< 0.1%",
            "kind": ALL if count == number else SOME,
        }
        for count, probability in enumerate(probabilities)
        if count >= first
    ]
    base = alt.Chart(data(rows)).encode(
        x=alt.X(
            "count:O", title=f"activations of {number} that reach their posts", axis=alt.Axis(labelAngle=0, ticks=False)
        ),
        y=alt.Y("chance:Q", title="chance", axis=alt.Axis(format="%", tickCount=5)),
        tooltip=["count:O", alt.Tooltip("shown:N", title="chance")],
    )
    fill = alt.Fill("kind:N", scale=alt.Scale(domain=[ALL, SOME], range=[INK, LIGHT]), sort=[ALL, SOME])
    bars = base.mark_bar(stroke=INK, strokeWidth=1).encode(fill=fill)
    width = min(WIDTH, max(260, 60 * len(rows)))
    layers = [bars]
    if width / len(rows) >= 36:
        layers.append(base.mark_text(dy=-7, fontSize=SMALL).encode(text="shown:N"))
    cut = f" Numbers below {first} are less likely than {NEGLIGIBLE:.1%} each." if first else ""
    everything = f"Chance that all {number} reach their posts: {formatting.probability(plan.totals.probability_all)}."
    return finished(
        alt.layer(*layers).properties(width=width, height=200),
        TITLE,
        everything + cut,
        f"Bars of chances. {everything}",
        room=Room(min(width, 480), max(width, 640)),
    )
