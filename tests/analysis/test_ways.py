"""Single fields changed, and the least change that helps found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.analysis.diagnosis.documents import (
    Patch,
    activation_pointer,
    document,
    patched,
    posed,
    value_at,
)
from optimizer.analysis.diagnosis.questions import Answer
from optimizer.analysis.diagnosis.relaxable import Relaxable, above, below, hundredths, listed_values, raised, steps
from optimizer.analysis.diagnosis.ways import Least, least_level
from optimizer.plan import Plan
from optimizer.scenario.semantics import waves
from tests import builders
from tests.analysis.cases import checked, solved, two

DATA = {"a": {"b": [1, 2, 3]}, "x/y~z": 1}
PLAN = solved(two()).plan


@pytest.mark.parametrize(
    ("patches", "expected"),
    [
        ([Patch("/a/b/1", 9)], {"a": {"b": [1, 9, 3]}, "x/y~z": 1}),
        ([Patch("/a/b/0", None), Patch("/a/b/2", None)], {"a": {"b": [2]}, "x/y~z": 1}),
        ([Patch("/x~1y~0z", None)], {"a": {"b": [1, 2, 3]}}),
        ([Patch("/c/d", False)], {"a": {"b": [1, 2, 3]}, "x/y~z": 1, "c": {"d": False}}),
        ([Patch("/c/d", None)], {"a": {"b": [1, 2, 3]}, "x/y~z": 1, "c": {}}),
        ([], DATA),
    ],
)
def test_fields_are_set_and_taken_away(patches: list[Patch], expected: Any) -> None:
    assert patched(DATA, patches) == expected
    assert DATA == {"a": {"b": [1, 2, 3]}, "x/y~z": 1}


def test_items_go_from_the_end_beyond_the_tenth_too() -> None:
    assert patched(list(range(12)), [Patch("/9", None), Patch("/10", None), Patch("/2", None)]) == [
        0, 1, 3, 4, 5, 6, 7, 8, 11,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value"), [("/a/b/2", 3), ("/x~1y~0z", 1), ("/a/c", None), ("/q/r/s", None), ("", DATA)]
)
def test_values_are_read(pointer: str, value: Any) -> None:
    assert value_at(DATA, pointer) == value


def test_a_scenario_goes_through_its_document_unchanged() -> None:
    scenario = builders.scenario()
    assert checked(document(scenario)) == scenario
    written = checked(document(builders.scenario(activations=..., locks=[])))
    assert [activation_pointer(wave) for wave in waves(written)] == ["/activations/0", "/activations/1"]
    assert [activation_pointer(wave) for wave in waves(builders.scenario(activations=...))] == [
        "/activations/0",
        "/activations/1",
    ]


def test_a_question_asks_for_the_waves_it_names_and_no_others() -> None:
    scenario = builders.scenario()
    question = posed(scenario, {"bread-2"})
    (wave,) = waves(question)
    (original,) = [each for each in waves(scenario) if each.id == "bread-2"]
    assert (wave.earliest, wave.latest, wave.min_posts) == (original.earliest, original.latest, original.min_posts)
    assert question.objective.goal == "min_cost"
    assert question.locks == []
    assert {creator.id for creator in question.creators} == {"ben", "cat", "dan"}
    assert [lock.creator for lock in posed(scenario, {"bread-1"}).locks] == ["cat"]


def relaxable(levels: int, **fields: Any) -> Relaxable:
    return Relaxable("/k", "K", -1, levels, lambda level: level, 1.0, levels - 1, **fields)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.booleans())
def test_the_least_level_is_found(case: tuple[int, int], first_likely: bool) -> None:
    levels, least = case

    def ask(patch: Patch) -> Answer:
        assert isinstance(patch.value, int)
        return Answer(True, PLAN) if patch.value >= least else Answer(False)

    found = least_level(relaxable(levels, first_likely=first_likely), ask)
    assert (None if found.level is None else found.level.number) == (least if least < levels else None)
    assert found.proven


def test_what_a_plan_uses_shortens_the_search() -> None:
    asked = []

    def ask(patch: Patch) -> Answer:
        asked.append(patch.value)
        return Answer(patch.value is None or (isinstance(patch.value, int) and patch.value >= 4), PLAN)

    def use(_: Plan) -> int:
        return 5

    found = least_level(raised("/k", "K", 2, use), ask)
    assert found.level is not None
    assert raised("/k", "K", 2, use).value(found.level.number) == 4
    assert asked == [None, 3, 4]
    assert least_level(raised("/k", "K", 2, use, priced=True), ask).level is not None
    assert asked == [None, 3, 4, None]


def test_an_answer_that_time_did_not_give_is_not_taken_for_a_yes() -> None:
    found = least_level(relaxable(8), lambda patch: Answer(True if patch.value == 7 else None, PLAN))
    assert found.level is not None
    assert found.level.number == 7
    assert not found.proven
    assert least_level(relaxable(8), lambda _: Answer(None)) == Least(None, proven=False)
    assert least_level(relaxable(8), lambda _: Answer(False)) == Least(None, proven=True)


@pytest.mark.parametrize(("below", "proven"), [({3: False}, True), ({3: None}, False), ({2: False, 3: None}, False)])
def test_a_level_is_the_least_only_where_the_one_below_is_ruled_out(
    below: dict[int, bool | None], proven: bool
) -> None:
    def ask(patch: Patch) -> Answer:
        assert isinstance(patch.value, int)
        return Answer(below.get(patch.value, patch.value >= 4), PLAN)

    found = least_level(relaxable(8), ask)
    assert found.level is not None
    assert (found.level.number, found.proven) == (4, proven)


@pytest.mark.parametrize(("bound", "proven"), [(PLAN.totals.cost, True), ("0.01", False)])
def test_a_price_is_the_least_only_where_the_bound_meets_it(bound: str, proven: bool) -> None:
    plan = PLAN.model_copy(update={"objective": PLAN.objective.model_copy(update={"cost_bound": bound})})
    found = least_level(raised("/k", "K", 2, lambda _: 9, priced=True), lambda _: Answer(True, plan))
    assert found.proven is proven


@pytest.mark.parametrize(
    ("turned", "values"),
    [
        (steps("/k", "K", 3, 0), [2, 1, 0]),
        (steps("/k", "K", 3, 5), [4, 5]),
        (hundredths("/k", "K", 0.5, (49, 47)), [0.49, 0.48, 0.47]),
        (hundredths("/k", "K", 0.98, (99, 100)), [0.99, 1.0]),
        (listed_values("/k", "K", "x", ["y", None], size=1.0), ["y", None]),
    ],
)
def test_ladders_go_from_the_least_change_to_the_greatest(turned: Relaxable, values: list[Any]) -> None:
    assert [turned.patch(level).value for level in range(turned.levels)] == values
    assert turned.removal.value == values[-1]


@pytest.mark.parametrize(
    ("share", "lower", "higher"), [(0.9, 89, 91), (0.905, 90, 91), (0.29, 28, 30), (1 / 3, 33, 34)]
)
def test_hundredths_beside_a_share(share: float, lower: int, higher: int) -> None:
    assert (below(share), above(share)) == (lower, higher)
