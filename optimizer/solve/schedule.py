"""Windows and parcels per day for a whole set of activations, before anybody is chosen: a small model and a bound.

For every window the quick bounds say what so many parcels cost at least, whoever gets them. Choose windows, numbers of
parcels and the days they leave so that places, stock, months and community gaps are kept::

    min Σ cost[a, w, p] z[a, w, p]     Σ_d q[a, d] = Σ p z[a, w, p],   q[a, d] only on days of the window chosen

Every plan gives a solution that costs no more, so the optimum is a bound; and its windows and days are a good place to
start placing people.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.derive.instance import Ints
from optimizer.model.variables import groups
from optimizer.solve.call import TOLERANCE
from optimizer.solve.catalogue import Entry
from optimizer.solve.floors import LARGEST_GROUP, Floors
from optimizer.solve.parametric import BEYOND
from optimizer.solve.problem import Problem

EFFORT = 6.0


@dataclass(frozen=True)
class Schedule:
    """Result of the model.

    `impossible`: no plan secures what was asked for. `bound`: a certified bound on value (maximised) or cost; None
    where nothing was proven. `windows` and `parcels` (activation → places wanted per day) of the best solution, if any.
    """

    impossible: bool
    bound: int | None
    cost: int
    windows: Mapping[int, int]
    parcels: Mapping[int, Ints]


@dataclass(frozen=True)
class Size:
    """So many parcels in a window cost at least this (minor units)."""

    window: int
    parcels: int
    cost: int


def sizes_of(item: Entry) -> list[Size]:
    """Return the undominated sizes of a window: fewer parcels only where they cost more.

    What all cells set aside cost is a size without parcels.
    """
    paid = np.array([cell.paid for cell in item.cover.cells], dtype=np.int64)
    offers = [*zip(item.bounds.bound.tolist(), (paid + item.bounds.gifts).tolist(), strict=True), (item.rest, 0)]
    found: list[Size] = []
    for cost, count in sorted(offers):
        if cost < BEYOND and (not found or count < found[-1].parcels):
            found.append(Size(item.window, count, cost))
    return found


@dataclass
class _Model:
    """The model while it is built."""

    problem: Problem
    floors: Floors
    model: cp_model.CpModel
    secured: dict[int, cp_model.IntVar]
    sizes: dict[int, list[tuple[Size, cp_model.IntVar]]]
    parcels: dict[int, dict[int, cp_model.IntVar]]

    def window_flag(self, activation: int, window: int) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.sum([flag for size, flag in self.sizes[activation] if size.window == window])


def make_schedule(
    problem: Problem,
    floors: Floors,
    wanted: Collection[int],
    *,
    all_of_them: bool = False,
    least_value: int | None = None,
    without: Collection[frozenset[int]] = (),
    effort: float = EFFORT,
) -> Schedule:
    """Return a schedule of least cost for the wanted activations, or of most value.

    Parameters
    ----------
    all_of_them
        Secure every wanted activation; the budget is then left out, so that the least cost is told.
    least_value
        Without `all_of_them`: secure at least this value at least cost; None maximises value.
    without
        Sets of windows not to be taken all together; the result is then a proposal, its bound bounds nothing.
    """
    m = _built(problem, floors, wanted)
    for windows in without:
        owners = [(int(problem.instance.windows.activation[w]), w) for w in windows]
        if all(a in m.secured for a, _ in owners):
            m.model.add(sum(m.window_flag(a, w) for a, w in owners) <= len(owners) - 1)
    instance, limit = problem.instance, problem.instance.limits.budget_minor
    spent = _spent(m)
    if all_of_them:
        for flag in m.secured.values():
            m.model.add(flag == 1)
        m.model.minimize(spent)
    else:
        value = cp_model.LinearExpr.weighted_sum(list(m.secured.values()), [int(instance.value[a]) for a in m.secured])
        if limit is not None:
            m.model.add(spent <= limit)
        for a in np.flatnonzero(instance.must_secure):
            m.model.add(m.secured[int(a)] == 1)
        if least_value is None:
            m.model.maximize(value)
        else:
            m.model.add(value >= least_value)
            m.model.minimize(spent)
    return _solved(m, spent, effort, maximise=not all_of_them and least_value is None)


def _built(problem: Problem, floors: Floors, wanted: Collection[int]) -> _Model:
    model = cp_model.CpModel()
    secured = {a: model.new_bool_var("") for a in sorted(wanted)}
    offers = {a: [size for w in problem.windows_of(a) for size in sizes_of(problem.entries[int(w)])] for a in secured}
    m = _Model(
        problem,
        floors,
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


def _parcels(m: _Model, activation: int) -> dict[int, cp_model.IntVar]:
    """Return how many parcels leave per day: on days of the chosen window only, as many as its size asks for."""
    table = m.problem.instance.options
    offers = [(size, z) for size, z in m.sizes[activation] if size.parcels]
    days = {
        window: frozenset(table.ship_day[m.problem.entries[window].options].tolist())
        for window in {size.window for size, _ in offers}
    }
    counts: dict[int, cp_model.IntVar] = {}
    for day in sorted(frozenset().union(*days.values())):
        allowed = [(size.parcels, z) for size, z in offers if day in days[size.window]]
        counts[day] = m.model.new_int_var(0, max(parcels for parcels, _ in allowed), "")
        m.model.add(counts[day] <= _weighted(allowed))
    m.model.add(cp_model.LinearExpr.sum(list(counts.values())) == _weighted([(size.parcels, z) for size, z in offers]))
    return counts


def _weighted(terms: Sequence[tuple[int, cp_model.IntVar]]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum([flag for _, flag in terms], [weight for weight, _ in terms])


def _places(m: _Model) -> None:
    capacity = m.problem.instance.limits.daily_capacity
    if capacity is None:
        return
    by_day: dict[int, list[cp_model.IntVar]] = {}
    for counts in m.parcels.values():
        for day, count in counts.items():
            by_day.setdefault(day, []).append(count)
    for counts_of_day in by_day.values():
        m.model.add(cp_model.LinearExpr.sum(counts_of_day) <= capacity)


def _stock(m: _Model) -> None:
    instance = m.problem.instance
    for product, lots in instance.limits.arrivals.items():
        mine = [(d, q) for a, counts in m.parcels.items() if instance.product[a] == product for d, q in counts.items()]
        arrived = 0
        for day, total in (*lots, (len(instance.limits.ship_month), lots[-1][1])):
            m.model.add(cp_model.LinearExpr.sum([q for d, q in mine if d < day]) <= arrived)
            arrived = total


def _gaps(m: _Model) -> None:
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


def _spent(m: _Model) -> cp_model.IntVar:
    """Return a variable that is at least what the sizes cost, at least the joint floors, and at least priced bounds."""
    own = m.floors.own
    most = sum(max([own.get(a, 0), *(size.cost for size, _ in sizes)]) for a, sizes in m.sizes.items())
    most += sum(m.floors.joint.values()) + sum(sum(priced.own.values()) for priced in m.floors.priced) + 1
    parts, grouped = [], set[int]()
    for group in m.problem.tied:
        members = [a for a in group if a in m.secured]
        if len(members) > LARGEST_GROUP or not any(set(joint) <= set(members) for joint in m.floors.joint):
            continue
        grouped.update(members)
        together = m.model.new_int_var(0, most, "")
        m.model.add(together >= sum(_cost(m, a) for a in members))
        costs = m.floors.subset_costs(members)
        picked = [m.model.new_bool_var("") for _ in costs]
        m.model.add_exactly_one(picked)
        for index, a in enumerate(members):
            m.model.add(sum(flag for mask, flag in enumerate(picked) if mask >> index & 1) == m.secured[a])
        m.model.add(together >= cp_model.LinearExpr.weighted_sum(picked, costs))
        parts.append(together)
    spent = m.model.new_int_var(0, most, "")
    m.model.add(spent >= sum(parts) + sum(_cost(m, a) for a in m.secured if a not in grouped))
    for priced in m.floors.priced:
        known = [(flag, priced.own[a]) for a, flag in m.secured.items() if a in priced.own]
        m.model.add(spent >= sum(flag * floor for flag, floor in known) - priced.constant)
    return spent


def _cost(m: _Model, activation: int) -> cp_model.LinearExpr:
    """Return an activation's cost by size, at least its own floor."""
    floor = m.floors.own.get(activation, 0)
    return _weighted([(max(size.cost, floor), z) for size, z in m.sizes[activation]])


def _solved(m: _Model, spent: cp_model.IntVar, effort: float, *, maximise: bool) -> Schedule:
    control = m.problem.control
    if control.stopped:
        return Schedule(False, None, 0, {}, {})
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = m.problem.seed
    solver.parameters.catch_sigint_signal = False
    solver.parameters.linearization_level = 2
    solver.parameters.relative_gap_limit = 0.0 if maximise else m.problem.gap / 4
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = control.remaining
    with control.watching(solver):
        status = solver.solve(m.model)
    if status == cp_model.INFEASIBLE:
        return Schedule(True, None, 0, {}, {})
    best = solver.best_objective_bound
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    proven = math.isfinite(best) and abs(best) < 2**53 and (found or best != 0.0)
    bound = (math.floor(best + TOLERANCE) if maximise else math.ceil(best - TOLERANCE)) if proven else None
    if not found:
        return Schedule(False, bound, 0, {}, {})
    windows = {a: size.window for a, sizes in m.sizes.items() for size, flag in sizes if solver.boolean_value(flag)}
    days = len(m.problem.instance.limits.ship_month)
    parcels = {}
    for a in windows:
        wanted = np.zeros(days, dtype=np.int64)
        for day, count in m.parcels[a].items():
            wanted[day] = solver.value(count)
        parcels[a] = wanted
    return Schedule(False, bound, int(solver.value(spent)), windows, parcels)
