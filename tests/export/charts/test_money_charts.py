from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from optimizer.export.charts.base import Chart, axis_format, columns
from optimizer.export.charts.certainty import certainty_chart
from optimizer.export.charts.frontier import BOUND, REACHED, frontier_chart
from optimizer.export.charts.months import cash_chart, months_chart, months_of
from optimizer.export.charts.waterfall import LESS, MORE, WHOLE, waterfall_chart
from optimizer.export.formatting import gap
from tests.cli.launch import plan, scenario
from tests.export import answers
from tests.export.charts.reading import of, rows, subtitle


def test_found_value_holds_to_the_right_and_the_bound_to_the_left() -> None:
    chart = frontier_chart(answers.frontier(answers.point("100.00", 3, 4), answers.point("200.00", 6, 9)))
    data = rows(chart)
    assert [(row["budget"], row["value"]) for row in of(data, what=REACHED)] == [(100, 3), (200, 6)]
    assert [(row["budget"], row["value"]) for row in of(data, what=BOUND)] == [(100, 4), (200, 9)]
    (unknown,) = [row for row in data if "until" in row]
    assert unknown == {"budget": 100, "until": 200, "value": 3, "bound": 9}
    lines = {layer["mark"]["interpolate"] for layer in chart.to_dict()["layer"] if layer["mark"].get("type") == "line"}
    assert lines == {"step-after", "step-before"}


def test_frontier_says_what_is_secured_where_that_changes() -> None:
    marks = [row["label"] for row in rows(frontier_chart(answers.frontier())) if row.get("label")]
    assert list(dict.fromkeys(marks)) == ["1 secured", "2 secured", "3 secured", "4 secured", "5 secured"]


def test_one_budget_is_a_point_with_room_around_it_and_whole_numbers_beside_it() -> None:
    single = answers.frontier(answers.point("400.00", 3, 3)).model_copy(update={"most_value": 3})
    chart = frontier_chart(single)
    x, y = (chart.to_dict()["layer"][0]["encoding"][name] for name in "xy")
    assert x["scale"]["domain"] == [360, 500]
    assert y["axis"]["values"] == [0, 1, 2, 3]
    assert "Between" not in subtitle(chart)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([answers.point("100.00", 3, 3)], "proven to be the most there is"),
        ([answers.point("100.00", 3, 4)], f"at most {gap(0.25)} below the best"),
        ([answers.point("100.00", None, None), answers.point("200.00", 3, 3)], "no plan or no proof yet"),
    ],
)
def test_frontier_states_its_gap(points: list[Any], words: str) -> None:
    assert words in subtitle(frontier_chart(answers.frontier(*points)))


def test_certainty_marks_what_is_asked_for_and_what_is_out_of_reach() -> None:
    data = rows(certainty_chart(answers.certainty()))
    second = [(row["confidence"], row["kind"]) for row in data if row["activation"] == "activation-2"]
    assert second == [
        ("70%", "other confidences"),
        ("80%", "other confidences"),
        ("90%", "confidence asked for"),
        ("95%", "other confidences"),
        ("99%", "impossible"),
    ]
    assert [row["possible"] for row in data].count(False) == 1
    open_gap = [row for row in data if row["bound"] not in {None, row["cost"]}]
    assert [(row["cost"], row["bound"], row["gap"]) for row in open_gap] == [(1284.5, 1100.0, "15%")]


def test_certainty_tells_what_was_not_found_from_what_cannot_be() -> None:
    price = answers.certainty(1)
    (curve,) = price.activations
    late = curve.points[-1].model_copy(update={"status": "unknown", "cost": None, "cost_bound": None, "gap": None})
    price = price.model_copy(update={"activations": [curve.model_copy(update={"points": [*curve.points[:-1], late]})]})
    assert rows(certainty_chart(price))[-1]["kind"] == "no plan in the time given"


def test_certainty_sums_where_everything_can_be_had() -> None:
    assert "£4,620.00 at 95%." in subtitle(certainty_chart(answers.certainty()))


def test_waterfall_leads_from_one_cost_to_the_other() -> None:
    bars = [row for row in rows(waterfall_chart(answers.difference(), "GBP", baseline="sheet")) if "kind" in row]
    assert [(row["name"], row["kind"], row["shown"]) for row in bars] == [
        ("sheet", WHOLE, "£2,509.85"),
        ("product", LESS, "−£90.00"),
        ("shipping", LESS, "−£15.40"),
        ("fees", MORE, "+£1,440.00"),
        ("ours", WHOLE, "£3,844.45"),
    ]
    for before, after in pairwise(bars[:-1]):
        assert after["from"] == pytest.approx(before["to"]), "each begins where the one before ended"
    assert bars[-1]["from"] == 0


def test_waterfall_of_no_plan_says_so() -> None:
    (row,) = rows(waterfall_chart(answers.difference(waterfall=[]), "GBP"))
    assert "no cost" in row["reason"]


def test_months_stack_with_their_caps_and_none_is_skipped() -> None:
    chart = cash_chart(answers.cash())
    data = rows(chart)
    assert [row["amount"] for row in of(data, month="2027-12") if "part" in row] == [840, 140, 510]
    assert [(row["month"], row["limit"]) for row in data if "limit" in row] == [("2027-11", 1500), ("2027-12", 1500)]
    domain = chart.to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert domain == ["2027-11", "2027-12", "2028-01", "2028-02"]
    assert "budget" in subtitle(chart)
    assert "budget" not in subtitle(months_chart([answers.month("2027-11", "1.00", "0.50", "0.00", "1.50")], "GBP"))


def test_months_of_a_plan_have_the_caps_of_its_scenario() -> None:
    budget = {"monthly": {"2027-03": "1500"}}
    (month,) = months_of(plan(budget=budget), scenario(budget=budget))
    assert (month.total, month.cap) == ("123.90", "1500.00")
    assert months_of(plan(), scenario())[0].cap is None


def test_months_out_of_order_are_drawn_in_order() -> None:
    late, early = (answers.month(name, "1.00", "0.50", "0.00", "1.50") for name in ("2028-01", "2027-11"))
    domain = months_chart([late, early], "GBP").to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert domain == ["2027-11", "2027-12", "2028-01"]


def test_no_month_says_so() -> None:
    (row,) = rows(months_chart([], "GBP"))
    assert row["reason"] == "No money is spent."


@pytest.mark.parametrize(
    ("currency", "symbol"), [("GBP", "£"), ("EUR", "€"), ("USD", "$"), ("JPY", "¥"), ("CHF", "CHF ")]
)
def test_axes_write_the_currency(currency: str, symbol: str) -> None:
    charts: list[Chart] = [
        frontier_chart(answers.frontier(currency=currency)),
        certainty_chart(answers.certainty(currency=currency)),
        cash_chart(answers.cash(currency)),
        waterfall_chart(answers.difference(), currency),
    ]
    for chart in charts:
        assert chart.to_dict()["config"]["locale"]["number"]["currency"] == [symbol, ""]


def test_small_amounts_show_minor_units() -> None:
    assert axis_format([0.5, 9.99]) == "$,.2f"
    assert axis_format([0.5, -10]) == "$,.0f"
    assert axis_format([]) == "$,.2f"


def test_rows_of_small_charts_grow_with_their_number() -> None:
    assert [columns(number) for number in (1, 2, 4, 5, 9, 10, 72)] == [1, 2, 2, 3, 3, 4, 4]


def test_the_frontier_names_what_a_budget_gains() -> None:
    shown = [
        row["gained"]
        for row in rows(frontier_chart(answers.frontier(), {"trail": "Trail running"}))
        if row.get("label")
    ]
    assert shown
    assert all(text.startswith("+ ") for text in shown)
