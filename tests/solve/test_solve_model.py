from __future__ import annotations

import math
import time

import pytest
from ortools.sat.python import cp_model

from optimizer.derive.instance import Instance
from optimizer.errors import GroundswellError
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus, SolveResult, optimise
from tests.derive.small import activation, creator, instance
from tests.model.desk import Desk
from tests.solve.searching import control, tight

PEOPLE = [creator("x"), creator("y", 0.3), creator("z", 0.5, paid_fee="7.00")]


def model(found: Instance, *, secured: bool = True) -> Variables:
    v = Variables(part_of(found, Desk(found).covers, Approximation.OUTER), Approximation.OUTER)
    add_rules(v)
    if secured:
        for flag in v.secured.values():
            v.model.add(flag == 1)
    return v


def cheapest(v: Variables, *, effort: float = math.inf, gap: float = 0.0, seconds: float = 60.0) -> SolveResult:
    return optimise(v, objective.cost(v), control(seconds), seed=1, limits=CallLimits(gap=gap, effort=effort))


def test_optimal_is_the_least_cost_with_its_bound_and_selection() -> None:
    v = model(instance(PEOPLE, activation(confidence=0.7)))
    out = cheapest(v)
    assert (out.status, out.objective, out.bound, out.infeasible) == (CallStatus.OPTIMAL, 1_700, 1_700, False)
    assert out.selection is not None
    assert [bool(v.instance.options.paid[o]) for o in out.selection.options] == [True]
    assert out.selection.windows == {0: 0}


def test_maximising_rounds_the_other_way() -> None:
    v = model(instance(PEOPLE, activation(value=3), activation("b", value=5)), secured=False)
    out = optimise(v, objective.value(v), control(), seed=1, maximise=True)
    assert (out.status, out.objective, out.bound) == (CallStatus.OPTIMAL, 5, 5)


def test_infeasible_is_a_verdict_without_numbers() -> None:
    out = cheapest(model(instance(PEOPLE, activation(min_posts=4))))
    assert out == SolveResult(CallStatus.INFEASIBLE, None, None, None)
    assert out.infeasible


def test_a_stopped_control_asks_nothing() -> None:
    assert cheapest(model(instance(PEOPLE)), seconds=0.0) == SolveResult(CallStatus.UNKNOWN, None, None, None)


def test_no_effort_is_unknown_and_claims_nothing() -> None:
    out = cheapest(model(tight(2, 25, 3)), effort=0.0)
    assert (out.status, out.selection, out.objective) == (CallStatus.UNKNOWN, None, None)
    assert not out.infeasible


def test_a_little_effort_is_feasible_with_a_bound_below_and_reproducible() -> None:
    v = model(tight(4, 25, 3))
    out = cheapest(v, effort=1.0)
    assert out.status is CallStatus.FEASIBLE
    assert out.selection is not None
    assert out.objective == v.instance.options.cost_minor[list(out.selection.options)].sum()
    assert out.objective is not None
    assert out.bound is not None
    assert 0 < out.bound < out.objective
    assert cheapest(model(tight(4, 25, 3)), effort=1.0) == out


def test_a_gap_ends_early_and_the_bound_keeps_it() -> None:
    out = cheapest(model(tight(2, 25, 3)), gap=0.2)
    assert out.status is CallStatus.OPTIMAL
    assert out.objective is not None
    assert out.bound is not None
    assert 0.8 * out.objective - 1 <= out.bound <= out.objective


def test_seconds_and_the_deadline_end_a_call() -> None:
    v = model(tight(2, 25, 3))
    began = time.monotonic()
    optimise(v, objective.cost(v), control(), seed=1, limits=CallLimits(seconds=0.2))
    cheapest(v, seconds=0.2)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("best", "maximise", "bound"),
    [
        (1_699.3, False, 1_700),
        (1_699.0000001, False, 1_699),
        (1_698.9999999, False, 1_699),
        (1_699.01, False, 1_700),
        (1_700.7, True, 1_700),
        (1_700.9999999, True, 1_701),
        (-math.inf, False, None),
        (math.inf, True, None),
        (2.0**60, False, None),
    ],
)
def test_bounds_are_rounded_to_the_feasible_side(
    monkeypatch: pytest.MonkeyPatch, best: float, maximise: bool, bound: int | None
) -> None:
    v = model(instance(PEOPLE, activation(confidence=0.7)))
    monkeypatch.setattr(cp_model.CpSolver, "best_objective_bound", property(lambda _: best))
    out = optimise(v, objective.cost(v), control(), seed=1, maximise=maximise)
    assert out.bound == bound


def test_an_unknown_call_has_no_bound_of_nought(monkeypatch: pytest.MonkeyPatch) -> None:
    """CP-SAT reports 0 where it has proven nothing yet."""
    monkeypatch.setattr(cp_model.CpSolver, "solve", lambda *_: cp_model.UNKNOWN)
    monkeypatch.setattr(cp_model.CpSolver, "best_objective_bound", property(lambda _: 0.0))
    assert cheapest(model(instance(PEOPLE))) == SolveResult(CallStatus.UNKNOWN, None, None, None)
    monkeypatch.setattr(cp_model.CpSolver, "best_objective_bound", property(lambda _: 12.0))
    assert cheapest(model(instance(PEOPLE))).bound == 12


def test_a_refused_model_is_an_error_and_not_a_result() -> None:
    v = model(instance(PEOPLE))
    v.model.add(2**62 * v.secured[0] + 2**62 * v.window[0] + 2**62 * v.option[0] >= 0)
    with pytest.raises(GroundswellError, match="refused"):
        cheapest(v)


@pytest.mark.parametrize(("factor", "guarded"), [(1, False), (2**21, True)])
def test_rows_beyond_two_to_the_31_turn_the_faulty_presolve_off(
    monkeypatch: pytest.MonkeyPatch, factor: int, guarded: bool
) -> None:
    seen: list[int] = []
    usual = cp_model.CpSolver().parameters.presolve_inclusion_work_limit

    def solve(self: cp_model.CpSolver, _: cp_model.CpModel) -> cp_model.CpSolverStatus:
        seen.append(self.parameters.presolve_inclusion_work_limit)
        return cp_model.UNKNOWN

    monkeypatch.setattr(cp_model.CpSolver, "solve", solve)
    monkeypatch.setattr(cp_model.CpSolver, "best_objective_bound", property(lambda _: 0.0))
    v = model(instance(PEOPLE))
    v.model.add(factor * 1_024 * v.secured[0] >= 0)
    cheapest(v)
    assert seen == [0 if guarded else usual]


def test_one_thread_and_the_seed_given(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def solve(self: cp_model.CpSolver, _: cp_model.CpModel) -> cp_model.CpSolverStatus:
        seen.append((self.parameters.num_workers, self.parameters.random_seed))
        return cp_model.UNKNOWN

    monkeypatch.setattr(cp_model.CpSolver, "solve", solve)
    monkeypatch.setattr(cp_model.CpSolver, "best_objective_bound", property(lambda _: 0.0))
    v = model(instance(PEOPLE))
    optimise(v, objective.cost(v), control(), seed=77)
    assert seen == [(1, 77)]
