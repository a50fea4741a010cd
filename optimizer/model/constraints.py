"""The business rules of the contract as constraints, one function each; `rules` declares them.

Every function adds rows to the model of `Variables`; its name is the rule id that the verifier, the diagnosis and the
tests use. Membership, the embeddedness floor, accepted modes, availability, ship days and delivery range are fixed when
the instance is built: no option breaks them.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from ortools.sat.python import cp_model

from optimizer.chance.covers import Cell, Cover
from optimizer.derive.instance import Ints
from optimizer.derive.people import TIERS
from optimizer.model.variables import Approximation, Variables, groups


def required(v: Variables) -> None:
    """Required, locked and, under `min_cost`, all activations are secured."""
    for activation, secured in v.secured.items():
        if v.instance.must_secure[activation]:
            v.model.add(secured == 1)


def fixed(v: Variables) -> None:
    """Activations that are not up for decision keep what they have."""
    for activation in v.part.fixed:
        v.model.add(v.secured[activation] == 1)
        for option in v.options_of(activation):
            v.model.add(v.option[int(option)] == 1)


def window(v: Variables) -> None:
    """A secured activation has exactly one window, one that is not secured none."""
    for activation, secured in v.secured.items():
        v.model.add(cp_model.LinearExpr.sum([v.window[int(w)] for w in v.windows_of(activation)]) == secured)


def once(v: Variables) -> None:
    """A creator takes part in an activation at most once, and only in its window."""
    for (index, _), options in v.grouped("window", "creator"):
        v.model.add(v.total(options) <= v.window[index])


def paid_share(v: Variables) -> None:
    """Paid creators are at most `max_paid_share` of all creators of an activation, as exact fractions."""
    for activation in v.part.activations:
        options = v.options_of(activation)
        paid, gifts = v.options_of(activation, paid=True), v.options_of(activation, paid=False)
        share = _attainable_share(
            v.instance.max_paid_share[activation], len(np.unique(v.instance.options.creator[options]))
        )
        if share < 1 and len(paid):
            allowed, refused = share.numerator, share.denominator - share.numerator
            v.model.add(refused * v.total(paid) <= allowed * v.total(gifts))


def _attainable_share(share: Fraction, creators: int) -> Fraction:
    """Return the largest share ≤ `share` that this many creators or fewer can have: the same rule in small numbers."""
    if share.denominator <= max(1, creators):
        return share
    return max((Fraction(math.floor(share * count), count) for count in range(1, creators + 1)), default=Fraction(0))


def min_paid(v: Variables) -> None:
    """An activation has at least `min_paid` paid creators."""
    for activation, secured in v.secured.items():
        least = v.instance.waves[activation].min_paid
        if least:
            v.model.add(v.total(v.options_of(activation, paid=True)) >= least * secured)


def tier_mix(v: Variables) -> None:
    """Selected creators per tier stay inside their range."""
    for activation, secured in v.secured.items():
        mine = v.options_of(activation)
        for tier, allowed in v.instance.waves[activation].tier_mix.items():
            chosen = v.total(mine[v.instance.tier[v.instance.options.creator[mine]] == TIERS.index(tier)])
            if allowed.min:
                v.model.add(chosen >= allowed.min * secured)
            if allowed.max is not None:
                v.model.add(chosen <= allowed.max)


def budget_total(v: Variables) -> None:
    """The plan costs at most the total budget."""
    limit = v.instance.limits.budget_minor
    if limit is not None:
        v.model.add(v.total(v.part.options, v.instance.options.cost_minor[v.part.options]) <= limit)


def budget_month(v: Variables) -> None:
    """A month carries product and shipping of its ship days and fees of the windows that end in it."""
    instance, all_options = v.instance, v.part.options
    table, limits = instance.options, instance.limits
    for month, cap in limits.month_caps.items():
        goods = (limits.ship_month[table.ship_day] == month) * (table.product_minor + table.shipping_minor)
        fees = (instance.window_month[table.window] == month) * table.fee_minor
        weights = (goods + fees)[all_options]
        touched = weights > 0
        if touched.any():
            v.model.add(v.total(all_options[touched], weights[touched]) <= cap)


def stock(v: Variables) -> None:
    """Units shipped up to and including any day never exceed units arrived by that day.

    A row before each arrival and one at the end say it for every day.
    """
    table, all_options = v.instance.options, v.part.options
    for product, arrivals in v.instance.limits.arrivals.items():
        sends = all_options[v.instance.product[table.activation[all_options]] == product]
        arrived = 0
        for day, total in arrivals:
            early = sends[table.ship_day[sends] < day]
            if len(early):
                v.model.add(v.total(early) <= arrived)
            arrived = total
        if len(sends):
            v.model.add(v.total(sends) <= arrived)


def daily_capacity(v: Variables) -> None:
    """No more parcels leave on a day than the warehouse can send."""
    capacity = v.instance.limits.daily_capacity
    if capacity is not None:
        for _, options in v.grouped("ship_day"):
            if len(options) > capacity:
                v.model.add(v.total(options) <= capacity)


def rest_days(v: Variables) -> None:
    """Two windows of one creator lie at least rest_days + 1 apart; so they never overlap.

    Windows lengthened by the rest must be disjoint. Intervals on a line meet pairwise only where they share a point,
    and then they share the start of one of them (Helly), so one row per creator and start is exact.
    """
    instance = v.instance
    for (_,), options in v.grouped("creator"):
        own = instance.options.window[options]
        if len(np.unique(instance.options.activation[options])) > 1:
            ends = instance.windows.end_day[own] + instance.limits.rest_days
            _disjoint(v, v.of(options), instance.windows.start_day[own], ends)


def community_gap(v: Variables) -> None:
    """Windows of one community lie at least min_gap_days + 1 apart."""
    instance, windows = v.instance, v.part.windows
    owner = instance.windows.activation[windows]
    for _, mine in groups(instance.community[owner][None], windows):
        owner = instance.windows.activation[mine]
        if len(np.unique(owner)) > 1:
            ends = instance.windows.end_day[mine] + instance.gap_days[owner]
            _disjoint(v, [v.window[int(w)] for w in mine], instance.windows.start_day[mine], ends)


def _disjoint(v: Variables, chosen: list[cp_model.IntVar], starts: Ints, ends: Ints) -> None:
    seen: set[tuple[int, ...]] = set()
    for moment in np.unique(starts):
        covering = np.flatnonzero((starts <= moment) & (moment <= ends))
        key = tuple(covering.tolist())
        if len(covering) > 1 and key not in seen:
            seen.add(key)
            v.model.add_at_most_one(chosen[index] for index in covering)


def max_activations(v: Variables) -> None:
    """A creator takes part in at most `max_activations_per_creator` activations."""
    most = v.instance.limits.max_activations
    if most is not None:
        for _, options in v.grouped("creator"):
            if len(np.unique(v.instance.options.activation[options])) > most:
                v.model.add(v.total(options) <= most)


def locks(v: Variables) -> None:
    """Decisions already taken: a locked creator is in the plan, in the locked mode and on the locked day."""
    table = v.instance.options
    for choice in v.instance.locks:
        if choice.activation in v.secured:
            mine = v.options_of(choice.activation, paid=choice.paid)
            mine = mine[table.creator[mine] == choice.creator]
            if choice.ship_day is not None:
                mine = mine[table.ship_day[mine] == choice.ship_day]
            v.model.add(v.total(mine) == 1)


SCALE = 100_000
"""Units per 1 of φ: fine enough that rounding n weights moves a threshold by less than a thousandth."""
LARGEST_ROW = 2**30
"""Coefficients of one row sum to at most this (CP-SAT 9.15 may err beyond 2^31)."""


def density(v: Variables) -> None:
    """A secured activation reaches its posts with its confidence: counts (m, n) and every tilted cover.

    OUTER: Σφx ≥ necessary for every tilt, weights rounded up and thresholds down. INNER: the cell's best tilt
    asks for `sufficient`, the others for `necessary` less n + m + 1 units (what a set that passes its own tilt passes
    anyway), weights rounded down and the deciding threshold up by one unit more.
    """
    for activation in v.cells:
        _counts(v, activation)
        cover = v.part.covers[activation]
        for row in range(len(cover.tilts)):
            _tilted(v, activation, cover, row)


def _counts(v: Variables, activation: int) -> None:
    """Exactly one cell of a secured activation, and the numbers of paid and gifted creators it stands for."""
    cells = v.cells[activation]
    v.model.add(cp_model.LinearExpr.sum([flag for _, flag in cells]) == v.secured[activation])
    for paid in (True, False):
        options = v.options_of(activation, paid=paid)
        if not v.part.covers[activation].cells:
            continue
        count = v.total(options)
        least = cp_model.LinearExpr.weighted_sum(
            [flag for _, flag in cells], [cell.paid if paid else cell.gifts for cell, _ in cells]
        )
        opened = [(cell, flag) for cell, flag in cells if (cell.more_paid if paid else cell.more_gifts)]
        if not opened:
            v.model.add(count == least)
            continue
        creators = len(np.unique(v.instance.options.creator[options]))
        extra = cp_model.LinearExpr.weighted_sum(
            [flag for _, flag in opened], [max(0, creators - (cell.paid if paid else cell.gifts)) for cell, _ in opened]
        )
        v.model.add(count >= least)
        v.model.add(count <= least + extra)


def _tilted(v: Variables, activation: int, cover: Cover, row: int) -> None:
    options, cells = v.options_of(activation, paid=False), v.cells[activation]
    weights = cover.gift_weights(v.instance.options.probability[options], row)
    if cover.paid_rows[row][1]:
        payers = v.options_of(activation, paid=True)
        options = np.concatenate([options, payers])
        weights = np.concatenate([weights, cover.paid_weights(v.instance.options.probability[payers], row)])
    scale = _scale(weights, [max(cell.necessary[row], _finite(cell.sufficient[row])) for cell, _ in cells])
    up = v.approximation is Approximation.OUTER
    rounded = np.ceil(weights * scale) if up else np.floor(weights * scale)
    thresholds = [_threshold(cell, row, scale, v.approximation) for cell, _ in cells]
    if not any(thresholds):
        return
    v.model.add(
        v.total(options, rounded.astype(np.int64))
        >= cp_model.LinearExpr.weighted_sum([flag for _, flag in cells], thresholds)
    )


def _threshold(cell: Cell, row: int, scale: int, approximation: Approximation) -> int:
    if cell.necessary[row] <= 0 and (approximation is Approximation.OUTER or cell.sufficient[row] <= 0):
        return 0
    if approximation is Approximation.INNER and row == cell.best:
        return math.ceil(cell.sufficient[row] * scale) + 1
    slack = cell.gifts + cell.paid + 1 if approximation is Approximation.INNER else 1
    return max(0, math.floor(cell.necessary[row] * scale) - slack)


def _finite(threshold: float) -> float:
    return threshold if math.isfinite(threshold) else 0.0


def _scale(weights: np.ndarray, thresholds: list[float]) -> int:
    total = float(weights.sum()) + sum(value for value in thresholds if math.isfinite(value))
    return max(1, min(SCALE, int(LARGEST_ROW / max(total, 1e-9))))
