"""What certainty and limits cost, as pages: every figure from the answer, on narrow pages too."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from optimizer.analysis.time_budget import Step
from optimizer.answers.certainty import CertaintyPoint, PriceOfCertainty
from optimizer.export.terminal.certainty_page import certainty_page
from optimizer.export.terminal.elements import StepLine
from optimizer.export.terminal.limits_page import limits_page
from tests.export import pages
from tests.export.answers import limit, limits

REFERENCE = {"name": "Spring [bold]", "sha256": "0", "currency": "GBP"}
RUN = {"seed": 1, "time_limit_seconds": 1, "wall_seconds": 1, "workers": 1, "versions": {}}


def page(view: RenderableType, width: int = 100) -> str:
    return pages.page(view, width)


def point(confidence: float, **fields: Any) -> CertaintyPoint:
    usual = {
        "status": "optimal",
        "probability": confidence,
        "cost": "1795.10",
        "cost_bound": "1795.10",
        "gap": 0.0,
        "gifts": 1014,
        "paid": 3,
    }
    return CertaintyPoint.model_validate({"confidence": confidence, **usual, **fields})


def nothing(confidence: float, status: str) -> CertaintyPoint:
    return point(confidence, status=status, probability=None, cost=None, cost_bound=None, gap=None, gifts=0, paid=0)


def certainty(*points: CertaintyPoint, totals: list[str | None] | None = None) -> PriceOfCertainty:
    curve = {"activation": "trail", "community": "trail-running", "min_posts": 5, "confidence": 0.85}
    document = {
        "schema_version": 1,
        "scenario": REFERENCE,
        "confidences": [each.confidence for each in points],
        "activations": [{**curve, "points": list(points)}],
        "totals": [each.cost for each in points] if totals is None else totals,
        "run": RUN,
    }
    return PriceOfCertainty.model_validate(document)


def test_costs_people_and_what_is_asked_for() -> None:
    text = page(certainty_page(certainty(point(0.9), point(0.995, cost="2000.00", gap=0.0004), totals=["1.00", None])))
    for part in ("Spring [bold]", "At 90%", "At 99.5%", "£1,795.10", "1,014 + 3", "85%", "trail-running", "£1.00"):
        assert part in text
    assert "2 of 2 points proven to cost the least there is within 0.04%. Every plan is verified." in text


def test_what_is_not_proven_or_not_there_says_so() -> None:
    points = [point(0.5, status="feasible", gap=0.021), point(0.6, status="feasible", gap=None, cost_bound=None)]
    text = page(certainty_page(certainty(*points, nothing(0.7, "unknown"), nothing(0.8, "infeasible"))), 200)
    for part in ("gap 2.1%", "unproven", "no plan found", "impossible", "0 of 4 points proven", "1 proven impossible"):
        assert part in text
    assert "--time-limit" in text


@pytest.mark.parametrize("width", [80, 100, 120])
def test_many_confidences_stand_in_several_tables(width: int) -> None:
    many = [point(number / 20) for number in range(1, 20)]
    text = page(certainty_page(certainty(*many)), width)
    assert all(f"At {number * 5}%" in text for number in range(1, 20))
    assert text.count("1,014 + 3") == 19
    assert text.count("Activation") == -(-19 // ((width - 34) // 13))
    assert "…" not in text


def test_savings_with_the_most_that_can_be_saved() -> None:
    text = page(limits_page(limits(limit())))
    for part in (
        "value 15, cheapest plan £3,783.20; proven",
        "20 →",
        "−£12.40",
        "−£13.00",
        "proven within 0.01%",
    ):
        assert part in text
    assert "full (20 parcels) on 12 of 14 ship days" in text
    assert "not proven" not in text


def test_shares_are_shown_in_per_cent() -> None:
    share = {"limit": "paid_share", "subject": "Largest paid share of trail", "from": 0.2, "to": 0.3}
    text = page(limits_page(limits(limit(**share))))
    assert "20% →" in text
    assert "30%" in text


def test_gains_with_what_they_cost_and_what_goes() -> None:
    gain = {"value": 17, "value_gain": 2, "value_gain_bound": 4, "cost_change": "233.00", "cost_change_bound": None}
    money = {"limit": "budget_total", "subject": "Total budget", "from": "3900.00", "to": "4290.00"}
    text = page(limits_page(limits(limit(**gain, **money, gained=["pilates", "tea"], lost=["bread"], gap=0.1))))
    for part in ("£3,900.00 →", "£4,290.00", "+2", "+4", "+£233.00", "+ pilates, tea", "− bread"):
        assert part in text


def test_open_bounds_are_told() -> None:
    unknown = limit(status="feasible", value_gain_bound=None, cost_change="0.00", cost_change_bound=None, gap=None)
    text = page(limits_page(limits(unknown, status="feasible", gap=0.059)))
    for part in ("gap 5.9%", "unproven", "£0.00", "–", "longer --time-limit"):
        assert part in text


def test_nothing_to_loosen_and_nothing_to_measure() -> None:
    assert "No limit binds" in page(limits_page(limits()))
    without = {"value": None, "value_bound": None, "cost": None, "cost_bound": None, "gap": None}
    assert "no plan: proven." in page(limits_page(limits(**without, status="infeasible")))
    assert "none found in the time given" in page(limits_page(limits(**without, status="unknown")))


@pytest.mark.parametrize("width", [80, 100])
def test_no_figure_is_cut(width: int) -> None:
    wide = limit(
        limit="budget_month",
        subject="Budget of 2027-03",
        **{"from": "1234567.00", "to": "1358023.70"},
        cost_change="-123456.78",
        cost_change_bound="-223456.78",
    )
    text = page(limits_page(limits(wide)), width)
    assert all(part in text for part in ("£1,234,567.00 →", "£1,358,023.70", "−£123,456.78", "−£223,456.78"))
    assert "…" not in text


def test_the_line_tells_which_question_of_how_many() -> None:
    out = io.StringIO()
    with StepLine(Console(file=out, force_terminal=True, width=120)) as line:
        assert line.line().plain == "starting · 0 s"
        line.tell(Step(0, 0, "the scenario as it is"))
        assert line.line().plain == "the scenario as it is · 0 s"
        line.tell(Step(2, 20, "pilates at 95%"))
    assert "2 of 20 · pilates at 95% · 0 s" in out.getvalue()
    silent = io.StringIO()
    with StepLine(Console(file=silent, force_terminal=False)) as line:
        line.tell(Step(1, 1, "x"))
    assert silent.getvalue() == ""


def test_the_price_as_asked_stands_first_and_hides_no_other_column() -> None:
    asked = point(0.85, cost="1700.00")
    curve = {"activation": "trail", "community": "trail", "min_posts": 5, "confidence": 0.85, "asked": asked}
    levels = [0.8, 0.9, 0.95, 0.99]
    data = {
        "schema_version": 1,
        "scenario": REFERENCE,
        "confidences": levels,
        "activations": [{**curve, "points": [point(level) for level in levels]}],
        "totals": [f"{1801 + number}.00" for number in range(4)],
        "asked_total": "1700.00",
        "run": RUN,
    }
    for width in (60, 80, 120):
        text = page(certainty_page(PriceOfCertainty.model_validate(data)), width)
        for words in ("As asked", "£1,700.00", "£1,801.00", "£1,802.00", "£1,803.00", "£1,804.00"):
            assert words in text, (width, words)
