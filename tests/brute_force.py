"""The optimum of a tiny scenario by looking at everything: knows the contract, and nothing of the optimiser.

Per activation every window, every set of creators and every way to gift, pay and ship to them is listed with its exact
tail; the ways that hold are then combined in every way that keeps the limits that activations share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations

import numpy as np

from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, embeddedness, max_paid_share
from optimizer.verify.premises import Premises
from tests.brute_decisions import ExtraRow, Ints, Option, decisions, replaceable
from tests.brute_ways import OWN_FIGURES, TIERS, Flags, Floats, Menu, Ways, all_windows, far_apart, lean_among

TOLERANCE = 1e-6
OwnRule = Callable[[Wave, frozenset[str]], bool]
"""A made-up rule of one activation: may these creators (by id) be its team?"""
MOST_WAYS = 2_000_000


@dataclass(frozen=True)
class Best:
    """The lexicographic optimum: most value, then least cost (minor units)."""

    value: int
    cost: int


def best(scenario: Scenario) -> Best | None:
    """Return the optimum of a scenario, None where no plan keeps all rules."""
    return Enumeration(scenario).best


class Enumeration:
    """Everything that can be done in one scenario; made-up rules come as rows, or as a rule of one activation."""

    def __init__(self, scenario: Scenario, *, rows: Sequence[ExtraRow] = (), keeps: OwnRule | None = None):
        self.scenario = scenario
        self.premises = Premises(scenario)
        self.bit = {creator.id: 1 << index for index, creator in enumerate(scenario.creators)}
        self.keeps = keeps
        self.limits, options = decisions(self.premises, rows)
        self.offers: defaultdict[tuple[str, date, str, str], list[Option]] = defaultdict(list)
        for option in options:
            line = option.line
            self.offers[line.wave.id, line.window.start, line.creator.id, line.mode].append(option)

    @cached_property
    def must(self) -> set[str]:
        """Activations that every plan secures."""
        waves = self.premises.waves.values()
        if self.scenario.objective.goal == "min_cost":
            return {wave.id for wave in waves}
        locked = {lock.activation for lock in self.scenario.locks if lock.mode != "skip"}
        return locked | {wave.id for wave in waves if wave.required}

    @cached_property
    def best(self) -> Best | None:
        """The lexicographic optimum."""
        waves = self.premises.waves
        by_value: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
        for size in range(len(waves) + 1):
            for chosen in combinations(waves, size):
                if self.must <= set(chosen):
                    by_value[sum(waves[name].value for name in chosen)].append(chosen)
        for value in sorted(by_value, reverse=True):
            costs = [self.least_cost(dict.fromkeys(chosen, 0)) for chosen in by_value[value]]
            found = [cost for cost in costs if cost is not None]
            if found:
                return Best(value, min(found))
        return None

    def least_cost(self, creators: Mapping[str, int]) -> int | None:
        """Return the least cost of a plan that secures just these activations, each with at least so many creators."""
        pools = []
        for name, least in creators.items():
            ways = self.lean_ways[name]
            pools.append(ways.only((ways.creators >= least) & np.all(ways.use <= self.limits, axis=1)))
        pools.sort(key=lambda pool: len(pool.cost))
        return self._descend(pools, 0, np.zeros(len(self.limits), dtype=np.int64), None)

    def _descend(self, pools: list[Ways], spent: int, used: Ints, known: int | None) -> int | None:
        """Return what one way out of each pool costs at least, `spent` included, or `known` where that is no more."""
        if any(len(pool.cost) == 0 for pool in pools):
            return known
        if not pools:
            return spent if known is None else min(spent, known)
        first, others = pools[0], pools[1:]
        floor = spent + sum(int(pool.cost[0]) for pool in others)
        for index in range(len(first.cost)):
            if known is not None and floor + first.cost[index] >= known:
                return known
            total = used + first.use[index]
            rest = [other.only(self._fits(first, index, other, total)) for other in others]
            known = self._descend(rest, spent + int(first.cost[index]), total, known)
        return known

    def _fits(self, one: Ways, index: int, other: Ways, used: Ints) -> Flags:
        """Return which ways of `other` can stand beside one way of another activation, given what is used so far."""
        fits: Flags = np.all(other.use + used <= self.limits, axis=1)
        shared = (other.members & one.members[index]) != 0
        fits &= ~shared | far_apart(one, index, other, self.scenario.rotation.rest_days)
        if one.wave.community == other.wave.community:
            fits &= far_apart(one, index, other, self.premises.communities[one.wave.community].min_gap_days)
        return fits

    def most_embedded(self, creators: Mapping[str, int], most_cost: int) -> float:
        """Return what the embeddedness of a plan that secures these activations cannot exceed.

        Each has at most so many creators; what it may cost is what the others leave of `most_cost` at their cheapest.
        Other shared limits are left aside.
        """
        cheapest = {name: int(self.ways[name].cost.min()) for name in creators}
        total = 0.0
        for name, most in creators.items():
            ways = self.ways[name]
            allowed = most_cost - sum(cheapest.values()) + cheapest[name]
            total += float(ways.embeddedness[(ways.creators <= most) & (ways.cost <= allowed)].max())
        return total

    @cached_property
    def lean_ways(self) -> dict[str, Ways]:
        """The lean ways; of those with the same window, creators and use of shared rows only the cheapest."""
        found = {}
        for name, ways in self.ways.items():
            lean = ways.only(ways.lean)
            keys = np.column_stack([lean.start, lean.members, lean.use])
            found[name] = lean.only(np.sort(np.unique(keys, axis=0, return_index=True)[1]))
        return found

    @cached_property
    def ways(self) -> dict[str, Ways]:
        """All ways to secure each activation."""
        return {
            name: all_windows(wave, [self._ways(wave, start) for start in wave.starts()])
            for name, wave in self.premises.waves.items()
        }

    def _ways(self, wave: Wave, start: date) -> Ways:
        """List every choice of at most one option per creator that holds and keeps the activation's own rules."""
        menus = self.menus(wave, start)
        shape = [len(menu) for menu in menus]
        assert np.prod(shape, dtype=float) <= MOST_WAYS, "not a tiny scenario"
        figures = np.zeros((1, OWN_FIGURES + len(self.limits)), dtype=np.int64)
        loved = np.zeros(1)
        for menu in menus:
            own = np.array([self._figures(option) for option in menu], dtype=np.int64)
            figures = (figures[:, None] + own.reshape(len(menu), figures.shape[1])).reshape(-1, figures.shape[1])
            known = np.array([0.0 if option is None else embeddedness(option.line.creator) or 0.0 for option in menu])
            loved = (loved[:, None] + known).reshape(-1)
        probability = self._tails(menus, wave.min_posts)
        good = (probability >= wave.confidence - TOLERANCE) & self._keeps_own_rules(wave, figures)
        if self.keeps is not None:
            good &= np.array([self.keeps(wave, self._named(members)) for members in figures[:, 0].tolist()], dtype=bool)
        lean = lean_among(good.reshape(shape), menus).reshape(-1)
        first = np.full(len(good), start.toordinal(), dtype=np.int64)
        return Ways(wave, first, figures, loved, probability, lean).only(good)

    def menus(self, wave: Wave, start: date) -> list[Menu]:
        """Return what can be done with each creator; of one mode's days those that no other replaces at no loss."""
        found = []
        locked = {lock.creator for lock in self.scenario.locks if lock.mode != "skip" and lock.activation == wave.id}
        for name in self.bit:
            menu: Menu = [] if name in locked else [None]
            for mode in ("gift", "paid"):
                offered = self.offers.get((wave.id, start, name, mode), [])
                menu += [each for index, each in enumerate(offered) if not replaceable(offered, index)]
            if menu != [None]:
                found.append(menu)
        return found

    def _named(self, members: int) -> frozenset[str]:
        return frozenset(name for name, bit in self.bit.items() if members & bit)

    def _figures(self, option: Option | None) -> list[int]:
        if option is None:
            return [0] * (OWN_FIGURES + len(self.limits))
        creator, paid = option.line.creator, option.line.mode == "paid"
        tiers = [int(creator.tier == tier) for tier in TIERS]
        return [self.bit[creator.id], not paid, paid, option.cost, *tiers, *option.use]

    def _tails(self, menus: Sequence[Menu], least: int) -> Floats:
        """Return the exact P(N ≥ least) of every choice out of the menus."""
        rates, weights = self._rates(len(menus))
        below = np.zeros((1, len(rates), least))
        below[..., 0] = 1.0
        for menu in menus:
            chance = np.array([_chances(option, rates) for option in menu]).reshape(len(menu), len(rates), 1)
            grown = below[:, None] * (1 - chance)
            grown[..., 1:] += below[:, None, :, :-1] * chance
            below = grown.reshape(-1, len(rates), least)
        tails: Floats = 1 - below.sum(axis=2) @ weights
        return tails

    def _rates(self, degree: int) -> tuple[Floats, Floats]:
        """Return ρ/mid and weights that integrate polynomials of `degree` and some more exactly."""
        band = self.scenario.posting.organic_rate
        middle = (band.low + band.high) / 2
        if band.model == "independent":
            return np.ones(1), np.ones(1)
        if band.model == "worst_case":
            return np.array([band.low / middle]), np.ones(1)
        points, weights = np.polynomial.legendre.leggauss(degree // 2 + 2)
        return (middle + (band.high - band.low) / 2 * points) / middle, weights / 2

    def _keeps_own_rules(self, wave: Wave, figures: Ints) -> Flags:
        """Paid share, min_paid and tier mix."""
        gifts, paid = figures[:, 1], figures[:, 2]
        share = max_paid_share(self.premises.communities[wave.community])
        counts = range(len(self.bit) + 1)
        within = np.array([[some <= share * (others + some) for some in counts] for others in counts])
        keeps: Flags = within[gifts, paid]
        keeps &= paid >= wave.min_paid
        for tier, allowed in wave.tier_mix.items():
            count = figures[:, 4 + TIERS.index(tier)]
            keeps &= count >= allowed.min
            if allowed.max is not None:
                keeps &= count <= allowed.max
        return keeps


def _chances(option: Option | None, rates: Floats) -> Floats:
    if option is None:
        return np.zeros(len(rates))
    return rates * option.chance if option.line.mode == "gift" else np.full(len(rates), option.chance)
