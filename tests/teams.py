"""Random teams of real scenarios against every row and cut: none that holds is excluded, none that fails is let in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

import numpy as np

from optimizer.chance.covers import Cell, Cover, cover_of
from optimizer.chance.pair_covers import payers_differ, with_pair_rows
from optimizer.chance.tail import SECURE_TOLERANCE
from optimizer.derive.instance import Instance, Ints
from optimizer.solve.cpsat.dominance import Profile, dominated, failing_profile
from optimizer.solve.cpsat.feasibility import probability

SUM_ROUNDING, TAIL_ROUNDING = 1e-9, 2e-9
PAIR_CELLS = 12
"""Numbers of people that get rows of both groups; these take the most time."""
PROFILES = 6
"""Cuts kept of an activation at the same time; the latest."""


@dataclass
class Team:
    """Options of distinct creators in one window, with what the exact tail says of them."""

    options: Ints
    payers: list[float]
    gifts: list[float]
    reached: float


@dataclass
class Desk:
    """One activation: its rows, of gifts alone and of both groups, and the cuts its failing teams have given."""

    instance: Instance
    activation: int
    dice: Random
    covers: list[Cover] = field(init=False)
    profiles: list[Profile] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        cover = cover_of(self.instance, self.activation)
        self.covers = [cover]
        if payers_differ(cover):
            cells = sorted(self.dice.sample(range(len(cover.cells)), min(len(cover.cells), PAIR_CELLS)))
            self.covers.append(with_pair_rows(self.instance, self.activation, cover, cells))

    @property
    def confidence(self) -> float:
        """What is asked for."""
        return float(self.instance.waves[self.activation].confidence)

    def try_teams(self, count: int) -> None:
        """Draw teams and judge them."""
        windows = np.unique(self.instance.options.window[self.instance.options.of_activation(self.activation)])
        for _ in range(count if len(windows) else 0):
            self.judge(self.drawn(int(self.dice.choice(windows.tolist()))))

    def drawn(self, window: int) -> Team:
        """Return a team of about as many people as some cell asks for."""
        table, dice = self.instance.options, self.dice
        mine = table.in_window(window)
        cells = [cell for cell in self.covers[0].cells if not cell.more_gifts] or list(self.covers[0].cells)
        cell = dice.choice(cells) if cells else None
        paid_wanted = dice.randint(0, 4) if cell is None else cell.paid + dice.choice((0, 0, 0, 1))
        gifts_wanted = dice.randint(0, 12) if cell is None else max(0, cell.gifts + dice.choice((-1, 0, 0, 0, 1, 2)))
        order = mine[np.argsort(-table.probability[mine], kind="stable")]
        rows = list(zip(order.tolist(), table.creator[order].tolist(), table.paid[order].tolist(), strict=True))
        if dice.random() < 0.7:
            dice.shuffle(rows)
        taken: set[int] = set()
        chosen: list[int] = []
        for wanted, paid in ((paid_wanted, True), (gifts_wanted, False)):
            left = wanted
            for option, creator, is_paid in rows:
                if left and is_paid == paid and creator not in taken:
                    taken.add(creator)
                    chosen.append(option)
                    left -= 1
        return self.team(np.array(sorted(chosen), dtype=np.int64))

    def team(self, options: Ints) -> Team:
        """Return a team with its exact tail."""
        table = self.instance.options
        paid = table.paid[options]
        chances = table.probability[options]
        reached = probability(self.instance, self.activation, options)
        return Team(options, chances[paid].tolist(), chances[~paid].tolist(), reached)

    def judge(self, team: Team) -> None:
        """Check what rows and cuts say of one team."""
        self.counts["teams"] += 1
        holds = team.reached >= self.confidence - SECURE_TOLERANCE + TAIL_ROUNDING
        share = Fraction(self.instance.max_paid_share[self.activation])
        keeps_share = len(team.payers) <= share * (len(team.payers) + len(team.gifts))
        for cover in self.covers if keeps_share else []:
            sums = tilted_sums(cover, team)
            cells = [cell for cell in cover.cells if fits(cell, team)]
            if holds:
                self.counts["holding teams that rows must let in"] += 1
                assert any(lets_in(cell, sums) for cell in cells), (team, "is excluded by the rows")
            if any(says_holds(cover, cell, team, sums) for cell in cells):
                self.counts["teams that rows say hold"] += 1
                assert team.reached >= self.confidence - SECURE_TOLERANCE - TAIL_ROUNDING, (team, "is said to hold")
        for profile in self.profiles:
            if dominated(profile, team.payers, team.gifts):
                self.counts["teams that cuts exclude"] += 1
                assert team.reached < self.confidence - SECURE_TOLERANCE + TAIL_ROUNDING, (team, profile)
        if not holds and (len(self.profiles) < PROFILES or self.dice.random() < 0.005):
            self.learn(team)

    def learn(self, team: Team) -> None:
        """Make a cut of a failing team; it has to exclude that team."""
        profile = failing_profile(self.instance, self.activation, team.options)
        if profile is not None:
            assert dominated(profile, team.payers, team.gifts), (team, profile)
            self.profiles = [*self.profiles, profile][-PROFILES:]
            self.counts["cuts"] += 1


def fits(cell: Cell, team: Team) -> bool:
    """Return whether a team has the numbers of a cell."""
    paid, gifts = len(team.payers), len(team.gifts)
    return (paid == cell.paid or (cell.more_paid and paid >= cell.paid)) and (
        gifts == cell.gifts or (cell.more_gifts and gifts >= cell.gifts)
    )


def tilted_sums(cover: Cover, team: Team) -> list[float]:
    """Return the tilted sum of a team in every row."""
    gifts, payers = np.array(team.gifts), np.array(team.payers)
    return [
        float(cover.gift_weights(gifts, row).sum() + cover.paid_weights(payers, row).sum())
        for row in range(len(cover.tilts))
    ]


def lets_in(cell: Cell, sums: Sequence[float]) -> bool:
    """Return whether tilted sums pass every row of a cell on the bounding side."""
    return all(total >= need - SUM_ROUNDING for total, need in zip(sums, cell.necessary, strict=True))


def says_holds(cover: Cover, cell: Cell, team: Team, sums: Sequence[float]) -> bool:
    """Return whether the choosing side would take a team with the numbers of a cell for one that holds."""
    if not cell.choosable:
        return False
    if min(team.gifts, default=1.0) < cover.low or min(team.payers, default=1.0) < cover.paid_low:
        return False
    return sums[cell.best] > cell.sufficient[cell.best] + SUM_ROUNDING or not any(cell.sufficient)


def try_scenario(instance: Instance, seed: int, each: int) -> Counter[str]:
    """Try so many teams of each activation; return what was counted."""
    counts: Counter[str] = Counter()
    for activation in instance.activations:
        desk = Desk(instance, activation, Random(f"teams {seed}:{activation}"))
        desk.try_teams(each)
        counts += desk.counts
    return counts
