"""A small scenario, and plans for it built from a list of decisions."""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from optimizer.plan import Certificate, Check, ObjectiveReport, Plan, Run, ScenarioReference, Window
from optimizer.scenario.models import Scenario
from optimizer.verify import verify
from optimizer.verify.figures import Statement, restate
from optimizer.verify.premises import Line, Premises

SHA = "5" * 64
Document = dict[str, Any]

DOCUMENT: Document = {
    "schema_version": 1,
    "name": "Spring",
    "currency": "GBP",
    "horizon": {"start": "2027-03-01", "end": "2027-05-30"},
    "products": [{"id": "socks", "unit_cost": "28.00"}, {"id": "starter", "unit_cost": "12.50"}],
    "shipping": {
        "holiday_calendar": "GB-ENG",
        "services": [
            {"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}},
            {"id": "economy", "cost": "2.10", "transit_days": {"2": 0.7, "3": 0.25, "5": 0.05}},
        ],
    },
    "communities": [{"id": "trail"}, {"id": "bread"}],
    "activations": [
        {"id": "trail-a", "community": "trail", "product": "socks", "min_posts": 2, "confidence": 0.55, "value": 3},
        {"id": "trail-b", "community": "trail", "product": "socks", "min_posts": 1, "confidence": 0.5, "value": 2},
        {
            "id": "bread-a",
            "community": "bread",
            "product": "starter",
            "min_posts": 1,
            "window_days": 7,
            "confidence": 0.9,
        },
        {"id": "quiet", "community": "bread", "product": "starter", "value": 4},
    ],
    "creators": [
        {"id": "ana", "communities": ["trail"], "tier": "nano", "organic_rate": 0.35, "embeddedness": 0.5},
        {
            "id": "ben",
            "communities": ["trail"],
            "tier": "nano",
            "service": "economy",
            "comments": {"sampled": 400, "substantive": 120, "creator_replies": 60},
        },
        {"id": "cat", "communities": ["trail", "bread"], "tier": "emerging", "embeddedness": 0.6},
        {"id": "dan", "communities": ["trail"], "tier": "established", "paid_fee": "180.00", "paid_reliability": 0.98},
        {"id": "eve", "communities": ["bread"], "embeddedness": 0.4, "organic_rate": 0.25},
        {"id": "fay", "communities": ["bread"], "embeddedness": 0.7, "paid_fee": "90.00"},
        {"id": "gil", "communities": ["trail", "bread"]},
    ],
}


class Choice(NamedTuple):
    """One decision, as short as it can be written."""

    creator: str
    activation: str
    mode: str
    ship_on: str
    start: str


CHOICES = [
    Choice("ana", "trail-a", "gift", "2027-03-09", "2027-03-15"),
    Choice("ben", "trail-a", "gift", "2027-03-09", "2027-03-15"),
    Choice("cat", "trail-a", "gift", "2027-03-09", "2027-03-15"),
    Choice("dan", "trail-a", "paid", "2027-03-09", "2027-03-15"),
    Choice("ana", "trail-b", "gift", "2027-04-06", "2027-04-12"),
    Choice("ben", "trail-b", "gift", "2027-04-06", "2027-04-12"),
    Choice("cat", "trail-b", "gift", "2027-04-06", "2027-04-12"),
    Choice("cat", "bread-a", "gift", "2027-03-23", "2027-03-29"),
    Choice("eve", "bread-a", "gift", "2027-03-23", "2027-03-29"),
    Choice("fay", "bread-a", "paid", "2027-03-23", "2027-03-29"),
]
SECURED = ("trail-a", "trail-b", "bread-a")


def edited(document: Document, changes: dict[str, Any]) -> Document:
    """Return a copy with values set at dotted paths: ``{"creators.0.service": "economy"}``; None takes away."""
    changed = copy.deepcopy(document)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place: Any = changed
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
        if isinstance(place, list):
            place[int(last)] = value
        elif value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return changed


def scenario(changes: dict[str, Any] | None = None) -> Scenario:
    return Scenario.model_validate(edited(DOCUMENT, changes or {}))


def lines(given: Scenario, choices: Sequence[Choice]) -> list[Line]:
    premises = Premises(given)
    found = []
    for choice in choices:
        creator, wave = premises.creators[choice.creator], premises.waves[choice.activation]
        start = date.fromisoformat(choice.start)
        mode: Any = choice.mode
        found.append(
            Line(creator, wave, mode, date.fromisoformat(choice.ship_on), Window(start=start, end=wave.end_of(start)))
        )
    return found


def build(
    given: Scenario, choices: Sequence[Choice] = CHOICES, secured: Collection[str] | None = SECURED, sha256: str = SHA
) -> Plan:
    """Return the plan that states the right figures for these decisions, whatever rules they break."""
    statement = restate(Premises(given), lines(given, choices), secured)
    return Plan(
        schema_version=1,
        scenario=ScenarioReference(name=given.name, sha256=sha256, currency=given.currency),
        status="optimal",
        objective=_objective(given, statement),
        totals=statement.totals,
        activations=statement.activations,
        assignments=statement.assignments,
        cash=statement.cash,
        binding=[],
        assumptions=[],
        warnings=[],
        certificate=Certificate(verified=False, checks=[], simulation=None),
        diagnosis=None,
        run=Run(seed=1, time_limit_seconds=60, wall_seconds=1, workers=1, method="by hand", versions={}),
    )


def _objective(given: Scenario, statement: Statement) -> ObjectiveReport:
    return ObjectiveReport(
        goal=given.objective.goal,
        value=statement.value,
        value_bound=statement.value,
        value_gap=0.0,
        least_cost=statement.totals.cost,
        cost_bound=statement.totals.cost,
        cost_gap=0.0,
        gap=0.0,
        embeddedness=statement.embeddedness,
    )


def altered(plan: Plan, changes: dict[str, Any]) -> Plan:
    """Return the plan with stated values replaced at dotted paths."""
    document = plan.model_dump(mode="json", by_alias=True)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place: Any = document
        for key in parents:
            place = place[int(key)] if isinstance(place, list) else place[key]
        place[int(last) if isinstance(place, list) else last] = value
    return Plan.model_validate(document)


def judge(given: Scenario, plan: Plan) -> dict[str, Check]:
    return {check.rule: check for check in verify(given, plan, fingerprint=SHA)}


def broken(given: Scenario, plan: Plan) -> set[str]:
    """Return the ids of the rules that the plan breaks."""
    return {rule for rule, check in judge(given, plan).items() if not check.ok}
