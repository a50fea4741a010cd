"""What each activation costs at least on its own: the lower bounds that every bound is made of.

Each activation is bounded with its own rules. Other activations and shared limits are left out and each creator ships
on the best day, so its least cost bounds that activation's cost in any plan. The quick bounds of its windows and the
quick teams nearly always meet; where they do not, CP-SAT bounds the window on its core.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimizer.derive.instance import INFEASIBLE_COST, Ints
from optimizer.model import objective
from optimizer.model.rules import add_rules, outside_of_parts
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits
from optimizer.solve.problem import SearchProblem, in_parallel
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.core import best_days
from optimizer.solve.windows.greedy_team import Team
from optimizer.solve.windows.window import WindowData


@dataclass(frozen=True)
class ActivationBound:
    """One activation, priced alone.

    `impossible`: proven that it cannot be secured whatever the shared limits; else `lower_bound` bounds its cost from
    below (minor units), `windows` has one per window, and `selection`, if any, holds, on the best days.
    """

    activation: int
    impossible: bool
    lower_bound: int
    selection: Selection | None
    windows: dict[int, int]


def bound_activations(problem: SearchProblem, activations: Sequence[int]) -> list[ActivationBound]:
    """Return the bounds of some activations, in order."""
    _ = problem.window_data
    return in_parallel(lambda activation: _bound_activation(problem, activation), activations, problem.workers)


def _bound_activation(problem: SearchProblem, activation: int) -> ActivationBound:
    """Bound the windows of an activation, the most promising first, as long as one could be its cheapest."""
    costs = problem.instance.options.cost_minor
    window_data = sorted(
        (problem.window_data[int(w)] for w in problem.windows_of(activation)), key=lambda e: (e.least, e.window)
    )
    lower_bounds = {item.window: item.least for item in window_data}
    best = min(
        ((item.team.cost, item.window, item.team.options) for item in window_data if item.team is not None),
        default=None,
    )
    for item in window_data:
        if best is not None and item.least * (1 + problem.gap / 4) >= best[0]:
            continue
        if item.least >= INFEASIBLE_COST:
            continue
        lower_bounds[item.window], cheapest = bound_window(problem, item)
        if cheapest is not None:
            cost = int(costs[list(cheapest.options)].sum())
            problem.window_data[item.window] = replace(item, team=Team(cheapest.options, cost, cost))
            best = min(best, (cost, item.window, cheapest.options)) if best else (cost, item.window, cheapest.options)
    lower_bound = min(lower_bounds.values(), default=INFEASIBLE_COST)
    selection = None if best is None else Selection(best[2], {activation: best[1]})
    return ActivationBound(
        activation,
        lower_bound >= INFEASIBLE_COST,
        lower_bound if lower_bound < INFEASIBLE_COST else 0,
        selection,
        lower_bounds,
    )


def bound_window(problem: SearchProblem, item: WindowData) -> tuple[int, Selection | None]:
    """Return a lower bound on the cost in one window (`INFEASIBLE_COST`: it is impossible) and a selection."""
    instance = problem.instance
    options = best_days(instance, item.options, instance.options.cost_minor[item.options])
    v = window_model(problem, item, options)
    limits = CallLimits(gap=problem.gap / 4, effort=PARAMETERS.window_effort)
    result = solve_with_cuts(
        v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, rounds=PARAMETERS.window_cut_rounds
    )
    if result.infeasible:
        return item.rest, None
    return min(item.rest, max(item.least, result.bound or 0)), result.selection


def window_model(problem: SearchProblem, item: WindowData, options: Ints) -> Variables:
    """Return the bounding model of one activation in one window, without shared limits."""
    part = part_of(
        problem.instance,
        {item.activation: item.cover},
        Approximation.OUTER,
        activations=[item.activation],
        windows=[item.window],
        options=options,
    )
    v = Variables(part, Approximation.OUTER)
    add_rules(v, without=outside_of_parts())
    v.model.add(v.secured[item.activation] == 1)
    return v
