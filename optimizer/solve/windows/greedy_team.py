"""A good team for one window, quickly: the bound's own order of creators, days by assignment, judged by the exact tail.

For a cell (m, n) the m cheapest payers are taken, and the n gifts that are best for a multiplier λ (cost − λφ); λ rises
until the team holds. Given the people, days are a linear assignment: Σφ is additive over creators and every free place
of a day takes one parcel. A team found here keeps the window's own rules and the places left; it is a proposal, not a
proof of anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from optimizer.chance.covers import Cover
from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.chance.tilt import phi
from optimizer.derive.instance import INFEASIBLE_COST, Floats, Instance, Ints
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import Candidates, ModeCandidates, Quotas
from optimizer.solve.windows.cell_bounds import STEPS, CellBounds


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
) -> Team | None:
    """Return the cheapest team found for a window, priced below `below`; None if none was found.

    Parameters
    ----------
    free
        Places left per ship day of the instance; None for no limit.
    below
        Priced cost a team must stay under to be of use.
    """
    places = None if free is None else free[people.days]
    wave = instance.waves[people.activation]
    quotas = Quotas.of(instance, people)
    best: Team | None = None
    for index in np.argsort(bounds.bound, kind="stable")[: PARAMETERS.greedy_cells]:
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
    """Return the payers in order of cost and, where that differs, of cost plus what their own gift would be worth.

    With κ the reduced cost of the cell's last gift, a creator whose own gift has g < κ is missed by κ − g as a gift.
    """
    payers, gifts = people.payers, people.gifts
    plain = np.lexsort((payers.creator, payers.cost))
    count = int(bounds.gifts[index])
    if not len(payers) or not 0 < count <= len(gifts):
        return [plain]
    weights = phi(np.maximum(gifts.probability.max(axis=1), cover.low), cover.tilts[bounds.row[index]])
    reduced = gifts.cost - bounds.multiplier[index] * weights
    last = np.partition(reduced, count - 1)[count - 1]
    missed = np.zeros(len(payers))
    place = np.minimum(np.searchsorted(gifts.creator, payers.creator), len(gifts) - 1)
    both = gifts.creator[place] == payers.creator
    missed[both] = np.maximum(0.0, last - reduced[place[both]])
    weighed = np.lexsort((payers.creator, payers.cost + missed))
    number = cover.cells[index].paid
    same = set(plain[:number].tolist()) == set(weighed[:number].tolist())
    return [plain] if same else [plain, weighed]


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
    low, high, best = 0, len(steps) - 1, None
    while low <= high:
        middle = (low + high) // 2
        order = usable[np.argsort(people.gifts.cost[usable] - steps[middle] * weights, kind="stable")]
        chosen = order[:gifts]
        if quotas is not None:
            chosen = quotas.gifts(order, gifts, payers)
            if len(chosen) != gifts or quotas.short(payers, chosen):
                return None
        team = _dated(instance, people, payers, chosen, places)
        if team is None:
            low = middle + 1
        else:
            best, high = team, middle - 1
    return best


def _dated(instance: Instance, people: Candidates, payers: Ints, gifts: Ints, places: Ints | None) -> Team | None:
    """Return these people with their ship days if they hold together, else None."""
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
