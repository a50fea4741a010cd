"""Answers written by hand, for charts, pages, tables and the report."""

from __future__ import annotations

from typing import Any

from optimizer.answers.batch import JobRequest
from optimizer.answers.cash import CashMonth, CashPart, CashView, CommunityReturn, Return
from optimizer.answers.certainty import CertaintyCurve, CertaintyPoint, PriceOfCertainty
from optimizer.answers.common import Effort
from optimizer.answers.comparison import Comparison, Difference, KeyFigures, MonthDifference, WaterfallStep
from optimizer.answers.frontier import Frontier, FrontierPoint
from optimizer.answers.limits import CostOfLimits
from optimizer.plan import ScenarioReference

EFFORT = Effort(seed=1, time_limit_seconds=60, wall_seconds=3.2, workers=2, versions={"ortools": "9.15"})


def reference(currency: str = "GBP") -> ScenarioReference:
    return ScenarioReference(name="Spring", sha256="9f2c", currency=currency)


def point(budget: str, value: int | None, bound: int | None, **changes: Any) -> FrontierPoint:
    """Return a point of a frontier that secures one activation for every three of value."""
    gap = None if value is None or bound is None else (bound - value) / max(1, bound)
    fields: dict[str, Any] = {
        "budget": budget,
        "status": "unknown" if value is None else "feasible" if gap else "optimal",
        "value": value,
        "value_bound": bound,
        "value_gap": gap,
        "cost": None if value is None else budget,
        "cost_bound": budget if gap == 0 else None,
        "cost_gap": 0.0 if gap == 0 else None,
        "gap": gap,
        "secured": [f"activation-{number}" for number in range((value or 0) // 3)],
        "gifts": 8,
        "paid": 2,
        "expected_posts": 5.5,
        "probability_all": 0.7,
        "least_confidence_margin": 0.001,
        "next_step": None,
        "verified": True,
    }
    return FrontierPoint(**fields | changes)


def frontier(*points: FrontierPoint, currency: str = "GBP") -> Frontier:
    usual = (
        point("0.00", 0, 0),
        point("800.00", 3, 3),
        point("1600.00", 6, 6),
        point("2400.00", 9, 11),
        point("3200.00", 14, 14),
        point("4000.00", 14, 17),
        point("4800.00", 17, 17),
    )
    return Frontier(
        schema_version=1,
        scenario=reference(currency),
        goal="activate_most",
        most_value=17,
        points=list(points or usual),
        run=EFFORT,
    )


def certain(confidence: float, cost: str | None, bound: str | None = None) -> CertaintyPoint:
    return CertaintyPoint(
        confidence=confidence,
        status="infeasible" if cost is None else "optimal",
        probability=None if cost is None else confidence,
        cost=cost,
        cost_bound=bound or cost,
        gap=None if cost is None else 0.0 if bound is None else 1 - float(bound) / float(cost),
        gifts=14,
        paid=3,
    )


def certainty(activations: int = 5, currency: str = "GBP") -> PriceOfCertainty:
    """Return curves of which the second is out of reach at 99% and the third not quite proven."""
    confidences = [0.7, 0.8, 0.9, 0.95, 0.99]
    base = [410, 520, 690, 850, 1210]
    curves = []
    for number in range(activations):
        points = [
            certain(confidence, f"{cost + 37 * (number % 7)}.50")
            for confidence, cost in zip(confidences, base, strict=True)
        ]
        if number == 1:
            points[-1] = certain(0.99, None)
        if number == 2:
            points[-1] = certain(0.99, "1284.50", "1100.00")
        curves.append(
            CertaintyCurve(
                activation=f"activation-{number + 1}", community="trail", min_posts=5, confidence=0.9, points=points
            )
        )
    totals = ["2420.00", "2970.00", "3820.00", "4620.00", None]
    return PriceOfCertainty(
        schema_version=1,
        scenario=reference(currency),
        confidences=confidences,
        activations=curves,
        totals=totals,
        run=EFFORT,
    )


def step(kind: Any, change: str, after: str) -> WaterfallStep:
    return WaterfallStep(step=kind, change=change, after=after)


def key_figures(name: str, **changes: Any) -> KeyFigures:
    fields: dict[str, Any] = {
        "name": name,
        "scenario": reference(),
        "status": "feasible",
        "verified": True,
        "broken": [],
        "value": 17,
        "secured": 5,
        "planned": 5,
        "activations": 5,
        "cost": "3844.45",
        "product": "2024.00",
        "shipping": "380.45",
        "fees": "1440.00",
        "gifts": 49,
        "paid": 18,
        "expected_posts": 32.1,
        "probability_all": 0.71,
        "embeddedness": 33.3,
        "gap": 0.0007,
    }
    return KeyFigures(**fields | changes)


def difference(**changes: Any) -> Difference:
    fields: dict[str, Any] = {
        "name": "ours",
        "value": 17,
        "secured": 5,
        "cost": "1334.60",
        "product": "-90.00",
        "shipping": "-15.40",
        "fees": "1440.00",
        "gifts": -30,
        "paid": 18,
        "expected_posts": 9.7,
        "scenario": [],
        "scenario_known": True,
        "activations": [],
        "creators": [],
        "waterfall": [
            step("baseline", "2509.85", "2509.85"),
            step("product", "-90.00", "2419.85"),
            step("shipping", "-15.40", "2404.45"),
            step("fees", "1440.00", "3844.45"),
            step("other", "3844.45", "3844.45"),
        ],
        "cash": [MonthDifference(month="2027-03", baseline="1980.00", other="2210.40", change="230.40")],
    }
    return Difference(**fields | changes)


def comparison() -> Comparison:
    poor = {"verified": False, "broken": ["density"], "value": 0, "secured": 0, "cost": "2509.85", "fees": "0.00"}
    sheet = key_figures("spreadsheet", **poor, gap=None, probability_all=1.0)
    return Comparison(schema_version=1, currency="GBP", plans=[sheet, key_figures("ours")], differences=[difference()])


def month(name: str, product: str, shipping: str, fees: str, total: str, cap: str | None = None) -> CashMonth:
    return CashMonth(month=name, product=product, shipping=shipping, fees=fees, total=total, cap=cap)


def cash(currency: str = "GBP") -> CashView:
    """Return a year that begins in November, with two caps and a month without any money."""
    share: dict[str, Any] = {
        "product": "1560.00",
        "shipping": "259.00",
        "fees": "720.00",
        "total": "2539.00",
        "gifts": 41,
        "paid": 6,
        "expected_posts": 17.2,
        "expected_posts_outside": 3.1,
        "silent_gifts": 27.4,
        "waste": "1043.10",
        "cost_per_expected_post": "147.62",
    }
    return CashView(
        schema_version=1,
        scenario=reference(currency),
        days=[],
        months=[
            month("2027-11", "560.00", "79.00", "0.00", "639.00", "1500.00"),
            month("2027-12", "840.00", "140.00", "510.00", "1490.00", "1500.00"),
            month("2028-02", "160.00", "40.00", "210.00", "410.00"),
        ],
        parts=[
            CashPart(
                month="2027-11", community="trail", product="560.00", shipping="79.00", fees="0.00", total="639.00"
            )
        ],
        communities=[CommunityReturn(**share, community="trail", name="Trail running")],
        totals=Return(**share),
    )


def limits(*rows: dict[str, Any], **fields: Any) -> CostOfLimits:
    """Return the cost of some limits, by default of a scenario whose plan is proven."""
    document = {
        "schema_version": 1,
        "scenario": {"name": "Spring [bold]", "sha256": "0", "currency": "GBP"},
        "status": "optimal",
        "value": 15,
        "value_bound": 15,
        "cost": "3783.20",
        "cost_bound": "3783.20",
        "gap": 0.0,
        "limits": list(rows),
        "run": EFFORT,
    }
    return CostOfLimits.model_validate({**document, **fields})


def limit(**fields: Any) -> dict[str, Any]:
    """Return a limit that saves cost one step looser."""
    usual = {
        "limit": "daily_capacity",
        "subject": "Parcels a day",
        "why": "full (20 parcels) on 12 of 14 ship days",
        "pointer": "/shipping/daily_capacity",
        "from": 20,
        "to": 22,
        "status": "optimal",
        "value": 15,
        "value_gain": 0,
        "value_gain_bound": 0,
        "cost": "3770.80",
        "cost_change": "-12.40",
        "cost_change_bound": "-13.00",
        "gained": [],
        "lost": [],
        "gap": 0.0001,
        "verified": True,
    }
    return {**usual, **fields}


def job(scenario: str = "spring.json", **changes: Any) -> JobRequest:
    """Return a job of a batch with the settings of its scenario."""
    fields = {
        "key": "k",
        "scenario": scenario,
        "name": "Spring",
        "label": None,
        "currency": "GBP",
        "budget": None,
        "confidence": 0.9,
        "seed": 1,
        "time_limit": 60.0,
        "gap_allowed": 0.001,
    }
    return JobRequest(**fields | changes)
