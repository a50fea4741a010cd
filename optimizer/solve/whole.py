"""The whole model: all activations and all shared limits at once, strengthened by what is proven of each alone."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Side, Variables
from optimizer.solve.blocks import Problem
from optimizer.solve.call import Limits
from optimizer.solve.closing import close
from optimizer.solve.ledger import Ledger


def bounding_model(
    problem: Problem, floors: Mapping[int, int], window_floors: Mapping[int, int], value_bound: int
) -> Variables:
    """Return the bounding model of everything; activations without a floor cannot be secured."""
    part = part_of(problem.instance, problem.covers, Side.BOUNDING, windows=problem.windows)
    v = Variables(part, Side.BOUNDING)
    add_rules(v)
    objective.add_cost_floors(v, floors)
    objective.add_window_floors(v, window_floors)
    for activation, secured in v.secured.items():
        if activation not in floors:
            v.model.add(secured == 0)
    v.model.add(objective.value(v) <= value_bound)
    return v


def solve_whole(problem: Problem, ledger: Ledger, floors: Mapping[int, int], window_floors: Mapping[int, int]) -> None:
    """Prove the value, then the cost at that value, as far as time goes; whatever holds is offered to the ledger."""
    if not ledger.value_proven:
        ledger.enter("proving the value")
        v = bounding_model(problem, floors, window_floors, ledger.value_bound)
        share = 0.5 if ledger.best is not None else 0.8
        limits = Limits(seconds=share * problem.control.remaining)
        closed = close(
            v, objective.value(v), problem.control, seed=problem.seed, limits=limits, maximise=True, hint=ledger.best
        )
        if closed.infeasible:
            ledger.infeasible = True
            return
        ledger.offer(closed.selection)
        if closed.bound is not None:
            ledger.prove_value(closed.bound)
    if ledger.best is None or ledger.closed:
        return
    ledger.enter("proving the cost")
    v = bounding_model(problem, floors, window_floors, ledger.value_bound)
    v.model.add(objective.value(v) >= ledger.value)
    bound = ledger.cost_bound
    if bound:
        v.model.add(objective.cost(v) >= bound)
    closed = close(
        v,
        objective.cost(v),
        problem.control,
        seed=problem.seed,
        limits=Limits(gap=problem.gap / 2),
        hint=ledger.best,
    )
    ledger.offer(closed.selection)
    if closed.bound is not None:
        ledger.prove_cost(ledger.value, closed.bound)
