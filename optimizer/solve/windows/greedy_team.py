"""A good team for one window, quickly: the bound's own order of creators, days by assignment, judged by the exact tail.

For a cell (m, n) the m cheapest payers are taken, and the n gifts that are best for a multiplier λ (cost − λφ); λ rises
until the team holds. Given the people, days are a linear assignment: Σφ is additive over creators and every free place
of a day takes one parcel. A greedy team keeps the window's own rules and the places left; it is a proposal, not a
proof of anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from optimizer.chance.covers import Cover
from optimizer.chance.tail import SCREENING, SECURE_TOLERANCE, tail, tails
from optimizer.chance.tilt import phi
from optimizer.derive.instance import INFEASIBLE_COST, Floats, Instance, Ints
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import Candidates, ModeCandidates
from optimizer.solve.windows.cell_bounds import STEPS, CellBounds
from optimizer.solve.windows.prefix_team import prefixes
from optimizer.solve.windows.quotas import Quotas


@dataclass(frozen=True)
class Team:
    """Options that hold together, and what they cost (minor units): without and with prices."""

    options: tuple[int, ...]
    cost: int
    priced: int


def greedy_team(
    instance: Instance,
    cover: Cover,
    people: Candidates,
    bounds: CellBounds,
    free: Ints | None,
    below: int = INFEASIBLE_COST,
    cells: int = PARAMETERS.greedy_cells,
) -> Team | None:
    """Return the cheapest greedy team for a window, priced below `below`; None without one.

    Parameters
    ----------
    free
        Places left per ship day of the instance; None for no limit.
    below
        Priced cost a team must stay under to be of use.
    cells
        Cells tried, the most promising first.
    """
    places = None if free is None else free[people.days]
    wave = instance.waves[people.activation]
    quotas = Quotas.of(instance, people)
    best = _from_prefixes(instance, people, places, quotas, below)
    for index in np.argsort(bounds.bound, kind="stable")[:cells]:
        limit = below if best is None else min(below, best.priced)
        cell = cover.cells[index]
        if bounds.bound[index] >= limit:
            break
        if cell.paid < wave.min_paid:
            continue
        for payers in _payer_orders(people, bounds, index, cover):
            for extra in range(PARAMETERS.greedy_spare_gifts + 1):
                counts = cell.paid, int(bounds.gifts[index]) + extra
                team = _fill(instance, people, payers, counts, places, quotas)
                if team is not None:
                    best = team if best is None or team.priced < best.priced else best
                    break
    return best if best is not None and best.priced < below else None


def first_team(instance: Instance, people: Candidates, free: Ints | None) -> Team | None:
    """Return a team of a window without looking at any thresholds; None without one."""
    places = None if free is None else free[people.days]
    return _from_prefixes(instance, people, places, Quotas.of(instance, people), INFEASIBLE_COST)


def _from_prefixes(
    instance: Instance, people: Candidates, places: Ints | None, quotas: Quotas | None, below: int
) -> Team | None:
    """Return the cheapest team below a price along many orders of people; a few more gifts where days are short."""
    best: Team | None = None
    for prefix in prefixes(instance, people, PARAMETERS.prefixes_tried):
        if prefix.priced >= below:
            break
        payers = prefix.payers[: prefix.paid] if quotas is None else quotas.payers(prefix.payers, prefix.paid)
        if len(payers) < prefix.paid:
            continue
        # Quotas may have put somebody else among the payers, who is then no gift.
        order = prefix.gifts[~np.isin(people.gifts.creator[prefix.gifts], people.payers.creator[payers])]
        for count in range(prefix.count, min(prefix.count + PARAMETERS.greedy_spare_gifts, len(order)) + 1):
            gifts = order[:count] if quotas is None else quotas.gifts(order, count, payers)
            if len(gifts) < count or (quotas is not None and quotas.short(payers, gifts)):
                continue
            team = _dated(instance, people, payers, gifts, places)
            if team is not None:
                best, below = (team, team.priced) if team.priced < below else (best, below)
                break
    return best


def redated(instance: Instance, people: Candidates, team: Team, free: Ints) -> Team | None:
    """Return the people of a team on days that have a place, if they still hold together."""
    table = instance.options
    chosen = np.array(team.options, dtype=np.int64)
    paid = table.paid[chosen]
    payers = np.searchsorted(people.payers.creator, table.creator[chosen[paid]])
    gifts = np.searchsorted(people.gifts.creator, table.creator[chosen[~paid]])
    for mode, rows, creators in ((people.payers, payers, chosen[paid]), (people.gifts, gifts, chosen[~paid])):
        if np.any(rows >= len(mode)) or np.any(mode.creator[rows] != table.creator[creators]):
            return None
    return _dated(instance, people, payers, gifts, free[people.days])


def _payer_orders(people: Candidates, bounds: CellBounds, index: int, cover: Cover) -> list[Ints]:
    """Return the payers in several orders that differ in who comes first: by cost, by what they are missed by as gifts,
    and by how much surer than others they are, at several times what the bound pays for that.

    With κ the reduced cost of the cell's last gift, a creator whose own gift has g < κ is missed by κ − g as a gift.
    """
    payers, number = people.payers, cover.cells[index].paid
    row, multiplier = int(bounds.row[index]), float(bounds.multiplier[index])
    missed = _missed(people, bounds, index, cover)
    worth = multiplier * cover.paid_weights(payers.probability.max(axis=1, initial=0.0), row)
    orders: dict[tuple[int, ...], Ints] = {}
    for times in PARAMETERS.greedy_paid_worth if cover.paid_rows[row][1] else (0.0,):
        for extra in (np.zeros(len(payers)), missed):
            price = np.where(payers.held, -np.inf, payers.cost + extra - times * worth)
            order = np.lexsort((payers.creator, price))
            orders.setdefault(tuple(np.sort(order[:number]).tolist()), order)
    return list(orders.values())


def _missed(people: Candidates, bounds: CellBounds, index: int, cover: Cover) -> Floats:
    """Return by how much each payer is missed as a gift."""
    payers, gifts = people.payers, people.gifts
    missed, count = np.zeros(len(payers)), int(bounds.gifts[index])
    if len(payers) and 0 < count <= len(gifts):
        weights = cover.gift_weights(gifts.probability.max(axis=1), int(bounds.row[index]))
        reduced = gifts.cost - bounds.multiplier[index] * weights
        last = np.partition(reduced, count - 1)[count - 1]
        place = np.minimum(np.searchsorted(gifts.creator, payers.creator), len(gifts) - 1)
        both = gifts.creator[place] == payers.creator
        missed[both] = np.maximum(0.0, last - reduced[place[both]])
    return missed


def _unit(gifts: ModeCandidates) -> float:
    if not len(gifts) or gifts.probability.max() <= 0:
        return 1.0
    return max(1.0, float(np.median(gifts.cost))) / float(phi(gifts.probability.max(), PARAMETERS.greedy_tilt))


def _fill(
    instance: Instance,
    people: Candidates,
    payers: Ints,
    counts: tuple[int, int],
    places: Ints | None,
    quotas: Quotas | None,
) -> Team | None:
    """Return a team of exactly `counts` (paid, gifts) that holds, for the smallest λ that gives one."""
    paid, gifts = counts
    payers = payers[:paid] if quotas is None else quotas.payers(payers, paid)
    usable = np.flatnonzero(~np.isin(people.gifts.creator, people.payers.creator[payers]))
    if len(payers) < paid or gifts > len(usable):
        return None
    weights = phi(people.gifts.probability[usable].max(axis=1, initial=0.0), PARAMETERS.greedy_tilt)
    steps = np.concatenate([[1e-6], STEPS]) * _unit(people.gifts)
    reduced = np.where(people.gifts.held[usable], -np.inf, people.gifts.cost[usable] - np.outer(steps, weights))
    orders = usable[np.argsort(reduced, axis=1, kind="stable")]
    sets = orders[:, :gifts] if quotas is None else quotas.sets(orders, gifts, payers)
    if not len(sets):
        return None
    sets = _promising(instance, people, payers, sets)
    low, high, best = 0, len(sets) - 1, None
    while low <= high:
        middle = (low + high) // 2
        team = _dated(instance, people, payers, sets[middle], places)
        if team is None:
            low = middle + 1
        else:
            best, high = team, middle - 1
    return best


def _promising(instance: Instance, people: Candidates, payers: Ints, teams: Ints) -> Ints:
    """Return those of some sets of gifts, one a row, that hold where everybody ships on their best day."""
    wave = instance.waves[people.activation]
    teams = teams[np.sort(np.unique(np.sort(teams, axis=1), axis=0, return_index=True)[1])]
    gifts = people.gifts.probability.max(axis=1, initial=0.0)[teams]
    paid = people.payers.probability[payers].max(axis=1, initial=0.0)
    reached = tails(gifts, paid, wave.min_posts, instance.rates)
    return np.asarray(teams[reached >= wave.confidence - SECURE_TOLERANCE - SCREENING])


def _dated(instance: Instance, people: Candidates, payers: Ints, gifts: Ints, places: Ints | None) -> Team | None:
    """Return these people with their ship days if they hold together; None too where a lock holds somebody else."""
    if not people.held(payers, gifts):
        return None
    value = np.concatenate(
        [
            PARAMETERS.greedy_paid_weight * people.payers.probability[payers],
            phi(people.gifts.probability[gifts], PARAMETERS.greedy_tilt),
        ]
    )
    option = np.concatenate([people.payers.option[payers], people.gifts.option[gifts]])
    priced = np.concatenate([people.payers.priced[payers], people.gifts.priced[gifts]])
    days = _days(value, option, places)
    if days is None:
        return None
    rows = np.arange(len(option))
    probability = np.concatenate([people.payers.probability[payers], people.gifts.probability[gifts]])[rows, days]
    wave = instance.waves[people.activation]
    reached = tail(probability[len(payers) :], probability[: len(payers)], wave.min_posts, instance.rates)
    if reached < wave.confidence - SECURE_TOLERANCE:
        return None
    chosen = option[rows, days]
    cost = int(instance.options.cost_minor[chosen].sum())
    return Team(tuple(sorted(chosen.tolist())), cost, int(priced[rows, days].sum()))


def _days(value: Floats, option: Ints, places: Ints | None) -> Ints | None:
    """Return a day (column) per person: everybody's best where there is room, else the best assignment to places."""
    allowed = np.where(option >= 0, value, -np.inf)
    if not len(allowed):
        return np.zeros(0, dtype=np.int64)
    best: Ints = allowed.argmax(axis=1)
    if places is None or np.all(np.bincount(best, minlength=len(places)) <= places):
        return best
    slots = np.repeat(np.arange(len(places)), np.minimum(places, len(allowed)))
    if len(slots) < len(allowed):
        return None
    offered = allowed[:, slots]
    cost = np.where(np.isfinite(offered), -offered, 1e6)
    rows, columns = linear_sum_assignment(cost)
    if cost[rows, columns].max() >= 1e6:
        return None
    chosen: Ints = slots[columns]
    return chosen
