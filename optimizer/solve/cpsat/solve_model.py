"""CP-SAT: the one place that sets its parameters, one call with every status mapped, and bounds valid or not given.

Every call uses one thread, so that the same model and seed take the same path; threads only serve separate calls.
`linearization_level = 2` because the covers are knapsack-like rows whose relaxation does the pruning (measured on
activations of 40 creators: 0.13 s against 0.36 s at level 1, and with daily capacities a bound where level 1 has none).
Cuts of its own and probing are left to calls of unlimited effort, which are of whole models; elsewhere the thresholds
and dominance cuts say it better (people for fixed windows and single windows of family W, exported: 1.5 s
against 5.7, 1.3 against 2.4, 0.08 against 0.33).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from ortools.sat.python import cp_model

from optimizer.errors import GroundswellError
from optimizer.model.objective import add_hint
from optimizer.model.selection import Selection
from optimizer.model.variables import Variables
from optimizer.solve.control import Control

SAFE_ROW_SUM = 2**31
"""OR-tools 9.15 can report a false OPTIMAL when the Boolean coefficients of one row sum beyond this (issue 5293)."""
TOLERANCE = 1e-6
"""Covers CP-SAT's conversion of whole-numbered bounds to floats."""
LARGEST_BOUND = 2**53
"""Beyond it a float does not tell whole numbers apart, so nothing is concluded from it."""


class CallStatus(Enum):
    """What a call proved."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


_STATUSES = {
    cp_model.OPTIMAL: CallStatus.OPTIMAL,
    cp_model.FEASIBLE: CallStatus.FEASIBLE,
    cp_model.INFEASIBLE: CallStatus.INFEASIBLE,
    cp_model.UNKNOWN: CallStatus.UNKNOWN,
}


@dataclass(frozen=True)
class CallLimits:
    """When a call ends early.

    `gap`: relative gap between incumbent and bound. `effort`: CP-SAT's deterministic time, about seconds on a quick
    machine but the same on every machine; `seconds`: wall clock on top of the control's deadline; `rounds`: calls of a
    cut loop; `nodes`: of HiGHS' search tree; None where CP-SAT is called.
    """

    gap: float = 0.0
    effort: float = math.inf
    seconds: float = math.inf
    rounds: int = 1000
    nodes: int | None = None


@dataclass(frozen=True)
class SolveResult:
    """Result of one call.

    `objective` is None without a selection; `bound` is None where nothing is proven (and where infeasible).
    """

    status: CallStatus
    selection: Selection | None
    objective: int | None
    bound: int | None

    @property
    def infeasible(self) -> bool:
        """Whether the model is proven to have no solution."""
        return self.status is CallStatus.INFEASIBLE


def optimise(
    v: Variables,
    objective: cp_model.LinearExpr,
    control: Control,
    *,
    seed: int,
    maximise: bool = False,
    limits: CallLimits = CallLimits(),
    hint: Selection | None = None,
) -> SolveResult:
    """Minimise (or maximise) `objective` over the model of `v` until proven, within `limits`, or stopped."""
    if control.stopped:
        return SolveResult(CallStatus.UNKNOWN, None, None, None)
    (v.model.maximize if maximise else v.model.minimize)(objective)
    if hint is not None:
        v.model.proto.clear_solution_hint()
        add_hint(v, hint)
    solver = new_solver(limits, control, seed=seed)
    if _largest_row_sum(v.model) >= SAFE_ROW_SUM:
        solver.parameters.presolve_inclusion_work_limit = 0
    status = solve(solver, v.model, control)
    if status is CallStatus.INFEASIBLE:
        return SolveResult(status, None, None, None)
    solved = has_solution(status)
    bound = proven_bound(solver, solved=solved, maximise=maximise)
    if not solved:
        return SolveResult(status, None, None, bound)
    return SolveResult(status, v.extract(solver.response_proto.solution), round(solver.objective_value), bound)


def new_solver(limits: CallLimits, control: Control | None = None, *, seed: int | None = None) -> cp_model.CpSolver:
    """Return a solver with the parameters of every call.

    Parameters
    ----------
    control
        Its remaining time limits the call; None where deterministic effort alone does.
    seed
        None for CP-SAT's own.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.linearization_level = 2
    parameters.catch_sigint_signal = False
    parameters.relative_gap_limit = limits.gap
    if seed is not None:
        parameters.random_seed = seed
    if control is not None:
        parameters.max_time_in_seconds = min(control.remaining, limits.seconds)
    if math.isfinite(limits.effort):
        parameters.cut_level = 0
        parameters.cp_model_probing_level = 0
        parameters.max_deterministic_time = limits.effort
    return solver


def solve(solver: cp_model.CpSolver, model: cp_model.CpModel, control: Control | None = None) -> CallStatus:
    """Solve a model, stopping when the control is cancelled.

    Raises
    ------
    GroundswellError
        If CP-SAT refuses the model: a bug.
    """
    if control is None:
        answer = solver.solve(model)
    else:
        with control.watching(solver):
            answer = solver.solve(model)
    if answer not in _STATUSES:
        raise GroundswellError(f"The solver refused its model: {solver.status_name(answer)} {model.validate()}")
    return _STATUSES[answer]


def has_solution(status: CallStatus) -> bool:
    """Return whether a call with this status has a solution to read."""
    return status in (CallStatus.OPTIMAL, CallStatus.FEASIBLE)


def proven_bound(solver: cp_model.CpSolver, *, solved: bool, maximise: bool) -> int | None:
    """Return what a call proved of its whole-numbered objective, None where that is nothing.

    Bounds are rounded to the feasible side after `TOLERANCE`: up when minimising, down when maximising.
    """
    best = solver.best_objective_bound
    if not math.isfinite(best) or abs(best) >= LARGEST_BOUND or (not solved and best == 0.0):
        return None
    return math.floor(best + TOLERANCE) if maximise else math.ceil(best - TOLERANCE)


def _largest_row_sum(model: cp_model.CpModel) -> int:
    """Return the largest sum of absolute coefficients of a linear row."""
    return max(
        (sum(abs(c) for c in row.linear.coeffs) for row in model.proto.constraints if row.has_linear()), default=0
    )
