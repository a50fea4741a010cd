"""Every candidate window on its own: its bound, a team, and the core that is enough to plan in it.

Cells proven to cost `SearchParameters.worth_planning` times as much as a team of the window are set aside, and so are
those that no core can serve for certain: `aside` bounds them all, and the core only has to serve the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.chance.covers import ROUNDING, Cover, least_gifts
from optimizer.derive.instance import INFEASIBLE_COST, Flags, Instance, Ints
from optimizer.model.rules import people_asked
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days, candidates_of, core
from optimizer.solve.windows.cell_bounds import CellBounds, cell_bounds
from optimizer.solve.windows.greedy_team import Team, greedy_team


@dataclass(frozen=True)
class WindowData:
    """One candidate window.

    Attributes
    ----------
    cover
        The activation's cover with the cells worth planning in and the tilted rows that bound them best.
    options
        The core: enough creators for these cells, on every undominated day.
    bounds
        Bounds of the kept cells without prices (minor units); they hold for every selection of options.
    cells
        Which cells of the activation's cover are kept.
    aside
        (parcels, cost): with this many parcels or more, the cells set aside cost at least this, with prices or without.
    team
        A team that keeps the window's own rules, each on their best day; None without one.
    """

    window: int
    activation: int
    cover: Cover
    options: Ints
    bounds: CellBounds
    cells: Ints
    aside: tuple[tuple[int, int], ...]
    team: Team | None

    @property
    def rest(self) -> int:
        """Bound of all cells set aside, with prices or without (minor units)."""
        return min((cost for _, cost in self.aside), default=INFEASIBLE_COST)

    @property
    def kept(self) -> tuple[tuple[int, int], ...]:
        """(parcels, cost): with this many parcels or more, the kept cells cost at least this without prices."""
        return undominated(_parcels(self.cover, self.bounds), self.bounds.bound)

    @property
    def least(self) -> int:
        """No selection in this window costs less (minor units)."""
        return min(self.rest, self.bounds.least)

    def of_twin(self, instance: Instance, window: int) -> WindowData:
        """Return the same of a window of the same shape: the same people at the same terms, in the same order."""
        step = instance.options.of_window(window).start - instance.options.of_window(self.window).start
        team = None if self.team is None else moved(self.team, step)
        return replace(self, window=window, options=self.options + step, team=team)


def moved(team: Team, step: int) -> Team:
    """Return a team with its options' indices moved by a step."""
    return replace(team, options=tuple(option + step for option in team.options))


Shape = tuple[int, bytes, bytes, bytes, bytes, bytes]


def shape_of(instance: Instance, window: int) -> Shape:
    """Return what bounds, teams and core of a window depend on: equal for windows whose options differ in dates only.

    That is the activation, and of each option creator, mode, cost, probability and which of the window's days it is.
    """
    table, options = instance.options, instance.options.in_window(window)
    days = np.unique(table.ship_day[options], return_inverse=True)[1]
    columns = (table.creator, table.paid, table.cost_minor, table.probability)
    own = tuple(column[options].tobytes() for column in columns)
    return int(instance.windows.activation[window]), own[0], own[1], own[2], own[3], days.tobytes()


def window_data_of(instance: Instance, cover: Cover, window: int, others: int) -> WindowData:
    """Return bound, team and core of a window; `others` as in `core`."""
    table = instance.options
    everything = table.in_window(window)
    best = best_days(instance, everything, table.cost_minor[everything])
    activation = int(instance.windows.activation[window])
    gifts, paid = most_people(instance, cover, activation)
    best = core(instance, best, gifts=gifts, paid=paid, others=others)
    cost = table.cost_minor[best]
    bounds = cell_bounds(instance, cover, best, cost)
    team = greedy_team(instance, cover, candidates_of(instance, window, best, cost), bounds, None)
    limit = INFEASIBLE_COST if team is None else int(PARAMETERS.worth_planning * team.cost)
    worthwhile = bounds.bound <= min(limit, INFEASIBLE_COST - 1)
    kept = np.flatnonzero(worthwhile & _reliable(instance, cover, everything))
    aside = undominated(np.delete(_parcels(cover, bounds), kept), np.delete(bounds.bound, kept))
    gifts, paid = most_people(instance, cover, activation, kept.tolist())
    options = core(instance, everything, gifts=gifts, paid=paid, others=others)
    if team is not None and not len(kept):
        # No cell is planned in, so this team is all there is to place; more people never make a core too small.
        members = np.isin(table.creator[everything], table.creator[np.array(team.options, dtype=np.int64)])
        options = np.union1d(options, everything[members])
    return WindowData(window, activation, *_trimmed(cover, bounds, kept, options), kept, aside, team)


def undominated(parcels: Ints, cost: Ints) -> tuple[tuple[int, int], ...]:
    """Return the (parcels, cost) that cost less than all with as few parcels, the cheapest first."""
    steps: list[tuple[int, int]] = []
    for price, count in sorted(zip(cost.tolist(), parcels.tolist(), strict=True)):
        if price < INFEASIBLE_COST and (not steps or count < steps[-1][0]):
            steps.append((count, price))
    return tuple(steps)


def _parcels(cover: Cover, bounds: CellBounds) -> Ints:
    """Return the fewest parcels of every cell."""
    return np.array([cell.paid for cell in cover.cells], dtype=np.int64) + bounds.gifts


def _reliable(instance: Instance, cover: Cover, options: Ints) -> Flags:
    """Return which cells a core can serve: those of a fixed size, and open ones in which any selection holds.

    What an open cell promises is certified for chances inside the cover's range. Where more people than thresholds
    reach, or people below the range, could be needed, no number of people is proven to be enough, so no core is: such
    a cell is bounded, but not planned in.
    """
    table = instance.options
    strong = True
    for paid, low in ((False, cover.low), (True, cover.paid_low)):
        own = options[table.paid[options] == paid]
        strong &= bool(np.all(table.best_by_creator(own) >= low - ROUNDING))
    return np.array(
        [not (cell.more_gifts or cell.more_paid) or (cell.choosable and strong) for cell in cover.cells], dtype=bool
    )


def most_people(
    instance: Instance, cover: Cover, activation: int, cells: Iterable[int] | None = None
) -> tuple[int, int]:
    """Return the most gifts and paid creators a selection of least cost has in any of these cells (None: all).

    In an open cell more of them would only cost more, unless a lock, the paid share or the tier mix asks for them:
    then each tier and each lock may add its own, and more paid creators owe more gifts.
    """
    wave, share = instance.waves[activation], instance.max_paid_share[activation]
    creators = instance.options.creator[instance.options.in_activation(activation)]
    everybody = len(np.unique(creators))
    locked = [choice.paid for choice in instance.locks if choice.activation == activation]
    asked = people_asked(instance, activation)
    gifts = paid = 0
    for index in range(len(cover.cells)) if cells is None else cells:
        cell = cover.cells[index]
        payers = max(cell.paid, wave.min_paid) + asked + sum(locked) if cell.more_paid else cell.paid
        givers = cell.gifts
        if cell.more_gifts:
            givers = max(givers, least_gifts(payers, share)) + asked + len(locked) - sum(locked)
        gifts, paid = max(gifts, givers), max(paid, payers)
    return min(gifts, everybody), min(paid, everybody)


def _trimmed(cover: Cover, bounds: CellBounds, kept: Ints, options: Ints) -> tuple[Cover, Ints, CellBounds]:
    rows = np.unique(bounds.row[kept])
    lean = cover.with_rows(rows.tolist(), kept.tolist())
    trimmed = CellBounds(
        bounds.bound[kept], bounds.gifts[kept], np.searchsorted(rows, bounds.row[kept]), bounds.multiplier[kept]
    )
    return lean, options, trimmed
