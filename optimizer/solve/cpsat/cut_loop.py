"""Solve an outer-approximation model until its optimum holds exactly."""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.model.selection import Selection
from optimizer.model.variables import Variables
from optimizer.solve.control import Control
from optimizer.solve.cpsat.dominance import DominancePool, DominanceRows, failing_profile
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.cpsat.mip import engine_of
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus


@dataclass(frozen=True)
class CutLoopResult:
    """Result of `solve_with_cuts`.

    `infeasible`: the model has no solution that holds. `bound`: no solution that holds is better (None: nothing
    proven). `selection`: the best that holds, with `objective`; None where none was met. `exact`: selection and
    bound meet within the gap of the limits. `cuts`: how many teams that fail were cut off on the way.
    """

    infeasible: bool
    bound: int | None
    selection: Selection | None
    objective: int | None
    exact: bool
    cuts: int


def solve_with_cuts(
    v: Variables,
    objective: cp_model.LinearExpr,
    control: Control,
    *,
    seed: int,
    limits: CallLimits,
    maximise: bool = False,
    hint: Selection | None = None,
    pool: DominancePool | None = None,
) -> CutLoopResult:
    """Optimise an OUTER model, cutting off optima whose exact tail fails, at most `limits.rounds` times.

    Every cut is valid for all selections that hold, so each round's bound is certified, and an optimum that holds is
    the optimum of the exact problem. `pool`: profiles of teams that failed before; those met here are added to it.
    HiGHS is called instead of CP-SAT where the limits say so.
    """
    open_activations = [a for a in v.part.activations if a not in v.part.fixed]
    pool = DominancePool() if pool is None else pool
    rows, cuts = DominanceRows(v), 0
    rows.add_pool(pool, open_activations)
    bound: int | None = None
    for _ in range(limits.rounds):
        out = engine_of(limits)(v, objective, control, seed=seed, limits=limits, maximise=maximise, hint=hint)
        if out.infeasible:
            return CutLoopResult(True, None, None, None, True, cuts)
        if out.bound is not None:
            bound = out.bound if bound is None else (min if maximise else max)(bound, out.bound)
        if out.selection is None:
            break
        broken = failing(v.instance, out.selection, open_activations)
        if not broken:
            return CutLoopResult(False, bound, out.selection, out.objective, out.status is CallStatus.OPTIMAL, cuts)
        for activation in broken:
            _cut_off(v, rows, pool, activation, out.selection)
        cuts += len(broken)
    return CutLoopResult(False, bound, None, None, False, cuts)


def _cut_off(v: Variables, rows: DominanceRows, pool: DominancePool, activation: int, selection: Selection) -> None:
    """Cut off an activation's team that fails, with all teams it dominates where its profile says so."""
    team = selection.options_of(v.instance, activation)
    profile = failing_profile(v.instance, activation, team)
    if profile is None:
        rows.forbid(activation, team)
    else:
        rows.add(activation, profile)
        pool.add(activation, profile)
