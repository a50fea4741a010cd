"""Greedy: the best cost per unit of tilted probability, activation by activation, with the exact tail as stop rule.

In every window creators are taken in the order of cost per φ(π) = −ln(1 − π/2)·2, a weight that lies between the plain
probability (which overrates payers) and the log-odds, until the exact Poisson–binomial tail reaches the confidence;
then creators who are not needed are taken out again, the dearest first. This is done for every number of paid creators
from none to min_posts + 1 and every window; the cheapest result stays. Activations come in the order a planner would
choose: under `min_cost` those with the fewest windows and the largest need first (one that cannot be placed goes to the
front and the whole plan is made again), under `activate_most` the most value per pound first. All rules are honoured on
the way: capacity, stock, months, budget, rotation, gaps, paid share and minimum, tier mix, locks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.analysis.baselines.usage import GrowingTeam, Usage
from optimizer.analysis.certify import decisions_of
from optimizer.analysis.report import Decision
from optimizer.chance.tilt import phi
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Flags, Instance, Ints
from optimizer.derive.people import TIERS
from optimizer.model.selection import Selection
from optimizer.scenario.models import Scenario
from optimizer.solve.cpsat.feasibility import holds

TILT = 0.5
MOST_RESTARTS = 20
TAKEN_OUT = 1.05
HALFWAY = 0.6
"""Below this share of the posts in expectation the tail need not be asked."""
Reach = Callable[[int, Sequence[int]], bool]
"""Whether these options of an activation reach its density with its confidence."""


def greedy_plan(scenario: Scenario) -> tuple[Sequence[Decision], Mapping[str, date]]:
    """Return the decisions and window starts of the greedy plan, however long it takes."""
    instance = build_instance(scenario)
    return decisions_of(instance, greedy_selection(instance, exact_reach(instance), lambda: False, exact=True))


def exact_reach(instance: Instance) -> Reach:
    """Return the exact tail as a stop rule."""
    return lambda activation, options: holds(instance, activation, np.array(options, dtype=np.int64))


def greedy_selection(instance: Instance, reach: Reach, late: Callable[[], bool], *, exact: bool = False) -> Selection:
    """Return the greedy plan under a stop rule: everything that must be secured, or as much of it as fits.

    Parameters
    ----------
    late
        Whether the time is over.
    exact
        The stop rule depends on the in-window probabilities and grows with them.
    """
    return _Greedy(instance, instance.options.cost_minor, reach, late, exact).selection()


@dataclass
class _Greedy:
    instance: Instance
    costs: Ints
    reach: Reach
    late: Callable[[], bool]
    exact: bool

    def selection(self) -> Selection:
        order = self._order()
        best = Selection((), {})
        for _ in range(MOST_RESTARTS):
            selection, failed = self._plan(order)
            if self._worth(selection) > self._worth(best):
                best = selection
            must = [activation for activation in failed if self.instance.must_secure[activation]]
            if not must or self.late():
                break
            order = must + [activation for activation in order if activation not in must]
        return best

    def _worth(self, selection: Selection) -> tuple[int, int, int]:
        secured, chosen = list(selection.windows), np.array(selection.options, dtype=np.int64)
        must = int(self.instance.must_secure[secured].sum()) if secured else 0
        value = int(self.instance.value[secured].sum()) if secured else 0
        return must, value, -int(self.costs[chosen].sum())

    def _order(self) -> list[int]:
        """Return activations in the order they are placed, by what each costs alone where value counts."""
        instance = self.instance
        windows = np.bincount(instance.windows.activation, minlength=len(instance.waves))
        if instance.must_secure.all():
            need = [wave.min_posts * wave.confidence for wave in instance.waves]
            return sorted(instance.activations, key=lambda a: (windows[a], -need[a], a))
        bargain = {}
        for activation in instance.activations:
            placed = self._place(activation, Usage(instance, self.costs))
            cost = 10**12 if placed is None else max(1, int(self.costs[placed[1]].sum()))
            bargain[activation] = instance.value[activation] / cost
        return sorted(instance.activations, key=lambda a: (not instance.must_secure[a], -bargain[a], a))

    def _place(self, activation: int, usage: Usage) -> tuple[int, list[int]] | None:
        return None if self.late() else Placing(self.instance, usage, self.reach, activation, self.exact).best()

    def _plan(self, order: Sequence[int]) -> tuple[Selection, list[int]]:
        """Return the plan in this order, and what could not be placed."""
        usage = Usage(self.instance, self.costs)
        windows: dict[int, int] = {}
        chosen: list[int] = []
        failed = []
        for activation in order:
            placed = self._place(activation, usage)
            if placed is None:
                failed.append(activation)
                continue
            windows[activation] = placed[0]
            chosen += placed[1]
            usage.open(placed[0])
            for option in placed[1]:
                usage.take(option)
        return Selection(tuple(sorted(chosen)), dict(sorted(windows.items()))), failed


@dataclass
class Placing:
    """One activation, inserted into what is taken so far."""

    instance: Instance
    usage: Usage
    reach: Reach
    activation: int
    exact: bool

    def best(self) -> tuple[int, list[int]] | None:
        """Return the cheapest window with its options, None where none works."""
        best: tuple[int, list[int]] | None = None
        least: int | None = None
        payers = self.instance.waves[self.activation].min_posts + 1
        for window in np.flatnonzero(self.instance.windows.activation == self.activation).tolist():
            if not self.usage.may_open(window):
                continue
            ranked = self.ranked(window)
            for paid in range(payers + 1):
                chosen = self.fill(ranked, paid, least)
                cost = int(self.usage.costs[chosen].sum())
                if chosen and (least is None or cost < least):
                    best, least = (window, chosen), cost
        return best

    def ranked(self, window: int) -> Ints:
        """Return the options of a window, the best cost per unit of tilted probability first."""
        table = self.instance.options
        mine = np.flatnonzero(table.window == window)
        weight = np.maximum(1e-9, phi(table.probability[mine], TILT))
        ranked: Ints = mine[np.argsort(self.usage.costs[mine] / weight, kind="stable")]
        return ranked

    def fill(self, ranked: Ints, most_paid: int, least: int | None) -> list[int]:
        """Return options that reach density with at most `most_paid` payers; none where that fails or costs too much.

        Too much is more than `least` by more than taking out could save: a few per cent.
        """
        team = self.usage.team(self.activation)
        wanted = self._wanted(ranked, most_paid)
        if wanted is None:
            return []
        ceiling = math.inf if least is None else TAKEN_OUT * least
        chosen: list[int] = []
        if all(team.take(option) for option in wanted):
            if self._reached(team):
                chosen = list(team.options)
            elif self._grow(team, ranked, most_paid, ceiling):
                chosen = self._pruned(team.options, frozenset(wanted))
        team.leave()
        return chosen

    def _reached(self, team: GrowingTeam) -> bool:
        wave = self.instance.waves[self.activation]
        likely = team.expected >= HALFWAY * wave.min_posts
        return likely and team.complete() and self.reach(self.activation, team.options)

    def _grow(self, team: GrowingTeam, ranked: Ints, most_paid: int, ceiling: float) -> bool:
        """Add options, the best ranked first, until the density is reached; return whether it was."""
        paid = self.instance.options.paid[ranked]
        heads = {mode: iter(np.flatnonzero(paid == mode).tolist()) for mode in (False, True)}
        waiting = {mode: next(heads[mode], None) for mode in heads}
        while team.cost <= ceiling:
            open_modes = {
                mode: place
                for mode, place in waiting.items()
                if place is not None and (not mode or team.room_for_paid(most_paid))
            }
            if not open_modes:
                return False
            mode, place = min(open_modes.items(), key=lambda item: item[1])
            waiting[mode] = next(heads[mode], None)
            if team.take(int(ranked[place])) and self._reached(team):
                return True
        return False

    def _wanted(self, ranked: Ints, most_paid: int) -> list[int] | None:
        """Return the options that locks, the minimum of paid creators and tier minimums ask for, None if impossible."""
        instance, wave = self.instance, self.instance.waves[self.activation]
        creators, paid = instance.options.creator[ranked], instance.options.paid[ranked]
        days, tiers = instance.options.ship_day[ranked], instance.tier[creators]
        taken: list[int] = []

        def take(allowed: Flags) -> bool:
            """Take the first option that is allowed and fits."""
            for place in np.flatnonzero(allowed & ~np.isin(creators, creators[taken])).tolist():
                if self.usage.room(int(ranked[place])):
                    taken.append(place)
                    return True
            return False

        for lock in instance.locks:
            right_day = np.ones(len(ranked), dtype=bool) if lock.ship_day is None else days == lock.ship_day
            right = (creators == lock.creator) & (paid == lock.paid) & right_day
            if lock.activation == self.activation and not take(right):
                return None
        while int(paid[taken].sum()) < wave.min_paid:
            if not take(paid):
                return None
        for tier, allowed in wave.tier_mix.items():
            number = TIERS.index(tier)
            while int((tiers[taken] == number).sum()) < allowed.min:
                may_pay = int(paid[taken].sum()) < most_paid
                if not take((tiers == number) & (paid <= may_pay)):
                    return None
        return [int(ranked[place]) for place in taken]

    def _pruned(self, options: Sequence[int], wanted: frozenset[int]) -> list[int]:
        """Return the options without those that are not needed, the dearest left out first.

        All but the last were not enough; under the exact tail, then, nobody of its mode who is at least as likely to
        post can be left out.
        """
        table, kept, last = self.instance.options, list(options), options[-1]
        for option in sorted(options[:-1], key=lambda option: -self.usage.costs[option]):
            alike = self.exact and table.paid[option] == table.paid[last]
            if option in wanted or (alike and table.probability[option] >= table.probability[last]):
                continue
            fewer = [other for other in kept if other != option]
            if self.usage.team(self.activation, fewer).complete() and self.reach(self.activation, fewer):
                kept = fewer
        return kept
