"""The price of certainty: against enumeration, and what is searched for again."""

from __future__ import annotations

import threading
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest

from optimizer.analysis import certainty
from optimizer.analysis.certainty import checked, price_of_certainty
from optimizer.analysis.certify import Certified, certified
from optimizer.analysis.time_budget import Step
from optimizer.answers.certainty import CertaintyPoint, PriceOfCertainty
from optimizer.errors import InputError, VerificationError
from optimizer.money import to_minor
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings
from tests.analysis import cases
from tests.brute_force import Enumeration
from tests.seeds import seeds
from tests.tiny import tiny_scenario

ALL = Settings(gap=0, time_limit_seconds=60, workers=1, seed=1)
TINY = (0.25, 0.5, 0.75)


def priced(given: cases.Document, *confidences: float, **settings: Any) -> PriceOfCertainty:
    return price_of_certainty(cases.checked(given), confidences, ALL.model_copy(update=settings))


def costs(answer: PriceOfCertainty) -> dict[str, list[str | None]]:
    return {curve.activation: [point.cost for point in curve.points] for curve in answer.activations}


def minor(amount: str | None) -> int | None:
    return None if amount is None else to_minor(Decimal(amount), 2)


def enumerated(given: cases.Document, confidence: float) -> dict[str, int | None]:
    """Return by looking at everything what each activation costs at least alone, without budgets."""
    asked = [{**item, "confidence": confidence} for item in given["activations"]]
    everything = Enumeration(scenario_from_data({**given, "activations": asked, "budget": {}}))
    return {name: everything.least_cost({name: 0}) for name in everything.premises.waves}


def check_prices(seed: int) -> None:
    document = tiny_scenario(seed)
    answer = priced(document, *TINY)
    for index, confidence in enumerate(TINY):
        expected = enumerated(document, confidence)
        points = {curve.activation: curve.points[index] for curve in answer.activations}
        assert {name: minor(point.cost) for name, point in points.items()} == expected
        assert {name: minor(point.cost_bound) for name, point in points.items()} == expected
        for name, point in points.items():
            assert point.status == ("infeasible" if expected[name] is None else "optimal")
            assert point.probability is None or point.probability >= confidence - 1e-6
        known = [cost for cost in expected.values() if cost is not None]
        assert minor(answer.totals[index]) == (sum(known) if len(known) == len(expected) else None)


@pytest.mark.parametrize("seed", seeds(16, 40))
def test_prices_are_those_that_enumeration_finds(seed: int) -> None:
    check_prices(seed)


@pytest.mark.slow
@pytest.mark.parametrize("ten", range(4, 60))
def test_prices_are_those_that_enumeration_finds_in_a_long_campaign(ten: int) -> None:
    for seed in range(10 * ten, 10 * ten + 10):
        check_prices(seed)


def test_enumerated_prices_are_of_every_kind() -> None:
    found = [cost for seed in range(0, 60, 3) for cost in enumerated(tiny_scenario(seed), 0.5).values()]
    assert sum(cost is None for cost in found) >= 5
    assert sum(cost is not None for cost in found) >= 10


def test_each_activation_stands_alone_and_needs_no_budget() -> None:
    same = cases.document(
        [cases.activation("a", "x"), cases.activation("b", "x")],
        cases.creators("x", 4),
        budget={"total": "1.00", "monthly": {"2027-03": "1.00"}},
    )
    assert costs(priced(same, 0.6)) == {"a": ["48.00"], "b": ["48.00"]}


def test_other_rules_stay() -> None:
    stock = cases.two(products=[{"id": "socks", "unit_cost": "10.00", "stock": [{"on": "2027-03-01", "units": 3}]}])
    assert costs(priced(stock, 0.6, 0.5)) == {"a": ["36.00", None], "b": ["36.00", None]}
    lock = {"creator": "x-1", "activation": "a", "mode": "gift"}
    spare = cases.two(locks=[lock, {**lock, "creator": "x-2"}, {**lock, "creator": "x-3"}])
    assert costs(priced(spare, 0.4)) == {"a": ["36.00"], "b": ["24.00"]}


def test_waves_and_unwritten_activations_have_curves_of_their_own() -> None:
    repeated = cases.activation("a", "x", window_days=5, repeat={"times": 2, "every_days": 7, "flex_days": 0})
    repeated["start_latest"] = "2027-04-05"
    lock = {"creator": "x-1", "activation": "a-2", "mode": "skip"}
    answer = priced(cases.document([repeated], cases.creators("x", 4), locks=[lock]), 0.5)
    assert {curve.activation: curve.points[0].status for curve in answer.activations} == {
        "a-1": "optimal",
        "a-2": "infeasible",
    }
    unwritten = cases.two()
    del unwritten["activations"]
    assert [curve.activation for curve in priced(unwritten, 0.01).activations] == ["x", "y"]


def test_equal_calls_differ_in_their_effort_only_whatever_the_workers() -> None:
    one, two = (priced(cases.two(), 0.4, 0.6, workers=workers) for workers in (1, 2))
    assert one.model_copy(update={"run": two.run}) == two


@pytest.mark.parametrize(
    ("confidences", "pointers"),
    [([], [""]), ([0, 1], ["/0", "/1"]), ([0.9, 0.5, 0.9, 2], ["/2", "/3"]), ([float("nan")], ["/0"])],
)
def test_all_that_is_wrong_with_confidences_is_told(confidences: list[float], pointers: list[str]) -> None:
    with pytest.raises(InputError) as error:
        checked(confidences)
    assert [problem.pointer for problem in error.value.problems] == pointers


def test_confidences_come_in_order() -> None:
    assert checked([0.9, 0.5, 0.99]) == [0.5, 0.9, 0.99]


def searching(monkeypatch: pytest.MonkeyPatch, change: Any = None) -> list[float]:
    """Watch the searches, change their plans; return the confidences asked for."""
    asked: list[float] = []

    def watched(question: Scenario, settings: Settings, **options: Any) -> Certified:
        (activation,) = question.activations or []
        asked.append(activation.confidence)
        result = certified(question, settings, **options)
        return result if change is None else Certified(change(result.plan), result.instance, result.solution)

    monkeypatch.setattr(certainty, "certified", watched)
    return asked


def test_a_wrong_bound_of_a_search_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(found: Plan) -> Plan:
        return found.model_copy(update={"objective": found.objective.model_copy(update={"cost_bound": "48.01"})})

    searching(monkeypatch, wrong)
    with pytest.raises(VerificationError, match=r"a at 0\.6 costs at least 48\.01"):
        priced(cases.two(), 0.6)


def test_what_is_settled_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = searching(monkeypatch)
    one = cases.document([cases.activation("a", "x")], cases.creators("x", 4))
    answer = priced(one, 0.52, 0.6, 0.65, 0.66, 0.9, 0.95)
    assert asked == [0.52, 0.6, 0.9]
    assert costs(answer) == {"a": ["36.00", "48.00", "48.00", "48.00", None, None]}
    assert [point.status for point in answer.activations[0].points[-2:]] == ["infeasible", "infeasible"]


def nothing_found(found: Plan) -> Plan:
    totals = found.totals.model_copy(update={"cost": None})
    stated = found.objective.model_copy(update={"cost_bound": None})
    return found.model_copy(update={"status": "unknown", "totals": totals, "objective": stated})


def test_what_time_left_open_is_asked_again_while_there_is_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    patience = iter([False, False, True, False, False, False, False])
    asked = searching(monkeypatch, lambda found: nothing_found(found) if next(patience) else found)
    answer = priced(cases.two(), 0.2, 0.4, 0.6)
    assert asked == [0.2, 0.4, 0.6, 0.2, 0.4, 0.6, 0.6]
    assert costs(answer)["a"] == ["12.00", "24.00", "48.00"]


def test_what_would_have_no_more_time_than_before_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = searching(monkeypatch, nothing_found)
    one = cases.document([cases.activation("a", "x")], cases.creators("x", 4))
    assert [point.status for point in points(priced(one, 0.6))] == ["unknown"]
    assert asked == [0.6]


def test_where_time_is_short_the_least_known_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def vague(found: Plan) -> Plan:
        open_bound = found.objective.model_copy(update={"cost_bound": "1.00"})
        return found.model_copy(update={"objective": open_bound})

    def open_at_first(found: Plan) -> Plan:
        if len(asked) > 4:
            return found
        return nothing_found(found) if asked[-1] == 0.6 else vague(found)

    asked = searching(monkeypatch, open_at_first)
    priced(cases.two(), 0.2, 0.6)
    assert asked == [0.2, 0.6, 0.2, 0.6, 0.6, 0.6, 0.2]


def points(answer: PriceOfCertainty) -> list[CertaintyPoint]:
    return [point for curve in answer.activations for point in curve.points]


def test_once_cancelled_the_rest_is_unknown() -> None:
    cancel, told = threading.Event(), list[Step]()

    def stop(step: Step) -> None:
        told.append(step)
        if step.number == 2:
            cancel.set()

    answer = price_of_certainty(cases.checked(cases.two()), [0.4, 0.66], ALL, progress=stop, cancel=cancel)
    assert [(step.number, step.of, step.what) for step in told] == [(1, 6, "a at 40%"), (2, 6, "a at 60%")]
    assert [point.status for point in points(answer)] == ["optimal", "unknown", "unknown", "unknown"]
    assert answer.totals == [None, None]


def test_without_time_everything_is_unknown() -> None:
    answer = priced(cases.two(), 0.5, 0.6, time_limit_seconds=1e-6)
    assert {point.status for point in points(answer)} == {"unknown"}
    assert all(point.cost is None and point.cost_bound is None and point.gap is None for point in points(answer))


@lru_cache
def example() -> PriceOfCertainty:
    return priced(cases.two(), 0.5, 0.6)


def test_the_answer_goes_through_json() -> None:
    text = example().model_dump_json(by_alias=True)
    assert PriceOfCertainty.model_validate_json(text) == example()
