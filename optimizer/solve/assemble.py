"""Place one activation beside those that stand, exactly: each window by CP-SAT on its core."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from optimizer.derive.instance import Instance, Ints
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Selection, Side, Variables
from optimizer.solve.call import Limits, optimise
from optimizer.solve.closing import close
from optimizer.solve.exact import failing
from optimizer.solve.problem import Problem

EFFORT = 4.0
EMPTY = Selection((), {})


def union(first: Selection, second: Selection) -> Selection:
    """Return two selections of different activations as one."""
    return Selection(
        tuple(sorted({*first.options, *second.options})), dict(sorted({**first.windows, **second.windows}.items()))
    )


def without(instance: Instance, selection: Selection, activations: Iterable[int]) -> Selection:
    """Return a selection less some activations."""
    gone = set(activations)
    kept = tuple(o for o in selection.options if int(instance.options.activation[o]) not in gone)
    return Selection(kept, {a: w for a, w in selection.windows.items() if a not in gone})


def cost_of(instance: Instance, selection: Selection) -> int:
    """Return the cost of a selection in minor units."""
    return int(instance.options.cost_minor[np.array(selection.options, dtype=np.int64)].sum())


def place(
    problem: Problem, activation: int, standing: Selection, floor: int, ceiling: int | None = None
) -> Selection | None:
    """Return the cheapest way found to add an activation to `standing`; None if no way was found.

    Windows are tried in order of how much room the warehouse has on their ship days; the first whose cost is within
    half the gap of `floor` is taken, else the cheapest, which must cost less than `ceiling`.
    """
    best: Selection | None = None
    best_cost = ceiling
    target = int(floor * (1 + problem.gap / 2))
    for window in _by_room(problem, activation, standing):
        if problem.control.stopped:
            break
        if best_cost is not None and problem.entries[window].least >= best_cost:
            continue
        found = _settle(problem, activation, window, standing, floor, best_cost)
        if found is None:
            continue
        best, best_cost = found, cost_of(problem.instance, found)
        if best_cost <= target:
            break
    return best


def _by_room(problem: Problem, activation: int, standing: Selection) -> Sequence[int]:
    """Return the windows of an activation: least used ship days first, then the highest in-window chances."""
    instance, table = problem.instance, problem.instance.options
    used = np.bincount(
        table.ship_day[np.array(standing.options, dtype=np.int64)], minlength=len(instance.limits.ship_month)
    )

    def key(window: int) -> tuple[float, float, int]:
        options = problem.entries[window].options
        if not len(options):
            return (np.inf, 0.0, window)
        busy = used[np.unique(table.ship_day[options])].mean() if instance.limits.daily_capacity else 0.0
        chances = np.sort(table.probability[options])[::-1][: 2 * instance.waves[activation].min_posts]
        return (round(float(busy), 3), -round(float(chances.mean()), 3), window)

    return sorted((int(w) for w in problem.windows_of(activation)), key=key)


def _settle(
    problem: Problem, activation: int, window: int, standing: Selection, floor: int, ceiling: int | None
) -> Selection | None:
    """Return the cheapest selection for one activation in one window beside `standing`, cheaper than `ceiling`."""
    days = worth_shipping(problem.instance, activation, problem.entries[window].options, standing)
    limits = Limits(gap=problem.gap / 2, effort=EFFORT)

    def model(side: Side, above: int | None) -> Variables:
        part = part_of(
            problem.instance,
            problem.covers,
            side,
            activations=[activation],
            windows=[window],
            options=days,
            settled=standing,
        )
        v = Variables(part, side)
        add_rules(v, without=frozenset({"required"}))
        v.model.add(v.secured[activation] == 1)
        v.model.add(v.cost(activation) >= floor)
        if above is not None:
            v.model.add(v.cost(activation) <= above - 1)
        return v

    v = model(Side.CHOOSING, ceiling)
    chosen = optimise(v, v.cost(activation), problem.control, seed=problem.seed, limits=limits)
    found = _only(problem.instance, chosen.selection, activation)
    if found is not None and failing(problem.instance, found, [activation]):
        found = None
    cost = None if found is None else cost_of(problem.instance, found)
    if cost is not None and cost <= int(floor * (1 + problem.gap / 2)):
        return found
    v = model(Side.BOUNDING, cost if cost is not None else ceiling)
    closed = close(v, v.cost(activation), problem.control, seed=problem.seed, limits=limits, rounds=6)
    return _only(problem.instance, closed.selection, activation) or found


def _only(instance: Instance, selection: Selection | None, activation: int) -> Selection | None:
    if selection is None:
        return None
    kept = tuple(o for o in selection.options if int(instance.options.activation[o]) == activation)
    return Selection(kept, {activation: selection.windows[activation]})


def worth_shipping(instance: Instance, activation: int, options: Ints, standing: Selection) -> Ints:
    """Return the options of a window worth a look when only this activation is placed beside `standing`.

    With a daily capacity but neither stock nor monthly caps, a service needs only its best days until their free
    places could take everybody: whoever ships on another day could move to a better one that is not full.
    """
    table, limits = instance.options, instance.limits
    product = int(instance.product[activation])
    if limits.daily_capacity is None or product in limits.arrivals or limits.month_caps or not len(options):
        return options
    used = np.bincount(table.ship_day[np.array(standing.options, dtype=np.int64)], minlength=table.ship_day.max() + 1)
    room = np.maximum(0, limits.daily_capacity - used[table.ship_day[options]])
    everybody = len(np.unique(table.creator[options]))
    creator, paid = table.creator[options], table.paid[options]
    order = np.lexsort((table.ship_day[options], -table.probability[options], paid, creator))
    changes = (creator[order][1:] != creator[order][:-1]) | (paid[order][1:] != paid[order][:-1])
    starts = np.concatenate([[True], changes])
    before = np.cumsum(room[order]) - room[order]
    before -= np.maximum.accumulate(np.where(starts, before, 0))
    locked = [choice.creator for choice in instance.fixed if choice.activation == activation]
    kept: Ints = np.sort(options[order[(before < everybody) | np.isin(creator[order], locked)]])
    return kept
