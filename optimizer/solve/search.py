"""The search as a whole: by one plain model, or decomposed; then, within the cost slack, the most embedded creators.

The last step goes activation by activation, each with its share of the slack and then with what the others left; then
over all at once, starting from there. Every call of it ends at a fixed effort.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from optimizer.chance.covers import Cover
from optimizer.derive.instance import Instance, Ints
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.money import exact
from optimizer.solve.control import Control
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.cpsat.solve_model import CallLimits, optimise
from optimizer.solve.heuristics.quick_start import quick_start
from optimizer.solve.monolithic import search_monolithic
from optimizer.solve.open_gap import OpenPart, open_parts
from optimizer.solve.phases import search_decomposed
from optimizer.solve.problem import SearchProblem, prepare
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from optimizer.solve.settings import Settings
from optimizer.solve.windows.candidates import rank_within
from optimizer.solve.windows.counting import count


class SearchStatus(Enum):
    """What the search can say; the words of the plan."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Solution:
    """Result of a search.

    Attributes
    ----------
    selection
        The plan's decisions after step 3; None where there is none.
    value, least_cost
        Of the cheapest plan (minor units); None where there is none.
    value_bound
        No plan has more value.
    cost_bound
        No plan of this value costs less (minor units); None until the value is proven.
    lower_bounds
        Per activation: what it costs at least on its own; absent where it cannot be secured at all.
    method
        `plain` or `decomposed`.
    open
        Why the gap is open, largest part first; empty where it is closed or was not asked.
    """

    status: SearchStatus
    selection: Selection | None
    value: int | None
    least_cost: int | None
    value_bound: int
    cost_bound: int | None
    lower_bounds: Mapping[int, int]
    method: str = "plain"
    open: tuple[OpenPart, ...] = ()


def search(
    instance: Instance,
    settings: Settings,
    control: Control,
    *,
    people: bool = True,
    start: Selection | None = None,
    improved: Callable[[Solution], None] | None = None,
) -> Solution:
    """Return the best plan and certified bounds; ends at the gap, at the deadline or when cancelled.

    Parameters
    ----------
    people
        Choose the most embedded at the end, and say why a gap is open.
    start
        The incumbent to begin with, if it holds.
    improved
        Called with what would be returned if the search ended there, whenever the incumbent is a better one.
    """
    method = _method(instance, settings)
    state = SearchState(instance, control, settings.gap)
    if improved is not None:
        state.on_incumbent = lambda: improved(_solution(state, state.incumbent, {}, method))
    state.set_phase("counting people, parcels and money")
    counted = count(instance, lambda: control.stopped)
    if counted.infeasible:
        state.infeasible = True
        return _solution(state, None, counted.costs, method)
    if len(counted.costs) == len(instance.activations):
        # All the value takes every activation, and each costs what counting says at least.
        state.tighten_cost_bound(int(instance.value.sum()), sum(counted.costs.values()))
    state.set_phase("making a first plan")
    state.try_improve(start)
    state.try_improve(quick_start(instance, lambda: control.stopped))
    state.set_phase("preparing")
    reserve = min(PARAMETERS.most_people_seconds, PARAMETERS.people_share * control.remaining) if people else 0.0
    working = replace(control, deadline=control.deadline - reserve)
    problem = prepare(
        instance, working, seed=settings.seed, gap=settings.gap, workers=settings.workers, counted=counted
    )
    lower_bounds = (search_monolithic if method == "plain" else search_decomposed)(problem, state)
    selection = state.incumbent
    if people and selection is not None and selection.options:
        state.set_phase("choosing the most embedded")
        selection = most_embedded(replace(problem, control=control), selection, state.cost)
        state.try_improve(selection)
    reasons = open_parts(problem, state, lower_bounds) if people else ()
    return _solution(state, selection, lower_bounds, method, reasons)


def _solution(
    state: SearchState,
    selection: Selection | None,
    lower_bounds: Mapping[int, int],
    method: str,
    reasons: tuple[OpenPart, ...] = (),
) -> Solution:
    """Return what a search says that ended in this state; the selection is that of step 3, the reasons of its gap."""
    return Solution(
        status_of(state),
        selection,
        state.value if state.incumbent is not None else None,
        state.cost if state.incumbent is not None else None,
        state.value_bound,
        state.cost_bound,
        lower_bounds,
        method,
        reasons,
    )


def _method(instance: Instance, settings: Settings) -> str:
    """Return the method asked for, or the one that suits the size: small scenarios are proven fastest as they stand."""
    if settings.method != "auto":
        return settings.method
    return "plain" if len(instance.options) <= PARAMETERS.plain_options else "decomposed"


def status_of(state: SearchState) -> SearchStatus:
    """Return what a state amounts to."""
    if state.infeasible:
        return SearchStatus.INFEASIBLE
    if state.incumbent is None:
        return SearchStatus.UNKNOWN
    return SearchStatus.OPTIMAL if state.closed else SearchStatus.FEASIBLE


def embeddedness_of(instance: Instance, selection: Selection) -> float:
    """Return the total embeddedness of a selection (unknown counts 0)."""
    return float(math.fsum(instance.embeddedness[instance.options.creator[o]] for o in selection.options))


def most_embedded(problem: SearchProblem, cheapest: Selection, cost: int) -> Selection:
    """Return a selection of at least the embeddedness of `cheapest`, best effort.

    It secures the same activations in the same windows, uses no more creators in each, and costs at most
    ⌊(1 + cost_slack) · cost⌋ (exact fractions).
    """
    instance = problem.instance
    slack = math.floor(exact(instance.scenario.objective.cost_slack) * cost)
    counts = {a: len(cheapest.options_of(instance, a)) for a in cheapest.windows}
    best, spent = cheapest, cost
    for everything in (False, True):
        for activation in cheapest.windows:
            own = int(instance.options.cost_minor[cheapest.options_of(instance, activation)].sum())
            room = cost + slack - spent if everything else slack * own // max(1, cost)
            best = _exchange(problem, best, counts, [activation], spent + room, PARAMETERS.one_activation_people_effort)
            spent = best.cost(instance)
    if _size(instance, cheapest) <= PARAMETERS.people_options_at_once:
        best = _exchange(problem, best, counts, list(counts), cost + slack, PARAMETERS.all_people_effort)
    return best


def _size(instance: Instance, selection: Selection) -> int:
    return sum(len(instance.options.in_window(window)) for window in selection.windows.values())


def _worth_choosing(instance: Instance, best: Selection, fixed: Selection, free: Collection[int]) -> Ints:
    """Return the options of some activations worth a look: who is in the team, and the most embedded.

    They ship on the likeliest days that have a free place, or one the team itself would give up.
    """
    table, capacity = instance.options, instance.limits.daily_capacity
    used = np.bincount(table.ship_day[list(fixed.options)], minlength=len(instance.limits.ship_month))
    chosen = np.array(best.options, dtype=np.int64)
    kept = [chosen]
    for activation in free:
        options = table.in_window(best.windows[activation])
        if capacity is not None:
            options = options[used[table.ship_day[options]] < capacity]
        if not len(options):
            continue
        creators = np.unique(table.creator[options])
        ranked = creators[np.lexsort((creators, -instance.embeddedness[creators]))][: PARAMETERS.most_people_looked_at]
        team = table.creator[chosen[table.activation[chosen] == activation]]
        options = options[np.isin(table.creator[options], np.concatenate([ranked, team]))]
        order = options[
            np.lexsort(
                (table.ship_day[options], -table.probability[options], table.paid[options], table.creator[options])
            )
        ]
        kept.append(order[rank_within(table.creator[order] * 2 + table.paid[order]) < PARAMETERS.most_days_looked_at])
    return np.unique(np.concatenate(kept))


def _no_larger(cover: Cover, people: int) -> Cover:
    """Return a cover with its cells of at most `people` people: no selection could fill the others."""
    return replace(cover, cells=tuple(cell for cell in cover.cells if cell.paid + cell.gifts <= people))


def _exchange(
    problem: SearchProblem,
    best: Selection,
    counts: dict[int, int],
    free: Collection[int],
    most_cost: int,
    effort: float,
) -> Selection:
    """Return `best` with the people of `free` exchanged for more embedded ones, at most `most_cost` in all."""
    instance = problem.instance
    fixed = best.without(instance, free)
    part = part_of(
        instance,
        {**problem.covers, **{a: _no_larger(problem.covers[a], counts[a]) for a in free}},
        Approximation.INNER,
        activations=free,
        windows=[best.windows[a] for a in free],
        options=_worth_choosing(instance, best, fixed, free),
        fixed=fixed,
    )
    v = Variables(part, Approximation.INNER)
    add_rules(v, without=frozenset({"required"}))
    for activation in free:
        v.model.add(v.secured[activation] == 1)
        v.model.add(v.total(v.options_of(activation)) <= counts[activation])
    v.model.add(objective.cost(v) <= most_cost)
    limits = CallLimits(gap=PARAMETERS.people_gap, effort=effort)
    out = optimise(
        v, objective.embeddedness(v), problem.control, seed=problem.seed, maximise=True, limits=limits, hint=best
    )
    exchanged = out.selection
    if exchanged is None or failing(instance, exchanged, free):
        return best
    return exchanged if embeddedness_of(instance, exchanged) > embeddedness_of(instance, best) else best
