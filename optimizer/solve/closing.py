"""Solve a bounding-side model until its optimum holds exactly."""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.model.variables import Selection, Variables
from optimizer.solve.call import Limits, Verdict, optimise
from optimizer.solve.control import Control
from optimizer.solve.exact import FailingSet, add_cuts, failing, failing_set, options_of


@dataclass(frozen=True)
class Closed:
    """Result of `close`.

    `infeasible`: the model has no solution that holds. `bound`: no solution that holds is better (None: nothing
    proven). `selection`: the best that holds, with `objective`; None where none was met. `exact`: selection and
    bound meet within the gap of the limits. `cuts`: what was cut off on the way.
    """

    infeasible: bool
    bound: int | None
    selection: Selection | None
    objective: int | None
    exact: bool
    cuts: tuple[FailingSet, ...]


def close(
    v: Variables,
    objective: cp_model.LinearExpr,
    control: Control,
    *,
    seed: int,
    limits: Limits,
    maximise: bool = False,
    rounds: int = 1000,
    hint: Selection | None = None,
) -> Closed:
    """Optimise a BOUNDING model, cutting off optima whose exact tail fails, at most `rounds` times.

    Every cut is valid for all selections that hold, so each round's bound is certified, and an optimum that holds is
    the optimum of the exact problem.
    """
    open_activations = [a for a in v.part.activations if a not in v.part.settled]
    cuts: list[FailingSet] = []
    bound: int | None = None
    for _ in range(rounds):
        out = optimise(v, objective, control, seed=seed, limits=limits, maximise=maximise, hint=hint)
        if out.infeasible:
            return Closed(True, None, None, None, True, tuple(cuts))
        if out.bound is not None:
            bound = out.bound if bound is None else (min if maximise else max)(bound, out.bound)
        if out.selection is None:
            break
        broken = failing(v.instance, out.selection, open_activations)
        if not broken:
            return Closed(False, bound, out.selection, out.objective, out.verdict is Verdict.OPTIMAL, tuple(cuts))
        fresh = [failing_set(v.instance, a, options_of(v.instance, out.selection, a)) for a in broken]
        add_cuts(v, fresh)
        cuts.extend(fresh)
    return Closed(False, bound, None, None, False, tuple(cuts))
