"""The whole model: all activations and all shared limits at once, strengthened by what is proven of each alone."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Selection, Side, Variables
from optimizer.solve.call import Limits, optimise
from optimizer.solve.closing import close
from optimizer.solve.ledger import Ledger
from optimizer.solve.parametric import BEYOND
from optimizer.solve.problem import Problem

CHOOSING_SHARE = 0.25
"""Share of the time left that each of the two choosing calls of the plain method may take."""


def bounding_model(
    problem: Problem, floors: Mapping[int, int], window_floors: Mapping[int, int], value_bound: int
) -> Variables:
    """Return the bounding model of everything; activations without a floor cannot be secured."""
    part = part_of(problem.instance, problem.covers, Side.BOUNDING, windows=problem.windows)
    v = Variables(part, Side.BOUNDING)
    add_rules(v)
    objective.add_cost_floors(v, floors)
    objective.add_window_floors(v, {window: floor for window, floor in window_floors.items() if floor < BEYOND})
    for window, floor in window_floors.items():
        if floor >= BEYOND and window in v.window:
            v.model.add(v.window[window] == 0)
    for activation, secured in v.secured.items():
        if activation not in floors:
            v.model.add(secured == 0)
    v.model.add(objective.value(v) <= value_bound)
    return v


def search_plain(problem: Problem, ledger: Ledger) -> dict[int, int]:
    """Fill the ledger by the plain model alone; return what each activation that may be secured costs at least.

    The search itself does without that; it is looked up, by the quick bounds, for those that were left out.
    """
    floors = {a: 0 for a in problem.instance.activations if len(problem.windows_of(a))}
    if not problem.instance.must_secure.any():
        ledger.offer(Selection((), {}))
    ledger.enter("searching for a plan")
    for share, cheaper in ((CHOOSING_SHARE, False), (CHOOSING_SHARE, True)):
        if (cheaper and ledger.best is None) or problem.control.stopped:
            break
        part = part_of(problem.instance, problem.covers, Side.CHOOSING, windows=problem.windows)
        v = Variables(part, Side.CHOOSING)
        add_rules(v)
        target = objective.cost(v) if cheaper else objective.value(v)
        if cheaper:
            v.model.add(objective.value(v) >= ledger.value)
        limits = Limits(gap=problem.gap / 2 if cheaper else 0.0, seconds=share * problem.control.remaining)
        hint = ledger.best if ledger.value > 0 else None
        found = optimise(v, target, problem.control, seed=problem.seed, maximise=not cheaper, limits=limits, hint=hint)
        ledger.offer(found.selection)
    if not ledger.closed and not problem.control.stopped:
        solve_whole(problem, ledger, floors, {})
    secured = ledger.best.windows if ledger.best is not None else {}
    for activation in () if problem.control.stopped else [a for a in floors if a not in secured]:
        least = min(problem.entries[int(w)].least for w in problem.windows_of(activation))
        floors[activation] = least if least < BEYOND else 0
    return floors


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
