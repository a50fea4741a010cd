"""Dominance cuts: a team that fails takes every weaker team with it, in every window of its activation.

Raise the in-window probabilities of a failing team as far as it still fails: a *profile* q₁ ≥ … ≥ q_m of payers and
p₁ ≥ … ≥ p_n of gifts. The tail does not fall when a probability rises or a member is added (couple the Bernoulli
variables), so a team whose payers and gifts, each sorted downwards, lie entry by entry below a profile fails as well.
Hence every team that holds satisfies, for some j or i::

    #{payers above q_j} ≥ j   or   #{gifts above p_i} ≥ i   or   #payers ≥ m + 1   or   #gifts ≥ n + 1

One Boolean stands for each distinct level, shared by all cuts of a model, and one clause for each cut. Levels are
probabilities of options, so a profile is valid whatever the window, the day and the service: a pool keeps those of each
activation for every later model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from optimizer.chance.tail import SECURE_TOLERANCE, exact_count, nodes, tail
from optimizer.chance.tilt import ERROR
from optimizer.derive.instance import Floats, Instance, Ints
from optimizer.model.variables import Variables

SWEEPS = 2
"""Sweeps that raise every entry by one level each, so that all rise alike; a last one then goes as far as it can."""


@dataclass(frozen=True)
class Profile:
    """In-window probabilities of a failing team, payers and gifts, each from the highest down."""

    payers: tuple[float, ...]
    gifts: tuple[float, ...]


@dataclass
class DominancePool:
    """The profiles of each activation, in the order in which they were met.

    A pool belongs to one instance but for the budget: posts, confidence and rates decide what fails.
    """

    profiles: dict[int, list[Profile]] = field(default_factory=dict)

    def of(self, activation: int) -> Sequence[Profile]:
        """Return the profiles of an activation."""
        return self.profiles.get(activation, ())

    def add(self, activation: int, profile: Profile) -> None:
        """Keep a profile unless it is there already."""
        kept = self.profiles.setdefault(activation, [])
        if profile not in kept:
            kept.append(profile)

    def branch(self) -> DominancePool:
        """Return a copy for work beside other work, so that what threads learn from each other is no matter of luck."""
        return DominancePool({activation: list(own) for activation, own in self.profiles.items()})

    def merge(self, branch: DominancePool) -> None:
        """Keep the profiles of a branch."""
        for activation, own in branch.profiles.items():
            for profile in own:
                self.add(activation, profile)


def failing_profile(instance: Instance, activation: int, options: Ints) -> Profile | None:
    """Return the profile of a team that fails, raised as far as it still fails.

    None where the team fails by so little that rounding could have decided it: no other team is judged by it then.
    """
    table = instance.options
    paid, probability = table.paid[options], table.probability[options]
    mine = table.in_activation(activation)
    raising = _Raising(
        instance,
        activation,
        np.sort(probability[paid])[::-1].tolist(),
        np.sort(probability[~paid])[::-1].tolist(),
        np.unique(table.probability[mine[table.paid[mine]]]),
        np.unique(table.probability[mine[~table.paid[mine]]]),
    )
    if not raising.fails():
        return None
    for _ in range(SWEEPS):
        raising.sweep(one_level=True)
    raising.sweep(one_level=False)
    return Profile(tuple(sorted(raising.payers, reverse=True)), tuple(sorted(raising.gifts, reverse=True)))


@dataclass
class _Raising:
    """A failing team whose entries rise level by level."""

    instance: Instance
    activation: int
    payers: list[float]
    gifts: list[float]
    payer_levels: Floats
    gift_levels: Floats

    @property
    def limit(self) -> float:
        """What the tail stays below, beyond all doubt of quadrature and rounding."""
        return self.instance.waves[self.activation].confidence - SECURE_TOLERANCE - ERROR

    def fails(self) -> bool:
        """Return whether the team fails beyond all doubt."""
        wave = self.instance.waves[self.activation]
        return tail(self.gifts, self.payers, wave.min_posts, self.instance.rates) < self.limit

    def sweep(self, *, one_level: bool) -> None:
        """Raise each entry by one level where the team still fails, or as far as it does.

        Beside the others, whose numbers of posts are C_s, an entry that posts with probability x gives the tail
        1 − Σ_{s<k} C_s + x·C_{k−1}: linear in x, so that all levels are judged at once. C joins the posts of those
        before the entry, who have risen, and of those after it, who have not.
        """
        least, rates = self.instance.waves[self.activation].min_posts, self.instance.rates
        rate, weight = nodes(rates, exact_count(len(self.gifts)))
        entries = [*((self.payers, place, np.ones(len(rate))) for place in range(len(self.payers)))]
        entries += [(self.gifts, place, rate) for place in range(len(self.gifts))]
        after = _none(len(rate), least)
        later = [after]
        for own, place, scale in reversed(entries[1:]):
            later.append(_one_more(later[-1], scale * own[place]))
        before = _none(len(rate), least)
        for own, place, scale in entries:
            after = later.pop()
            levels = self.payer_levels if own is self.payers else self.gift_levels
            fewer = weight @ (before * np.cumsum(after, axis=1)[:, ::-1]).sum(axis=1)
            pivotal = weight @ (scale * (before * after[:, ::-1]).sum(axis=1))
            failing = int(np.searchsorted(1 - fewer + levels * pivotal, self.limit))
            low = int(np.searchsorted(levels, own[place], side="right"))
            if failing > low:
                own[place] = float(levels[low if one_level else failing - 1])
            before = _one_more(before, scale * own[place])


def _none(count: int, least: int) -> Floats:
    """Return the probabilities of 0 … least − 1 posts of nobody, at each node."""
    counts = np.zeros((count, least))
    counts[:, 0] = 1.0
    return counts


def _one_more(counts: Floats, chance: Floats) -> Floats:
    """Return the probabilities of numbers of posts with one more member."""
    more: Floats = counts * (1 - chance[:, None])
    more[:, 1:] += counts[:, :-1] * chance[:, None]
    return more


@dataclass
class DominanceRows:
    """The dominance cuts of one model, and the Booleans that they share."""

    v: Variables
    literals: dict[tuple[int, bool, float, int], cp_model.IntVar | None] = field(default_factory=dict)

    def add_pool(self, pool: DominancePool, activations: Sequence[int]) -> None:
        """Add the pooled profiles of some activations."""
        for activation in activations:
            for profile in pool.of(activation):
                self.add(activation, profile)

    def add(self, activation: int, profile: Profile) -> None:
        """Add one cut: a secured activation has a team that the profile does not dominate."""
        clause = [~self.v.secured[activation]]
        for paid, entries in ((True, profile.payers), (False, profile.gifts)):
            firsts = {level: place for place, level in reversed([*enumerate(entries, start=1)])}
            for level, count in [*firsts.items(), (-1.0, len(entries) + 1)]:
                literal = self._at_least(activation, paid, level, count)
                if literal is not None:
                    clause.append(literal)
        self.v.model.add_bool_or(clause)

    def forbid(self, activation: int, options: Ints) -> None:
        """Forbid one team as it stands, and nothing else."""
        others = np.setdiff1d(self.v.options_of(activation), options)
        self.v.model.add_bool_or(
            [~self.v.secured[activation], *(~flag for flag in self.v.of(options)), *self.v.of(others)]
        )

    def _at_least(self, activation: int, paid: bool, level: float, count: int) -> cp_model.IntVar | None:
        """Return a Boolean that implies `count` people of a mode above a level; None where there are fewer."""
        key = (activation, paid, level, count)
        if key not in self.literals:
            table, mine = self.v.instance.options, self.v.options_of(activation, paid=paid)
            above = mine[table.probability[mine] > level]
            literal = None
            if len(np.unique(table.creator[above])) >= count:
                literal = self.v.model.new_bool_var("")
                self.v.model.add(self.v.total(above) >= count).only_enforce_if(literal)
            self.literals[key] = literal
        return self.literals[key]


def dominated(profile: Profile, payers: Sequence[float], gifts: Sequence[float]) -> bool:
    """Return whether a team lies entry by entry below a profile, so that it fails as the profile does."""
    return all(
        len(own) <= len(bound)
        and all(mine <= most for mine, most in zip(sorted(own, reverse=True), bound, strict=False))
        for own, bound in ((payers, profile.payers), (gifts, profile.gifts))
    )
