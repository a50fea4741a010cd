"""Greedy: the best cost per unit of tilted probability, activation by activation, with the exact tail as stop rule.

In every window creators are taken in the order of cost per φ(π) = −ln(1 − π/2)·2, a weight that lies between the plain
chance (which overrates payers) and the log-odds, until the exact Poisson–binomial tail reaches the confidence; then
whoever is not needed is taken out again, the dearest first. This is done for every number of paid creators from none to
min_posts + 1 and every window; the cheapest result stays. Activations come in the order a planner would choose: under
`min_cost` those with the fewest windows and the largest need first (one that cannot be placed goes to the front and the
whole plan is made again), under `activate_most` the most value per pound first. All rules are honoured on the way:
capacity, stock, months, budget, rotation, gaps, paid share and minimum, tier mix, locks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.chance.tilt import phi
from optimizer.derive.build import derive
from optimizer.derive.instance import Instance, Ints
from optimizer.model.variables import Selection
from optimizer.scenario.models import Scenario
from optimizer.solve.exact import holds
from tests.benchmarks.methods.base import Answer, Run, answer_of
from tests.benchmarks.methods.standing import Standing

TILT = 0.5
MOST_RESTARTS = 20
Reach = Callable[[int, Sequence[int]], bool]
"""Whether these options of an activation reach its density with its confidence."""


def greedy(scenario: Scenario, run: Run) -> Answer:
    """Return the greedy plan."""
    instance = derive(scenario)
    selection = greedy_selection(instance, exact_reach(instance), lambda: run.remaining <= 0)
    if selection.windows:
        run.found(instance, selection)
    return answer_of(instance, selection)


def exact_reach(instance: Instance) -> Reach:
    """Return the exact tail as a stop rule."""
    return lambda activation, options: holds(instance, activation, np.array(options, dtype=np.int64))


def greedy_selection(instance: Instance, reach: Reach, late: Callable[[], bool]) -> Selection:
    """Return the greedy plan under a stop rule: everything that must be secured, or as much as was found to fit."""
    order = _order(instance, reach, late)
    best = Selection((), {})
    for _ in range(MOST_RESTARTS):
        selection, failed = _plan(instance, reach, order, late)
        if _worth(instance, selection) > _worth(instance, best):
            best = selection
        must = [activation for activation in failed if instance.must_secure[activation]]
        if not must or late():
            break
        order = must + [activation for activation in order if activation not in must]
    return best


def _worth(instance: Instance, selection: Selection) -> tuple[int, int, int]:
    chosen = np.array(selection.options, dtype=np.int64)
    secured = [activation for activation in selection.windows]
    return (
        int(instance.must_secure[secured].sum()) if secured else 0,
        int(instance.value[secured].sum()) if secured else 0,
        -int(instance.options.cost_minor[chosen].sum()),
    )


def _order(instance: Instance, reach: Reach, late: Callable[[], bool]) -> list[int]:
    """Return activations in the order they are placed, by what each costs alone where value counts."""
    windows = np.bincount(instance.windows.activation, minlength=len(instance.waves))
    if instance.must_secure.all():
        need = [wave.min_posts * wave.confidence for wave in instance.waves]
        return sorted(instance.activations, key=lambda a: (windows[a], -need[a], a))
    bargain = {}
    for activation in instance.activations:
        found = None if late() else _Placing(instance, Standing(instance), reach, activation).best()
        cost = _cost(instance, found[1]) if found else 10**12
        bargain[activation] = instance.value[activation] / max(1, cost)
    return sorted(instance.activations, key=lambda a: (not instance.must_secure[a], -bargain[a], a))


def _plan(
    instance: Instance, reach: Reach, order: Sequence[int], late: Callable[[], bool]
) -> tuple[Selection, list[int]]:
    standing = Standing(instance)
    windows: dict[int, int] = {}
    chosen: list[int] = []
    failed = []
    for activation in order:
        found = None if late() else _Placing(instance, standing, reach, activation).best()
        if found is None:
            failed.append(activation)
            continue
        windows[activation] = found[0]
        chosen += found[1]
        standing.open(found[0])
        for option in found[1]:
            standing.take(option)
    return Selection(tuple(sorted(chosen)), dict(sorted(windows.items()))), failed


def _cost(instance: Instance, options: Sequence[int]) -> int:
    return int(instance.options.cost_minor[np.array(options, dtype=np.int64)].sum())


@dataclass
class _Placing:
    """One activation, placed beside what stands."""

    instance: Instance
    standing: Standing
    reach: Reach
    activation: int

    def best(self) -> tuple[int, list[int]] | None:
        """Return the cheapest window with its options, None where none works."""
        found: tuple[int, list[int]] | None = None
        payers = self.instance.waves[self.activation].min_posts + 1
        for window in np.flatnonzero(self.instance.windows.activation == self.activation):
            if not self.standing.may_open(int(window)):
                continue
            ranked = self._ranked(int(window))
            for paid in range(payers + 1):
                chosen = self._fill(ranked, paid)
                if chosen and (found is None or _cost(self.instance, chosen) < _cost(self.instance, found[1])):
                    found = (int(window), chosen)
        return found

    def _ranked(self, window: int) -> Ints:
        table = self.instance.options
        mine = np.flatnonzero(table.window == window)
        weight = np.maximum(1e-9, phi(table.probability[mine], TILT))
        ranked: Ints = mine[np.argsort(table.cost_minor[mine] / weight, kind="stable")]
        return ranked

    def _fill(self, ranked: Ints, most_paid: int) -> list[int]:
        """Return options that reach the density with at most so many payers, nothing where they do not."""
        wave, standing = self.instance.waves[self.activation], self.standing
        team = standing.team(self.activation)
        wanted = self._wanted(ranked, most_paid)
        if wanted is None:
            return []
        for option in wanted:
            if not team.take(option):
                team.leave()
                return []
        heads = {mode: iter(ranked[self.instance.options.paid[ranked] == mode].tolist()) for mode in (False, True)}
        waiting: dict[bool, int | None] = {mode: next(heads[mode], None) for mode in heads}
        place = {option: index for index, option in enumerate(ranked.tolist())}
        while not (team.expected >= wave.min_posts and team.complete() and self.reach(self.activation, team.options)):
            modes = [mode for mode in heads if waiting[mode] is not None and (not mode or team.room_for_paid(most_paid))]
            if not modes:
                team.leave()
                return []
            mode = min(modes, key=lambda mode: place[waiting[mode] or 0])
            team.take(waiting[mode] or 0)
            waiting[mode] = next(heads[mode], None)
        chosen = self._pruned(team.options, frozenset(wanted))
        team.leave()
        return chosen

    def _wanted(self, ranked: Ints, most_paid: int) -> list[int] | None:
        """Return the options that locks, the minimum of paid creators and tier minimums ask for, None if impossible."""
        instance, table = self.instance, self.instance.options
        wave, found = instance.waves[self.activation], list[int]()

        def first(wanted: Callable[[int], bool]) -> bool:
            taken = {int(table.creator[option]) for option in found}
            for option in ranked.tolist():
                if int(table.creator[option]) not in taken and self.standing.room(option) and wanted(option):
                    found.append(option)
                    return True
            return False

        for lock in instance.fixed:
            if lock.activation == self.activation and not first(
                lambda option, lock=lock: table.creator[option] == lock.creator
                and bool(table.paid[option]) == lock.paid
                and lock.ship_day in (None, table.ship_day[option])
            ):
                return None
        while sum(bool(table.paid[option]) for option in found) < wave.min_paid:
            if not first(lambda option: bool(table.paid[option])):
                return None
        for tier, allowed in wave.tier_mix.items():
            number = ("nano", "emerging", "established").index(tier)
            while sum(instance.tier[table.creator[option]] == number for option in found) < allowed.min:
                spare = most_paid - sum(bool(table.paid[option]) for option in found)
                if not first(
                    lambda option, number=number, spare=spare: instance.tier[table.creator[option]] == number
                    and (spare > 0 or not table.paid[option])
                ):
                    return None
        return found

    def _pruned(self, options: Sequence[int], wanted: frozenset[int]) -> list[int]:
        """Return the options without those that are not needed, the dearest left out first."""
        costs, kept = self.instance.options.cost_minor, list(options)
        for option in sorted(options, key=lambda option: -costs[option]):
            fewer = [other for other in kept if other != option]
            if option in wanted or not self.standing.team(self.activation, fewer).complete():
                continue
            if self.reach(self.activation, fewer):
                kept = fewer
        return kept
