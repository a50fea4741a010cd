"""Windows and parcels per day for a whole set of activations, before anybody is chosen: a small model and a bound.

A relaxation of the plan of most value or least cost: every plan gives a solution that costs no more, so the optimum is
a bound; and its windows and days are a good place to start placing people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.derive.instance import Ints
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.bounds.schedule_model import ScheduleModel, schedule_model, spent_on, value_of
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus, has_solution, new_solver, proven_bound, solve
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS


@dataclass(frozen=True)
class Schedule:
    """Result of the model.

    `impossible`: no plan secures all `wanted`. `bound`: a certified bound on value (maximised) or cost; None
    where nothing was proven. `windows` and `parcels` (activation → places wanted per day) of the best solution, if any.
    """

    impossible: bool
    bound: int | None
    cost: int
    windows: Mapping[int, int]
    parcels: Mapping[int, Ints]


def make_schedule(
    problem: SearchProblem,
    lower_bounds: LowerBounds,
    wanted: Collection[int],
    *,
    all_of_them: bool = False,
    least_value: int | None = None,
    without: Collection[frozenset[int]] = (),
    effort: float = PARAMETERS.schedule_effort,
) -> Schedule:
    """Return a schedule of least cost for the wanted activations, or of most value.

    Parameters
    ----------
    all_of_them
        Secure every wanted activation; the budget is then left out, so that the cost is the least there is.
    least_value
        Without `all_of_them`: secure at least this value at least cost; None maximises value.
    without
        Sets of windows not to be taken all together; the result is then a proposal, its bound bounds nothing.
    """
    m = schedule_model(problem, lower_bounds, wanted)
    for windows in without:
        owners = [(int(problem.instance.windows.activation[w]), w) for w in windows]
        if all(a in m.secured for a, _ in owners):
            m.model.add(sum(m.window_flag(a, w) for a, w in owners) <= len(owners) - 1)
    spent = spent_on(m)
    if all_of_them:
        for flag in m.secured.values():
            m.model.add(flag == 1)
        m.model.minimize(spent)
    else:
        _secure_within_budget(problem, m, spent, least_value)
    return _solved(m, spent, effort, maximise=not all_of_them and least_value is None)


def _secure_within_budget(
    problem: SearchProblem, m: ScheduleModel, spent: cp_model.IntVar, least_value: int | None
) -> None:
    """Secure what must be and keep the budget; maximise the value, or minimise what a least value costs."""
    value, limit = value_of(m, m.secured), problem.instance.limits.budget_minor
    if limit is not None:
        m.model.add(spent <= limit)
    for a in np.flatnonzero(problem.instance.must_secure):
        m.model.add(m.secured[int(a)] == 1)
    if least_value is None:
        m.model.maximize(value)
    else:
        m.model.add(value >= least_value)
        m.model.minimize(spent)


def _solved(m: ScheduleModel, spent: cp_model.IntVar, effort: float, *, maximise: bool) -> Schedule:
    control = m.problem.control
    if control.stopped:
        return Schedule(False, None, 0, {}, {})
    limits = CallLimits(gap=0.0 if maximise else m.problem.gap / 4, effort=effort)
    solver = new_solver(limits, control, seed=m.problem.seed)
    status = solve(solver, m.model, control)
    if status is CallStatus.INFEASIBLE:
        return Schedule(True, None, 0, {}, {})
    bound = proven_bound(solver, solved=has_solution(status), maximise=maximise)
    if not has_solution(status):
        return Schedule(False, bound, 0, {}, {})
    windows = {a: size.window for a, sizes in m.sizes.items() for size, flag in sizes if solver.boolean_value(flag)}
    days = len(m.problem.instance.limits.ship_month)
    parcels = {}
    for a in windows:
        wanted = np.zeros(days, dtype=np.int64)
        for day, count in m.parcels[a].items():
            wanted[day] = solver.value(count)
        parcels[a] = wanted
    return Schedule(False, bound, int(solver.value(spent)), windows, parcels)
