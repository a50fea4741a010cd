"""The optimum of a scenario by one model of everything: it knows no bounds, no cores and no dropped days."""

from __future__ import annotations

from typing import Any

from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.cpsat.cut_loop import CutLoopResult, solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits
from tests.model.desk import Desk
from tests.solve.searching import control


def whole_model(given: Instance) -> Variables:
    v = Variables(part_of(given, Desk(given).covers, Approximation.OUTER), Approximation.OUTER)
    add_rules(v)
    return v


def optimum(given: Instance) -> tuple[int, int] | None:
    """The most value and its least cost by one model of everything, cut until it holds; None where there is no plan."""

    def solved(v: Variables, goal: Any, maximise: bool) -> CutLoopResult:
        out = solve_with_cuts(v, goal, control(), seed=1, limits=CallLimits(), maximise=maximise)
        assert out.exact
        return out

    v = whole_model(given)
    value = solved(v, objective.value(v), maximise=True)
    if value.infeasible or value.objective is None:
        return None
    v = whole_model(given)
    v.model.add(objective.value(v) >= value.objective)
    cost = solved(v, objective.cost(v), maximise=False)
    assert cost.objective is not None
    return value.objective, cost.objective
