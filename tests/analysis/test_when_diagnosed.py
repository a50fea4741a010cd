"""When a plan is diagnosed, with how much time, and what is told meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from optimizer.analysis.diagnose import diagnose
from optimizer.analysis.diagnosis.documents import Patch
from optimizer.analysis.diagnosis.examination import Examination
from optimizer.analysis.diagnosis.questions import NOT_KNOWN, Answer, Questions
from optimizer.planner import make_plan
from optimizer.solve.control import Progress
from tests.analysis.cases import (
    POST,
    SETTINGS,
    activation,
    blocking,
    checked,
    creators,
    diagnosed,
    document,
    solved,
    two,
    way,
)


@pytest.mark.parametrize("cancelled", [True, False])
def test_without_time_the_essentials_are_told(cancelled: bool) -> None:
    given = document([activation("a", "x", min_posts=3), activation("b", "y")], [*creators("x", 3), *creators("y", 5)])
    cancel = threading.Event()
    if cancelled:
        cancel.set()
    result = solved(given)
    found = diagnose(checked(given), result, SETTINGS, deadline=time.monotonic() - 1, cancel=cancel)
    assert [(item.activation, item.limit) for item in found.blocked] == [("a", "network")]
    assert bool(found.ways_out) is not cancelled


def test_a_limit_not_found_in_time_is_not_invented() -> None:
    given = two(budget={"total": "80.00"})
    cancel = threading.Event()
    cancel.set()
    found = diagnose(checked(given), solved(given), SETTINGS, deadline=time.monotonic() + 60, cancel=cancel)
    assert blocking(found) == {("b", "budget_total"): None}
    assert "leaves £32.00" in found.blocked[0].detail
    assert "too short to find out what would suffice" in found.blocked[0].detail
    assert "--diagnose" in found.blocked[0].detail


def unanswered(monkeypatch: pytest.MonkeyPatch, *patches: Patch) -> None:
    """Have time not tell what one of these changes alone brings."""
    put = Questions.ask

    def ask(self: Questions, asked: frozenset[str], given: Sequence[Patch] = (), *, cheapest: bool = False) -> Answer:
        alone = any(tuple(given) == (patch,) for patch in patches)
        return NOT_KNOWN if alone else put(self, asked, given, cheapest=cheapest)

    monkeypatch.setattr(Questions, "ask", ask)


def test_a_change_about_which_time_did_not_tell_is_not_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    skips = [{"creator": f"x-{number}", "activation": "a", "mode": "skip"} for number in (1, 2)]
    given = document([activation("a", "x")], creators("x", 5), locks=skips)
    unanswered(monkeypatch, Patch("/locks/0", None), Patch("/locks/1", None))
    found = diagnosed(given)
    (locked,) = [item for item in found.blocked if item.limit == "locks"]
    assert "too short to find out which single change suffices, if any does" in locked.detail
    assert "`--diagnose`" in locked.detail
    assert "no single change" not in locked.detail
    assert (found.complete, found.not_asked) == (False, ["locks"])


def test_a_value_not_proven_to_be_the_least_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shipping = {"daily_capacity": 2, "ship_weekdays": ["fri"], "services": [POST]}
    given = document([activation("a", "x")], creators("x", 4), shipping=shipping, objective={"goal": "min_cost"})
    whole = diagnosed(given)
    assert whole.blocked[0].detail == "Parcels a day: 2 now; 4 suffices, no smaller change does."
    assert "smaller" not in way(whole, "/shipping/daily_capacity").effect
    unanswered(monkeypatch, Patch("/shipping/daily_capacity", 3))
    found = diagnosed(given)
    assert found.blocked[0].detail == "Parcels a day: 2 now; 4 suffices, a smaller change may do."
    assert way(found, "/shipping/daily_capacity").effect.endswith("A smaller change may do.")


def test_limits_about_which_time_did_not_tell_together_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = [{"id": "socks", "unit_cost": "10.00", "stock": [{"on": "2027-03-01", "units": 5}]}]
    given = two(budget={"total": "60.00"}, products=stock, objective={"goal": "min_cost"})
    monkeypatch.setattr(Examination, "_without_all", lambda *_: NOT_KNOWN)
    found = diagnosed(given)
    assert [item.limit for item in found.blocked] == ["time_limit"]
    assert {"budget_total", "stock"} <= set(found.not_asked)


def test_an_infeasible_plan_has_a_diagnosis_although_it_was_cancelled() -> None:
    given = two(budget={"total": "80.00"}, objective={"goal": "min_cost"})
    cancel = threading.Event()

    def end_at_the_verdict(moment: Progress) -> None:
        if moment.status is not None:
            cancel.set()

    plan = make_plan(checked(given), SETTINGS, progress=end_at_the_verdict, cancel=cancel)
    assert plan.status == "infeasible"
    found = plan.diagnosis
    assert found is not None
    assert not found.complete
    assert "budget_total" in found.not_asked
    assert found.ways_out == []


def test_a_plan_that_misses_nothing_has_no_diagnosis() -> None:
    assert make_plan(checked(two()), SETTINGS).diagnosis is None
    assert make_plan(checked(two(budget={"total": "80.00"})), SETTINGS).diagnosis is not None


def test_a_listener_is_told_that_it_is_asked_what_stands_in_the_way() -> None:
    moments: list[Progress] = []
    plan = make_plan(checked(two(budget={"total": "80.00"})), SETTINGS, progress=moments.append)
    missing = sum(not activation.secured for activation in plan.activations)
    assert missing > 0
    asked = [moment for moment in moments if moment.phase.startswith("asking what stands in the way")]
    assert [moment.phase for moment in asked][-1] == f"asking what stands in the way ({missing} of {missing})"
    assert {moment.value for moment in asked} == {plan.objective.value}
    assert moments == sorted(moments, key=lambda moment: moment.elapsed_seconds)
