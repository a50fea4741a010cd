"""What each activation costs at least on its own: the floors that every bound is made of.

A block is one activation with its own rules. Other activations and shared limits are left out and each creator ships on
the best day, so the block's least cost bounds that activation's cost in any plan. The quick bounds of its windows and
the quick teams nearly always meet; where they do not, CP-SAT prices the window on its core.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimizer.derive.instance import Ints
from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Selection, Side, Variables
from optimizer.solve.call import Limits
from optimizer.solve.catalogue import Entry
from optimizer.solve.closing import close
from optimizer.solve.core import best_days
from optimizer.solve.parametric import BEYOND
from optimizer.solve.problem import Problem, in_parallel
from optimizer.solve.team import Team

SHARED_RULES = frozenset({"budget_total", "budget_month", "stock", "daily_capacity", "required"})
EFFORT = 10.0


@dataclass(frozen=True)
class Block:
    """One activation, priced alone.

    `impossible`: proven that it cannot be secured whatever the shared limits; else `floor` is a lower bound on its
    cost (minor units), `windows` has one per window, and `selection`, if any, holds, on the best days.
    """

    activation: int
    impossible: bool
    floor: int
    selection: Selection | None
    windows: dict[int, int]


def price(problem: Problem, activations: Sequence[int]) -> list[Block]:
    """Return the blocks of some activations, in order."""
    _ = problem.entries
    return in_parallel(lambda activation: _price(problem, activation), activations, problem.workers)


def _price(problem: Problem, activation: int) -> Block:
    """Price the windows of an activation, the most promising first, as far as they could be its cheapest."""
    costs = problem.instance.options.cost_minor
    entries = sorted(
        (problem.entries[int(w)] for w in problem.windows_of(activation)), key=lambda e: (e.least, e.window)
    )
    floors = {item.window: item.least for item in entries}
    best = min(
        ((item.team.cost, item.window, item.team.options) for item in entries if item.team is not None), default=None
    )
    for item in entries:
        if best is not None and item.least * (1 + problem.gap / 4) >= best[0]:
            continue
        if item.least >= BEYOND:
            continue
        floors[item.window], found = price_window(problem, item)
        if found is not None:
            cost = int(costs[list(found.options)].sum())
            problem.entries[item.window] = replace(item, team=Team(found.options, cost, cost))
            best = min(best, (cost, item.window, found.options)) if best else (cost, item.window, found.options)
    floor = min(floors.values(), default=BEYOND)
    selection = None if best is None else Selection(best[2], {activation: best[1]})
    return Block(activation, floor >= BEYOND, floor if floor < BEYOND else 0, selection, floors)


def price_window(problem: Problem, item: Entry) -> tuple[int, Selection | None]:
    """Return a lower bound on an activation's cost in one window (`BEYOND` where it is impossible) and a selection."""
    instance = problem.instance
    options = best_days(instance, item.options, instance.options.cost_minor[item.options])
    v = window_model(problem, item, options)
    limits = Limits(gap=problem.gap / 4, effort=EFFORT)
    closed = close(v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, rounds=4)
    if closed.infeasible:
        return item.rest, None
    return min(item.rest, max(item.least, closed.bound or 0)), closed.selection


def window_model(problem: Problem, item: Entry, options: Ints) -> Variables:
    """Return the bounding model of one activation in one window, without shared limits."""
    part = part_of(
        problem.instance,
        {item.activation: item.cover},
        Side.BOUNDING,
        activations=[item.activation],
        windows=[item.window],
        options=options,
    )
    v = Variables(part, Side.BOUNDING)
    add_rules(v, without=SHARED_RULES)
    v.model.add(v.secured[item.activation] == 1)
    return v
