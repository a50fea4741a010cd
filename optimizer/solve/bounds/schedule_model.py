"""The model of a schedule: windows, numbers of parcels and the days they leave, for a set of activations.

For every window the parcel counts bound the cost of a number of parcels, for any creators. Choose windows,
numbers of parcels and days so that places, stock and community gaps are kept::

    Σ cost[a, w, p] z[a, w, p]     Σ_d q[a, d] = Σ p z[a, w, p],   q[a, d] only on days of the window chosen

Every plan gives a solution that costs no more, and so does every plan of more activations to the model of some.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.model.variables import groups
from optimizer.solve.bounds.lower_bounds import LowerBounds, ParcelCountBound
from optimizer.solve.bounds.parcel_counts import parcel_count_bounds
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS


@dataclass
class ScheduleModel:
    """The model, and per activation: whether it is secured, its sizes, its parcels by day."""

    problem: SearchProblem
    lower_bounds: LowerBounds
    model: cp_model.CpModel
    secured: dict[int, cp_model.IntVar]
    sizes: dict[int, list[tuple[ParcelCountBound, cp_model.IntVar]]]
    parcels: dict[int, dict[int, cp_model.IntVar]]

    def window_flag(self, activation: int, window: int) -> cp_model.LinearExpr:
        """Return whether an activation takes a window."""
        return cp_model.LinearExpr.sum([flag for size, flag in self.sizes[activation] if size.window == window])


def schedule_model(problem: SearchProblem, lower_bounds: LowerBounds, wanted: Collection[int]) -> ScheduleModel:
    """Return the model of some activations with the rules they share, without budget."""
    model = cp_model.CpModel()
    secured = {a: model.new_bool_var("") for a in sorted(wanted)}
    offers = {
        a: [size for w in problem.windows_of(a) for size in parcel_count_bounds(problem, lower_bounds, int(w))]
        for a in secured
    }
    m = ScheduleModel(
        problem,
        lower_bounds,
        model,
        secured,
        {a: [(size, model.new_bool_var("")) for size in sizes] for a, sizes in offers.items()},
        {},
    )
    for activation, flag in secured.items():
        model.add(cp_model.LinearExpr.sum([z for _, z in m.sizes[activation]]) == flag)
        m.parcels[activation] = _parcels(m, activation)
    _places(m)
    _stock(m)
    _gaps(m)
    return m


def _parcels(m: ScheduleModel, activation: int) -> dict[int, cp_model.IntVar]:
    """Return how many parcels leave per day: on days of the chosen window only, as many as its size asks for."""
    table = m.problem.instance.options
    offers = [(size, z) for size, z in m.sizes[activation] if size.parcels]
    days = {
        window: frozenset(table.ship_day[table.of_window(window)].tolist())
        for window in {size.window for size, _ in offers}
    }
    capacity = m.problem.instance.limits.daily_capacity
    counts: dict[int, cp_model.IntVar] = {}
    for day in sorted(frozenset().union(*days.values())):
        usual = [(size.parcels, z) for size, z in offers if day in days[size.window]]
        allowed = usual if capacity is None else [(min(parcels, capacity), z) for parcels, z in usual]
        counts[day] = m.model.new_int_var(0, max(parcels for parcels, _ in allowed), "")
        m.model.add(counts[day] <= _weighted(allowed))
    m.model.add(cp_model.LinearExpr.sum(list(counts.values())) == _weighted([(size.parcels, z) for size, z in offers]))
    return counts


def _weighted(terms: Sequence[tuple[int, cp_model.IntVar]]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum([flag for _, flag in terms], [weight for weight, _ in terms])


def _places(m: ScheduleModel) -> None:
    capacity = m.problem.instance.limits.daily_capacity
    if capacity is None:
        return
    by_day: dict[int, list[cp_model.IntVar]] = {}
    for counts in m.parcels.values():
        for day, count in counts.items():
            by_day.setdefault(day, []).append(count)
    for counts_of_day in by_day.values():
        m.model.add(cp_model.LinearExpr.sum(counts_of_day) <= capacity)


def _stock(m: ScheduleModel) -> None:
    instance = m.problem.instance
    for product, lots in instance.limits.arrivals.items():
        mine = [(d, q) for a, counts in m.parcels.items() if instance.product[a] == product for d, q in counts.items()]
        arrived = 0
        for day, total in (*lots, (len(instance.limits.ship_month), lots[-1][1])):
            m.model.add(cp_model.LinearExpr.sum([q for d, q in mine if d < day]) <= arrived)
            arrived = total


def _gaps(m: ScheduleModel) -> None:
    """Keep windows of one community apart; as in the model's rule, one row per start says it for all pairs."""
    instance = m.problem.instance
    owners = np.array(list(m.secured), dtype=np.int64)
    for _, mine in groups(instance.community[owners][None], owners):
        if len(mine) < 2:
            continue
        windows = sorted({size.window for a in mine.tolist() for size, _ in m.sizes[a]})
        starts = instance.windows.start_day[windows]
        owner = instance.windows.activation[windows]
        ends = instance.windows.end_day[windows] + instance.gap_days[owner]
        for moment in np.unique(starts):
            covering = np.flatnonzero((starts <= moment) & (moment <= ends))
            if len(covering) > 1:
                m.model.add(sum(m.window_flag(int(owner[i]), windows[i]) for i in covering) <= 1)


def spent_on(m: ScheduleModel) -> cp_model.IntVar:
    """Return a variable that is at least the cost of the sizes, the joint lower bounds and the Lagrangian bounds."""
    own = m.lower_bounds.own
    most = sum(max([own.get(a, 0), *(size.cost for size, _ in sizes)]) for a, sizes in m.sizes.items())
    most += sum(m.lower_bounds.joint.values()) + sum(m.lower_bounds.excess.values())
    most += sum(sum(priced.own.values()) for priced in m.lower_bounds.priced) + 1
    parts, grouped = [], set[int]()
    for group in m.problem.coupled:
        members = [a for a in group if a in m.secured]
        if len(members) <= PARAMETERS.largest_subset_group and any(
            set(joint) <= set(members) for joint in m.lower_bounds.joint
        ):
            grouped.update(members)
            parts.append(_together(m, members, most))
    spent = m.model.new_int_var(0, most, "")
    m.model.add(spent >= sum(parts) + sum(cost_of(m, a) for a in m.secured if a not in grouped))
    for priced in m.lower_bounds.priced:
        terms = [(flag, priced.own[a]) for a, flag in m.secured.items() if a in priced.own]
        m.model.add(spent >= sum(flag * lower_bound for flag, lower_bound in terms) - priced.constant)
    return spent


def _together(m: ScheduleModel, members: Sequence[int], most: int) -> cp_model.IntVar:
    """Return a variable that is at least the cost of coupled activations: jointly, and beyond their sizes.

    Both depend on the subset of those that are secured with a parcel count that can spare what it owes.
    """
    together = m.model.new_int_var(0, most, "")
    picked = [m.model.new_bool_var("") for _ in range(1 << len(members))]
    m.model.add_exactly_one(picked)
    for index, a in enumerate(members):
        owed = max((excess for pair, excess in m.lower_bounds.excess.items() if a in pair), default=0)
        sparing = cp_model.LinearExpr.sum([z for size, z in m.sizes[a] if size.spare >= owed])
        m.model.add(sum(flag for mask, flag in enumerate(picked) if mask >> index & 1) == sparing)
    excess = cp_model.LinearExpr.weighted_sum(picked, m.lower_bounds.subset_excess(members))
    m.model.add(together >= sum(cost_of(m, a) for a in members) + excess)
    m.model.add(together >= cp_model.LinearExpr.weighted_sum(picked, m.lower_bounds.subset_costs(members)))
    return together


def value_of(m: ScheduleModel, activations: Collection[int]) -> cp_model.LinearExpr:
    """Return the value secured of some activations."""
    values = m.problem.instance.value
    return cp_model.LinearExpr.weighted_sum([m.secured[a] for a in activations], [int(values[a]) for a in activations])


def cost_of(m: ScheduleModel, activation: int) -> cp_model.LinearExpr:
    """Return an activation's cost by size, at least its own lower bound."""
    lower_bound = m.lower_bounds.own.get(activation, 0)
    return _weighted([(max(size.cost, lower_bound), z) for size, z in m.sizes[activation]])
