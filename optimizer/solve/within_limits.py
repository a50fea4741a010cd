"""What an activation costs at least within the limits that all share, as if it had them to itself.

The bounds of `bounds.activation` leave shared limits out. Where the best team alone already needs more places a day,
stock or money of a month than there is (thirty parcels, and few days on which they arrive in time), no plan has it at
that price: shared limits are limits from above, so every plan's team of the activation keeps them by itself. The
activation is then bounded again, window by window, with all of its days and with the shared limits as rows. The total
budget is no such row, as searches under other budgets share the bounds: it only says how high a bound is of use.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.model.rules import add_rules, outside_of_days, windows_agree
from optimizer.model.selection import EMPTY, Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits
from optimizer.solve.heuristics.insertion import worth_shipping
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.problem import SearchProblem, in_parallel
from optimizer.solve.search_parameters import PARAMETERS


@dataclass
class WithinLimits:
    """One activation, bounded within the shared limits as far as the time went.

    Attributes
    ----------
    windows
        Per window: what a team costs there at least (minor units), `INFEASIBLE_COST` where there is none.
    cost, team
        The cheapest team that keeps every limit by itself, and what it costs; `INFEASIBLE_COST` and None without one.
    """

    windows: dict[int, int]
    cost: int = INFEASIBLE_COST
    team: Selection | None = None

    @property
    def lower_bound(self) -> int:
        """What the activation costs at least; `INFEASIBLE_COST` where it cannot be secured."""
        return min(self.windows.values(), default=INFEASIBLE_COST)

    def offer(self, instance: Instance, team: Selection | None) -> None:
        """Keep a team if it is the cheapest yet and keeps the shared limits by itself."""
        if team is None or (cost := team.cost(instance)) >= self.cost:
            return
        ((activation, window),) = team.windows.items()
        options = np.array(team.options, dtype=np.int64)
        alone = PartialPlan(instance)
        if next(alone.breaches(activation, window, options), None) is None and alone.fits(activation, window, options):
            self.cost, self.team = cost, team


def raise_within_limits(
    problem: SearchProblem,
    lower_bounds: LowerBounds,
    windows: dict[int, int],
    activations: Sequence[int],
    incumbent: Selection | None,
    rounds: int = PARAMETERS.window_cut_rounds,
) -> Selection | None:
    """Raise the bounds of activations, and of their windows, whose best teams break shared limits by themselves.

    Parameters
    ----------
    rounds
        Rounds of cuts in one window. The pool keeps the cuts: asking again goes on from there.

    Returns
    -------
    Selection or None
        The cheapest teams that keep the shared limits, each by itself; None where no bound was in question.
    """
    options: list[int] = []
    chosen: dict[int, int] = {}
    for activation in activations:
        known = _known(problem, activation, windows, incumbent)
        if lower_bounds.own[activation] * (1 + problem.gap / 4) >= known.cost:
            continue
        bound_within_limits(problem, known, rounds)
        windows.update(known.windows)
        if known.lower_bound >= INFEASIBLE_COST:
            del lower_bounds.own[activation]
            chosen[activation] = -1
            continue
        lower_bounds.own[activation] = max(lower_bounds.own[activation], known.lower_bound)
        if known.team is not None:
            options += known.team.options
        chosen[activation] = -1 if known.team is None else known.team.windows[activation]
    if not chosen:
        return None
    return Selection(tuple(sorted(options)), {a: w for a, w in sorted(chosen.items()) if w >= 0})


def _known(
    problem: SearchProblem, activation: int, windows: dict[int, int], incumbent: Selection | None
) -> WithinLimits:
    """Return what is known of an activation: bounds of its windows, the teams made for them, and the incumbent's."""
    instance = problem.instance
    known = WithinLimits({int(w): windows[int(w)] for w in problem.windows_of(activation)})
    if incumbent is not None and activation in incumbent.windows:
        known.offer(instance, incumbent.only(instance, activation))
    for window in known.windows:
        team = problem.window_data[window].team
        known.offer(instance, None if team is None else Selection(team.options, {activation: window}))
    return known


def bound_within_limits(problem: SearchProblem, known: WithinLimits, rounds: int) -> None:
    """Raise the bounds of an activation's windows within the shared limits, those that could be cheapest first.

    A window that stays below the cheapest team bounds the activation: the others are raised no further than that, and
    none beyond what the total budget pays for.
    """
    budget = problem.instance.limits.budget_minor
    enough = INFEASIBLE_COST if budget is None else budget + 1
    waiting = [(bound, window) for window, bound in known.windows.items()]
    heapq.heapify(waiting)
    done: dict[int, int] = {}
    while waiting and not problem.control.stopped:
        chosen: list[int] = []
        while waiting and len(chosen) < problem.workers:
            bound, window = heapq.heappop(waiting)
            first = _alike(problem, window)
            if bound * (1 + problem.gap / 4) >= known.cost or bound >= enough:
                waiting.clear()
            elif first in done:
                known.windows[window] = max(bound, done[first])
            elif all(_alike(problem, other) != first for other in chosen):
                chosen.append(window)
            else:
                heapq.heappush(waiting, (bound, window))
                break
        ask = partial(_bounded, problem, enough=min(known.cost, enough), rounds=rounds)
        bounded = in_parallel(ask, chosen, problem.workers)
        for window, (bound, team) in zip(chosen, bounded, strict=True):
            known.windows[window] = done[_alike(problem, window)] = max(known.windows[window], bound)
            known.offer(problem.instance, team)
            enough = min(enough, known.windows[window])


def _alike(problem: SearchProblem, window: int) -> int:
    """Return the first window in which the shared limits ask the same: stock and months go by dates, places do not."""
    limits = problem.instance.limits
    product = int(problem.instance.product[problem.instance.windows.activation[window]])
    by_dates = limits.month_caps or product in limits.arrivals or not windows_agree(problem.instance, on_days=True)
    return window if by_dates else problem.twins[window]


def _bounded(problem: SearchProblem, window: int, *, enough: int, rounds: int) -> tuple[int, Selection | None]:
    """Return a lower bound on the cost in one window within the shared limits, and a team.

    A bound of `enough` is as good as any higher one.
    """
    item, instance = problem.window_data[window], problem.instance
    if item.least >= enough:
        return item.least, None
    v = _model(problem, window, worth_shipping(instance, item.activation, item.options, EMPTY))
    total = v.cost(item.activation)
    if enough < INFEASIBLE_COST:
        v.model.add(total <= enough - 1)
    limits = CallLimits(gap=problem.gap / 4, effort=PARAMETERS.window_effort, rounds=rounds)
    result = solve_with_cuts(v, total, problem.control, seed=problem.seed, limits=limits, pool=problem.dominance)
    if result.infeasible:
        return min(item.rest, enough), None
    return min(item.rest, max(item.least, result.bound or 0)), result.selection


def _model(problem: SearchProblem, window: int, options: Ints) -> Variables:
    """Return the bounding model of one activation in one window, with the shared limits."""
    item = problem.window_data[window]
    part = part_of(
        problem.instance,
        {item.activation: item.cover},
        Approximation.OUTER,
        activations=[item.activation],
        windows=[window],
        options=options,
    )
    v = Variables(part, Approximation.OUTER)
    add_rules(v, without=outside_of_days())
    v.model.add(v.secured[item.activation] == 1)
    return v
