"""Make the incumbent better: take activations out and put them back cheaper, or with one more beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from optimizer.derive.instance import Ints
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.cpsat.solve_model import CallLimits, optimise
from optimizer.solve.heuristics.insertion import insert_exactly
from optimizer.solve.heuristics.people_at_prices import people_at_prices
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from optimizer.solve.windows.candidates import best_days


def improve_by_neighbourhoods(
    problem: SearchProblem,
    state: SearchState,
    lower_bounds: Mapping[int, int],
    wanted: Sequence[int],
    coupled: Sequence[tuple[int, ...]],
    rounds: int,
    charges: Ints | None = None,
) -> None:
    """Improve the incumbent until it is closed, or that many neighbourhoods in a row were of no help.

    Coupled groups are decided again as a whole, before smaller neighbourhoods; where prices for participations are
    known (`charges`, per option), among the people that they single out.
    """
    best = state.incumbent
    if best is None:
        return
    groups = [group for group in (tuple(a for a in group if a in best.windows) for group in coupled) if len(group) > 1]
    in_vain = 0
    while in_vain < rounds and not state.closed and not problem.control.stopped:
        missing = [] if state.value_proven else [a for a in wanted if a not in best.windows]
        waiting = list(groups)
        for free in [*groups, *_neighbourhoods(problem, best, lower_bounds, missing)]:
            if state.closed or problem.control.stopped or in_vain >= rounds:
                return
            priced = charges if waiting else None
            # Each group is decided once, those after one that got better as well.
            waiting = waiting[1:]
            changed = _reassign(problem, lower_bounds, free, best, priced)
            if changed is not None and state.try_improve(changed):
                best, in_vain = changed, 0
                break
            in_vain += 1
        else:
            return
        groups = waiting


def make_room(
    problem: SearchProblem, partial: Selection, lower_bounds: Mapping[int, int], wanted: Sequence[int]
) -> Selection:
    """Return `partial` with as many of the missing wanted activations as room can be made for, one after the other.

    Room is made by deciding one or two others again.
    """
    for absent in [a for a in wanted if a not in partial.windows]:
        for free in _neighbourhoods(problem, partial, lower_bounds, [absent]):
            if problem.control.stopped:
                return partial
            changed = _reassign(problem, lower_bounds, free, partial) if absent in free else None
            if changed is not None:
                partial = changed
                break
    return partial


def _excess(problem: SearchProblem, best: Selection, lower_bounds: Mapping[int, int]) -> dict[int, int]:
    """Return by how much each secured activation of a selection costs more than its lower bound."""
    costs = problem.instance.options.cost_minor
    return {
        activation: int(costs[best.options_of(problem.instance, activation)].sum()) - lower_bounds.get(activation, 0)
        for activation in best.windows
    }


def _neighbourhoods(
    problem: SearchProblem, best: Selection, lower_bounds: Mapping[int, int], missing: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    """Yield sets of activations to decide again: missing ones first, then those farthest above their bound."""
    excess = _excess(problem, best, lower_bounds)
    ranked = sorted(excess, key=lambda a: (-excess[a], a))
    for absent in missing:
        yield (absent,)
        for partners in (1, 2):
            for group in combinations(ranked, partners):
                yield tuple(sorted((absent, *group)))
    dear = [a for a in ranked if excess[a] > 0]
    for activation in dear:
        yield (activation,)
    for size in range(2, PARAMETERS.largest_neighbourhood + 1):
        for first in dear:
            others = [a for a in ranked if a != first]
            for group in combinations(others, size - 1):
                if dear.index(first) <= min((dear.index(a) for a in group if a in dear), default=len(dear)):
                    yield tuple(sorted((first, *group)))


def _reassign(
    problem: SearchProblem,
    lower_bounds: Mapping[int, int],
    free: tuple[int, ...],
    best: Selection,
    charges: Ints | None = None,
) -> Selection | None:
    """Return `best` with all of `free` decided again, at less cost if it had them all; None without success."""
    fixed = best.without(problem.instance, free)
    fixed_cost = fixed.cost(problem.instance)
    had_all = all(activation in best.windows for activation in free)
    ceiling = best.cost(problem.instance) - fixed_cost if had_all else None
    if len(free) == 1:
        placed = insert_exactly(problem, free[0], fixed, lower_bounds.get(free[0], 0), ceiling)
        return None if placed is None else fixed.union(placed)
    v = _neighbourhood_model(problem, lower_bounds, free, best, fixed, charges)
    if ceiling is not None:
        v.model.add(objective.cost(v) <= fixed_cost + ceiling - 1)
    small = len(free) <= PARAMETERS.largest_neighbourhood
    effort = PARAMETERS.neighbourhood_effort if small else PARAMETERS.coupled_neighbourhood_effort
    out = optimise(
        v,
        objective.cost(v),
        problem.control,
        seed=problem.seed,
        limits=CallLimits(gap=problem.gap / 4, effort=effort),
        hint=best if had_all else None,
    )
    return out.selection


def _neighbourhood_model(
    problem: SearchProblem,
    lower_bounds: Mapping[int, int],
    free: tuple[int, ...],
    best: Selection,
    fixed: Selection,
    charges: Ints | None,
) -> Variables:
    """Return the model that secures all of `free` beside `fixed`; with prices, in the windows that `best` has."""
    if charges is None:
        windows = [int(w) for a in free for w in problem.windows_of(a)]
        options = _worth_deciding(problem, free, best)
    else:
        windows = [best.windows[a] for a in free]
        options = people_at_prices(problem, free, best, charges)
    part = part_of(
        problem.instance,
        problem.covers,
        Approximation.INNER,
        activations=free,
        windows=windows,
        options=options,
        fixed=fixed,
    )
    v = Variables(part, Approximation.INNER)
    add_rules(v, without=frozenset({"required"}))
    objective.add_cost_bounds(v, lower_bounds)
    for activation in free:
        v.model.add(v.secured[activation] == 1)
    return v


def _worth_deciding(problem: SearchProblem, free: tuple[int, ...], best: Selection) -> Ints:
    """Return the core options of a neighbourhood: all, or for a large one the best days and those in use."""
    core = problem.core_of(int(w) for a in free for w in problem.windows_of(a))
    if len(free) <= PARAMETERS.largest_neighbourhood:
        return core
    costs = problem.instance.options.cost_minor
    return np.union1d(best_days(problem.instance, core, costs[core]), np.array(best.options, dtype=np.int64))
