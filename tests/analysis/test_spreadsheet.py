"""The plan a spreadsheet leads to."""

from __future__ import annotations

from datetime import date

from optimizer.analysis.baselines.spreadsheet import spreadsheet_plan
from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from tests.analysis.cases import Document, activation, checked, creators, document

SERVICES = [
    {"id": "dear", "cost": "5.00", "transit_days": {"1": 1.0}},
    {"id": "cheap", "cost": "2.00", "transit_days": {"2": 1.0}},
]


def people(*rates: float, **fields: object) -> list[Document]:
    return [
        {**item, "organic_rate": rate, **fields} for item, rate in zip(creators("x", len(rates)), rates, strict=True)
    ]


def chosen(given: Document) -> list[str]:
    decisions, _ = spreadsheet_plan(checked(given))
    return [decision.creator for decision in decisions]


def test_rates_are_summed_until_the_posts_are_there() -> None:
    given = document([activation("a", "x")], people(0.3, 0.3, 0.3, 0.1, 0.05))
    decisions, starts = spreadsheet_plan(checked(given))
    assert decisions == [Decision(f"x-{number}", "a", "gift", date(2027, 3, 22)) for number in (1, 2, 3, 4)]
    assert starts == {"a": date(2027, 3, 29)}
    given["creators"][3]["organic_rate"] = 0.09
    assert len(chosen(given)) == 5


def test_the_cheap_come_first_then_the_likely() -> None:
    team = people(0.3, 0.2, 0.3, 0.25)
    for item, service in zip(team, ("dear", "cheap", "cheap", "cheap"), strict=True):
        item["service"] = service
    given = document([activation("a", "x")], team, shipping={"services": SERVICES})
    assert chosen(given) == ["x-3", "x-4", "x-2", "x-1"]


def test_only_usable_creators_are_taken_and_each_once() -> None:
    team = people(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, embeddedness=0.5)
    team[0]["accepts"] = ["paid"]
    team[1]["embeddedness"] = 0.1
    team[2]["unavailable"] = [{"start": "2027-04-11", "end": "2027-04-12"}]
    wanted = [activation("a", "x"), activation("b", "x")]
    lock = {"creator": "x-4", "activation": "a", "mode": "skip"}
    given = document(wanted, team, communities=[{"id": "x", "min_embeddedness": 0.4}], locks=[lock])
    assert chosen(given) == ["x-5", "x-6", "x-7", "x-8"]


def test_parcels_leave_on_the_last_open_day_a_week_before() -> None:
    given = document(
        [activation("a", "x", start_latest="2027-04-05", window_days=7)],
        people(0.3, 0.3, 0.3, 0.3),
        shipping={"services": SERVICES, "closed_dates": ["2027-03-22"]},
    )
    decisions, starts = spreadsheet_plan(checked(given))
    assert {decision.ship_on for decision in decisions} == {date(2027, 3, 29)}
    assert starts == {"a": date(2027, 4, 5)}


def test_what_cannot_be_done_is_left_out() -> None:
    assert spreadsheet_plan(checked(document([activation("a", "x")], people(0.3, 0.3)))) == ([], {})


def test_it_misses_the_confidence_it_never_asked_for() -> None:
    wanted = activation("a", "x", confidence=0.9, min_posts=3)
    scenario = checked(document([wanted], people(*[0.3] * 12)))
    plan = evaluate(scenario, *spreadsheet_plan(scenario), draws=0)
    assert plan.activations[0].probability < 0.5
    assert not plan.activations[0].secured
