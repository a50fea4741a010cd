from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from ortools.sat.python import cp_model
from scipy.sparse import csr_array

from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.cpsat.mip import MARGIN, Rows, beyond_doubt, certified, optimise_by_mip, rows_of
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus, optimise
from tests.seeds import seeds
from tests.solve.searching import control, problem, tight


def secured_first(given: Instance, approximation: Approximation) -> Variables:
    """The model of the first two activations, both secured."""
    own = problem(given)
    v = Variables(part_of(given, own.covers, approximation, activations=[0, 1]), approximation)
    add_rules(v)
    for secured in v.secured.values():
        v.model.add(secured == 1)
    return v


def kept(model: cp_model.CpModel, flags: list[cp_model.IntVar], point: tuple[int, ...]) -> bool:
    """Whether CP-SAT takes a point for a solution."""
    fixed = model.clone()
    for flag, value in zip(flags, point, strict=True):
        fixed.add(fixed.get_bool_var_from_proto_index(flag.index) == value)
    return cp_model.CpSolver().solve(fixed) == cp_model.OPTIMAL


def every_kind() -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    a, b, c, d = flags = [model.new_bool_var(name) for name in "abcd"]
    model.add_bool_or([~a, b, c])
    model.add_at_most_one([a, ~b, d])
    model.add(2 * a - 3 * b + c >= -1).only_enforce_if(d)
    model.add(a + b + c <= 2).only_enforce_if([~d, c])
    model.add(5 * b + 2 * c + d <= 7)
    # Always true, whatever enforces it.
    model.add(a + b <= 5).only_enforce_if([c, d])
    return model, flags


def test_rows_say_what_the_model_says_at_every_point() -> None:
    model, flags = every_kind()
    rows = rows_of(model)
    assert rows is not None
    points = list(product((0, 1), repeat=len(flags)))
    told = [rows.kept(np.array(point)) for point in points]
    assert told == [kept(model, flags, point) for point in points]
    assert 0 < sum(told) < len(told)


def test_exactly_one_is_a_row_of_both_sides() -> None:
    model = cp_model.CpModel()
    flags = [model.new_bool_var(name) for name in "abc"]
    model.add_exactly_one([flags[0], ~flags[1], flags[2]])
    rows = rows_of(model)
    assert rows is not None
    points = list(product((0, 1), repeat=3))
    assert [rows.kept(np.array(p)) for p in points] == [p[0] + (1 - p[1]) + p[2] == 1 for p in points]


def test_variables_that_are_no_booleans_are_left_to_cp_sat() -> None:
    model = cp_model.CpModel()
    number = model.new_int_var(0, 10, "n")
    model.add(number <= 5).only_enforce_if(model.new_bool_var("b"))
    assert rows_of(model) is None


def test_constraints_of_other_kinds_are_left_to_cp_sat() -> None:
    v = secured_first(tight(communities=2, people=12), Approximation.OUTER)
    v.model.add_bool_xor([*v.secured.values(), True])
    assert rows_of(v.model) is None
    result = optimise_by_mip(v, objective.cost(v), control(), seed=1)
    assert result.status is CallStatus.OPTIMAL


def test_rows_of_large_numbers_are_loosened_or_tightened_and_small_ones_stay() -> None:
    matrix = csr_array(np.array([[1.0, 1.0], [40_000.0, 20_000.0], [0.0, 0.0]]))
    rows = Rows(matrix, np.array([-np.inf, 50_000.0, -np.inf]), np.array([1.0, np.inf, 0.0]))
    looser, tighter = rows.for_floats(1e-6), rows.for_floats(-1e-6)
    assert looser.ub[0] == tighter.ub[0] == 1.0
    assert looser.lb[1] < 50_000 / 40_000 < tighter.lb[1]
    assert looser.A.toarray()[1].tolist() == [1.0, 0.5]


@pytest.mark.parametrize("most", [0, 1, 99, 173_465, 9_999_999])
def test_what_is_ruled_out_beyond_doubt_is_ruled_out_after_the_margin(most: int) -> None:
    assert certified(float(beyond_doubt(most))) >= most
    assert certified(float(most)) <= most * (1 - MARGIN)


@pytest.mark.parametrize("seed", seeds(1, 40))
def test_both_engines_agree_where_few_parcels_leave_on_a_day(seed: int) -> None:
    given = tight(communities=2, people=10, capacity=2, seed=seed)
    for approximation in Approximation:
        first, second = secured_first(given, approximation), secured_first(given, approximation)
        limits = CallLimits(gap=0.0)
        truth = optimise(first, objective.cost(first), control(), seed=1, limits=limits)
        told = optimise_by_mip(second, objective.cost(second), control(), seed=1, limits=limits)
        assert told.infeasible == truth.infeasible
        if truth.objective is not None and told.objective is not None and told.bound is not None:
            assert truth.objective <= told.objective <= truth.objective * (1 + 1e-4)
            assert truth.objective * (1 - 2 * MARGIN) - 2 <= told.bound <= truth.objective
            if approximation is Approximation.INNER:
                assert told.selection is not None
                assert not failing(given, told.selection, [0, 1])


@pytest.mark.parametrize("seed", seeds(1, 20))
def test_cut_until_it_holds_by_either_engine(seed: int) -> None:
    given = tight(communities=2, people=8, capacity=2, seed=seed)
    first, second = (secured_first(given, Approximation.OUTER) for _ in range(2))
    truth = solve_with_cuts(first, objective.cost(first), control(), seed=1, limits=CallLimits())
    told = solve_with_cuts(second, objective.cost(second), control(), seed=1, limits=CallLimits(nodes=100_000))
    assert told.infeasible == truth.infeasible
    if not truth.infeasible:
        assert truth.objective is not None
        assert told.objective is not None
        assert told.bound is not None
        assert truth.objective <= told.objective <= truth.objective * (1 + 1e-4)
        assert told.bound <= truth.objective
