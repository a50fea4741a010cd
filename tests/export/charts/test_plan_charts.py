from __future__ import annotations

import json
from typing import Any

import pytest

from optimizer.export.charts.base import Chart
from optimizer.export.charts.files import plan_charts
from optimizer.export.charts.posts import ENOUGH, SHORT, posts_chart
from optimizer.export.charts.timeline import DELIVERED, SHIPPED, timeline_chart
from optimizer.export.charts.together import together_chart
from optimizer.plan import Plan
from tests.cli.launch import decision, plan, scenario
from tests.export.charts.plans import HOSTILE, hostile, many
from tests.export.charts.reading import Rows, of, rows, subtitle


def test_timeline_has_ship_days_deliveries_and_the_whole_window() -> None:
    data = rows(timeline_chart(plan(), scenario()))
    assert [(row["from"], row["parcels"]) for row in of(data, what=SHIPPED)] == [
        ("2027-03-10T00:00:00", 1),
        ("2027-03-11T00:00:00", 1),
    ]
    assert {row["from"] for row in of(data, what=DELIVERED)} == {
        f"{line.expected_delivery}T00:00:00" for line in plan().assignments
    }
    window = next(row for row in data if "top" in row)
    assert window["from"] == "2027-03-15T00:00:00"
    assert window["until"] == "2027-03-29T00:00:00", "the last day counts to its end"


def test_height_of_a_bar_is_its_parcels() -> None:
    double = plan([decision("cat", "paid", "2027-03-10"), decision("ana", "gift", "2027-03-10")])
    shipped = of(rows(timeline_chart(double, scenario())), what=SHIPPED)
    assert [(row["parcels"], row["level"] - row["tip"]) for row in shipped] == [(2, pytest.approx(0.4))]


def test_timeline_is_ordered_by_window_start_and_says_what_it_leaves_out() -> None:
    chart = timeline_chart(many(72), scenario())
    windows = [row for row in rows(chart) if "top" in row]
    assert [row["from"] for row in windows] == sorted(row["from"] for row in windows)
    assert len(windows) == 71
    assert "Without a window, and left out: 1 activation." in subtitle(chart)


def test_posts_reach_the_target_with_the_chance_of_the_plan() -> None:
    result = plan().activations[0]
    data = rows(posts_chart(plan(), scenario()))
    assert sum(row["chance"] for row in of(data, kind=ENOUGH)) == pytest.approx(result.probability, abs=0.002)
    assert {row["target"] for row in data} == {result.min_posts - 0.5}
    assert all(row["posts"] < result.min_posts for row in of(data, kind=SHORT))


def with_distribution(distribution: list[float]) -> Plan:
    judged = plan()
    first = judged.activations[0].model_copy(update={"post_distribution": distribution, "min_posts": 3})
    return judged.model_copy(update={"activations": [first, *judged.activations[1:]]})


def test_negligible_tails_are_cut_and_it_is_said() -> None:
    chart = posts_chart(with_distribution([0.0004, 0.1, 0.2, 0.3, 0.0005, 0.3986, 0.0005]), scenario())
    assert [row["posts"] for row in rows(chart)] == [1, 2, 3, 4, 5], "inside, a small chance stays"
    assert "less likely than 0.1% at either end are not drawn" in subtitle(chart)


def test_target_is_in_view_even_where_nobody_reaches_it() -> None:
    counts = [row["posts"] for row in rows(posts_chart(with_distribution([0.9999, 0.0001]), scenario()))]
    assert counts == [0, 1, 2, 3]


def test_title_of_a_small_chart_has_chance_against_confidence() -> None:
    heads = {row["head"] for row in rows(posts_chart(plan(), scenario()))}
    assert heads == {"trail (Trail running)\n97.7% for 1+ (90% asked for)"}
    weak = plan([decision("ana", "gift", "2027-03-11")])
    assert "\nonly " in rows(posts_chart(weak, scenario()))[0]["head"]


@pytest.mark.parametrize(("number", "wide"), [(5, 2), (6, 3), (73, 4)])
def test_small_charts_wrap(number: int, wide: int) -> None:
    spec = posts_chart(many(number), scenario()).to_dict()
    assert spec["columns"] == wide
    assert len(spec["facet"]["sort"]) == number - 1


def test_joint_success_leaves_out_what_hardly_happens() -> None:
    base = plan()
    joint = base.totals.model_copy(update={"secured_distribution": [0.0001, 0.0009, 0.2, 0.799]})
    chart = together_chart(base.model_copy(update={"totals": joint}))
    assert [row["count"] for row in rows(chart)] == [2, 3]
    assert "Numbers below 2 are less likely than 0.1% each." in subtitle(chart)


def test_charts_of_a_plan_and_of_none() -> None:
    assert list(plan_charts(scenario(), plan())) == ["timeline", "posts", "cash"]
    assert list(plan_charts(scenario(), many(5))) == ["timeline", "posts", "together", "cash"]
    assert plan_charts(scenario(), plan([])) == {}


@pytest.mark.parametrize(
    "chart", [timeline_chart(plan([]), scenario()), posts_chart(plan([]), scenario()), together_chart(plan([]))]
)
def test_a_chart_of_nothing_says_so(chart: Chart) -> None:
    (row,) = rows(chart)
    assert row["reason"].startswith("No activation")


def test_names_reach_the_axis_as_they_are() -> None:
    case, judged = hostile()
    expressions = [
        axis["labelExpr"] for axis in axes(timeline_chart(judged, case).to_dict()) if "floor" in axis["labelExpr"]
    ]
    labels = [json.loads(text.removesuffix("[floor(datum.value)]")) for text in expressions]
    assert labels == [[[HOSTILE, "2 parcels"]]] * len(labels)
    assert labels


def axes(part: Any) -> Rows:
    if isinstance(part, list):
        return [axis for item in part for axis in axes(item)]
    if not isinstance(part, dict):
        return []
    own = [part["axis"]] if "labelExpr" in (part.get("axis") or {}) else []
    return own + [axis for item in part.values() for axis in axes(item)]
