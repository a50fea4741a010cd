"""Sharper floors: each window priced alone, with its own ship days, capacity, stock and months."""

from __future__ import annotations

import numpy as np

from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Selection, Side, Variables
from optimizer.solve.assemble import EMPTY, worth_shipping
from optimizer.solve.blocks import Problem, in_parallel
from optimizer.solve.call import Limits
from optimizer.solve.closing import close
from optimizer.solve.exact import options_of
from optimizer.solve.ledger import Ledger

EFFORT = 4.0


def refine_floors(problem: Problem, ledger: Ledger, floors: dict[int, int], window_floors: dict[int, int]) -> None:
    """Raise the floors of activations the incumbent pays too much for, in place, and record each window's floor.

    Windows in which nothing can be secured get a floor beyond any plan; an activation with no other windows loses its
    floor: it cannot be secured.
    """
    instance = problem.instance
    beyond = int(instance.options.cost_minor.sum()) + 1
    for activation in sorted(floors):
        if problem.control.stopped or ledger.closed:
            return
        if not _worthwhile(problem, ledger.best, activation, floors[activation]):
            continue
        windows = [int(w) for w in problem.windows_of(activation)]
        floor = floors[activation]
        found = _price_windows(problem, activation, windows, floor)
        for window, price in zip(windows, found, strict=True):
            window_floors[window] = beyond if price is None else price
        possible = [price for price in found if price is not None]
        if possible:
            floors[activation] = max(floor, min(possible))
        else:
            del floors[activation]


def _worthwhile(problem: Problem, best: Selection | None, activation: int, floor: int) -> bool:
    """Tell whether the incumbent leaves room between an activation's cost and its floor."""
    if best is None or activation not in best.windows:
        return True
    spent = int(problem.instance.options.cost_minor[options_of(problem.instance, best, activation)].sum())
    return spent > floor * (1 + problem.gap / 2)


def _price_windows(problem: Problem, activation: int, windows: list[int], floor: int) -> list[int | None]:
    """Return each window's floor, None where it is impossible; windows alike in everything are priced once."""
    instance = problem.instance
    alike: dict[bytes, list[int]] = {}
    for window in windows:
        alike.setdefault(_fingerprint(instance, activation, window), []).append(window)
    firsts = [members[0] for members in alike.values()]
    prices = in_parallel(lambda window: _price(problem, activation, window, floor), firsts, problem.workers)
    found = {window: price for members, price in zip(alike.values(), prices, strict=True) for window in members}
    return [found[window] for window in windows]


def _fingerprint(instance: Instance, activation: int, window: int) -> bytes:
    """Return a key equal for windows that differ in their dates only; dated limits make every window its own."""
    limits, table = instance.limits, instance.options
    mine = np.flatnonzero(table.window == window)
    if limits.month_caps or int(instance.product[activation]) in limits.arrivals:
        return int(window).to_bytes(8, "big")
    start = instance.windows.start_day[window]
    columns = (table.creator[mine], table.paid[mine], table.ship_day[mine] - start, table.probability[mine])
    return b"".join(np.ascontiguousarray(column).tobytes() for column in columns)


def _price(problem: Problem, activation: int, window: int, floor: int) -> int | None:
    """Return a lower bound on an activation's cost in one window, or None where it cannot be secured in it."""
    part = part_of(
        problem.instance,
        problem.covers,
        Side.BOUNDING,
        activations=[activation],
        windows=[window],
        options=worth_shipping(problem.instance, activation, window, EMPTY),
    )
    v = Variables(part, Side.BOUNDING)
    add_rules(v, without=frozenset({"required"}))
    v.model.add(v.secured[activation] == 1)
    v.model.add(objective.cost(v) >= floor)
    limits = Limits(gap=problem.gap / 4, effort=EFFORT)
    closed = close(v, objective.cost(v), problem.control, seed=problem.seed, limits=limits, rounds=6)
    return None if closed.infeasible else max(floor, closed.bound or 0)
