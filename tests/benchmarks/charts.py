"""The charts of the report: one ink, told apart by shape, dash and label, so that they survive a grey printer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import altair as alt
import vl_convert

from optimizer.scenario.families.table import FAMILIES
from tests.benchmarks.figures import Group, Result, gap
from tests.benchmarks.methods.registry import METHODS
from tests.benchmarks.tables import GROWTH_GAP

Row = dict[str, Any]
INK, PALE = "#1b3a57", "#c9d3dc"
WIDTH = 460
PROVERS = ("ours", "plain", "oracle-counts", "oracle")
LEAST_GAP = 0.0001


def draw(found: Sequence[Group], folder: Path) -> list[Path]:
    """Write every chart there are figures for; return the files."""
    charts = {
        "value_that_holds.png": value_chart(found),
        "cost_of_plans_that_hold.png": cost_chart(found),
        "gap_over_time.png": gap_chart(found),
        "growth.png": growth_chart(found),
    }
    written = []
    for name, chart in charts.items():
        if chart is not None:
            path = folder / name
            path.write_bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=2))
            written.append(path)
    return written


def _usual(found: Sequence[Group]) -> list[Group]:
    return [group for group in found if group.scale == 1 and group.capacity_use is None]


def _titled(chart: Any, title: str, subtitle: str) -> Any:
    return chart.properties(title=alt.TitleParams(title, subtitle=subtitle, anchor="start", offset=12)).configure(
        background="white", font="sans-serif"
    )


def _data(rows: Sequence[Row]) -> Any:
    return alt.InlineData(values=list(rows))


def _by_family() -> Any:
    return alt.Row("family:N", title=None, sort=[f"family {name}" for name in FAMILIES])


def _order() -> list[str]:
    return [entry.title for entry in METHODS.values()]


def value_chart(found: Sequence[Group]) -> Any | None:
    """Return bars of the value that really holds, as a share of ours; None without figures."""
    ran = {result.method for group in found for result in group.results}
    rows = [
        {"family": f"family {group.name}", "method": entry.title, **_share(group.value_ratios(name))}
        for group in _usual(found)
        for name, entry in METHODS.items()
        if name in ran and group.value_ratios("ours")
    ]
    if not rows:
        return None
    base = alt.Chart().encode(y=alt.Y("method:N", sort=_order(), title=None))
    bars = base.mark_bar(color=INK).encode(
        x=alt.X("share:Q", title="value that really holds, share of groundswell's", axis=alt.Axis(format="%"))
    )
    labels = base.mark_text(align="left", dx=4).encode(x="share:Q", text="told:N")
    chart = alt.layer(bars, labels, data=_data(rows)).properties(width=WIDTH)
    return _titled(
        chart.facet(row=_by_family()),
        "How much of each plan really holds",
        "Median over seeds; an activation counts if its exact probability reaches the confidence asked for",
    )


def _share(ratios: Sequence[float]) -> dict[str, float | str]:
    return {"share": median(ratios), "told": f"{median(ratios):.0%}"} if ratios else {"share": 0.0, "told": "not run"}


def cost_chart(found: Sequence[Group]) -> Any | None:
    """Return points of cost over ours, for plans that hold and secure the same value; None without figures."""
    rows = [
        {"family": f"family {group.name}", "method": entry.title, "more": value - 1}
        for group in _usual(found)
        for name, entry in METHODS.items()
        if name != "ours"
        for value in group.cost_ratios(name)
    ]
    if not rows:
        return None
    base = alt.Chart().encode(y=alt.Y("method:N", sort=_order(), title=None))
    points = base.mark_point(color=INK, size=70, shape="diamond", strokeWidth=1.5).encode(
        x=alt.X("more:Q", title="cost above groundswell's plan of the same value", axis=alt.Axis(format="+.1%"))
    )
    rule = alt.Chart().mark_rule(color=INK, strokeDash=[4, 3]).encode(x=alt.datum(0))
    chart = alt.layer(rule, points, data=_data(rows)).properties(width=WIDTH)
    return _titled(
        chart.facet(row=_by_family()),
        "What plans that hold cost, beside groundswell's",
        "One mark per instance; left of the dashed line a peer is cheaper",
    )


def gap_chart(found: Sequence[Group]) -> Any | None:
    """Return certified gaps over time, first seed of each family; None without figures."""
    rows = [row for group in _usual(found) for row in _gap_rows(group)]
    if not rows:
        return None
    base = alt.Chart().encode(
        x=alt.X("seconds:Q", title="seconds", scale=alt.Scale(type="symlog", constant=1)),
        y=alt.Y(
            "gap:Q",
            title="certified gap (log scale)",
            axis=alt.Axis(format="~%", values=[1, 0.1, 0.01, 0.001, 0.0001]),
            scale=alt.Scale(type="log", domain=[LEAST_GAP, 1]),
        ),
    )
    line = base.mark_line(color=INK, interpolate="step-after").encode(
        strokeDash=alt.StrokeDash("method:N", legend=None, sort=_order())
    )
    shape = alt.Shape("method:N", title=None, sort=_order())
    points = base.mark_point(color=INK, filled=True, size=45).encode(shape=shape)
    return _titled(
        alt.layer(line, points, data=_data(rows)).properties(width=WIDTH, height=150).facet(row=_by_family()),
        "How fast the proof closes",
        f"First seed of each family, up to the limit; gaps below {LEAST_GAP:.2%} are drawn there; proofs only",
    )


def _gap_rows(group: Group) -> Iterator[Row]:
    for name in PROVERS:
        for result in group.of(name)[:1]:
            yield from _steps(group, result)


def _steps(group: Group, result: Result) -> Iterator[Row]:
    """Yield each smaller gap as it was proven, and the last one again at the limit."""
    lowest = 2.0
    fixed = {"family": f"family {group.name}", "method": METHODS[result.method].title}
    for item in result.moments:
        known = gap(item.value, item.cost, item.value_bound, item.cost_bound)
        if item.holds and known is not None and known < lowest:
            lowest = known
            yield {**fixed, "seconds": item.seconds, "gap": max(LEAST_GAP, known)}
    if lowest <= 1:
        yield {**fixed, "seconds": group.limit, "gap": max(LEAST_GAP, lowest)}


def growth_chart(found: Sequence[Group]) -> Any | None:
    """Return seconds to a proven gap against the number of activations; None unless a family has several sizes."""
    rows = [
        {
            "family": f"family {group.family}",
            "activations": result.judged["wanted"],
            "seconds": min(result.proven(GROWTH_GAP), group.limit),
            "reached": "reached" if result.proven(GROWTH_GAP) <= group.limit else "not reached in the limit",
            "scale": group.scale,
        }
        for group in found
        if group.capacity_use is None
        for result in group.of("ours")
        if result.judged
    ]
    several = {row["family"] for row in rows if len({r["scale"] for r in rows if r["family"] == row["family"]}) > 1}
    rows = [row for row in rows if row["family"] in several]
    if not rows:
        return None
    log = alt.Scale(type="log")
    base = alt.Chart().encode(
        x=alt.X("activations:Q", title="activations (log scale)", scale=log),
        y=alt.Y("seconds:Q", title=f"seconds to a proven gap of {GROWTH_GAP:.1%} (log scale)", scale=log),
    )
    points = base.mark_point(color=INK, size=80).encode(
        shape=alt.Shape("reached:N", title=None, scale=alt.Scale(range=["circle", "triangle-up"]))
    )
    line = base.mark_line(color=PALE).encode(y="median(seconds):Q", strokeDash=alt.StrokeDash("family:N", title=None))
    return _titled(
        alt.layer(line, points, data=_data(rows)).properties(width=WIDTH, height=260),
        "How groundswell grows with the number of communities",
        "One mark per instance, line through the medians",
    )
