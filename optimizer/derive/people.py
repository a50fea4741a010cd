"""Creators as columns, read once, so that options can be made by arithmetic on arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.derive.instance import Flags, Floats, Ints
from optimizer.money import decimals, to_minor
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import accepted_modes, embeddedness, passes_floor

TIERS = ("nano", "emerging", "established")


@dataclass(frozen=True)
class People:
    """The creators of a scenario; every column has one entry per creator, in the scenario's order."""

    scenario: Scenario

    @property
    def creators(self) -> list[Creator]:
        """The creators themselves."""
        return self.scenario.creators

    @cached_property
    def embeddedness(self) -> Floats:
        """Embeddedness, 0 where unknown."""
        return np.array([embeddedness(creator) or 0.0 for creator in self.creators])

    @cached_property
    def tier(self) -> Ints:
        """Position in `TIERS`, -1 where not given."""
        places = {None: -1} | {tier: place for place, tier in enumerate(TIERS)}
        return np.array([places[creator.tier] for creator in self.creators], dtype=np.int64)

    @cached_property
    def accepts(self) -> tuple[Flags, Flags]:
        """Who may be gifted, who may be paid."""
        modes = [accepted_modes(creator) for creator in self.creators]
        return np.array(["gift" in each for each in modes], dtype=bool), np.array(
            ["paid" in each for each in modes], dtype=bool
        )

    @cached_property
    def rate(self) -> tuple[Floats, Floats]:
        """Chance of a post when gifted and when paid, whenever the parcel arrives."""
        posting = self.scenario.posting
        middle, reliable = (posting.organic_rate.low + posting.organic_rate.high) / 2, posting.paid_reliability
        gifted = [creator.organic_rate for creator in self.creators]
        paid = [creator.paid_reliability for creator in self.creators]
        return np.array([middle if own is None else own for own in gifted], dtype=float), np.array(
            [reliable if own is None else own for own in paid], dtype=float
        )

    @cached_property
    def fee_minor(self) -> Ints:
        """Fee for a paid post, 0 where there is none."""
        digits = decimals(self.scenario.currency)
        fees = [creator.paid_fee for creator in self.creators]
        return np.array([0 if fee is None else to_minor(fee, digits) for fee in fees], dtype=np.int64)

    @cached_property
    def service(self) -> Ints:
        """Position of the shipping service in the scenario's list."""
        places = {service.id: place for place, service in enumerate(self.scenario.shipping.services)} | {None: 0}
        return np.array([places[creator.service] for creator in self.creators], dtype=np.int64)

    @cached_property
    def members(self) -> dict[str, Ints]:
        """Creators by community, in order; those below its floor are left out."""
        communities = {community.id: community for community in self.scenario.communities}
        found: dict[str, list[int]] = {name: [] for name in communities}
        for number, creator in enumerate(self.creators):
            for name in creator.communities:
                if communities[name].min_embeddedness is None or passes_floor(creator, communities[name]):
                    found[name].append(number)
        return {name: np.array(numbers, dtype=np.int64) for name, numbers in found.items()}

    @cached_property
    def away(self) -> tuple[Ints, Ints, Ints]:
        """Unavailable spans: creator, first and last day, counted from the horizon's start; sorted by creator."""
        spans = np.array(list(self._spans()), dtype=np.int64).reshape(-1, 3)
        return spans[:, 0], spans[:, 1], spans[:, 2]

    def _spans(self) -> Iterator[tuple[int, int, int]]:
        first = self.scenario.horizon.start
        for number, creator in enumerate(self.creators):
            for span in creator.unavailable:
                yield number, (span.start - first).days, (span.end - first).days
