"""Limits of one activation and its community, and what could be conceded of what it asks for; as relaxables."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cached_property

from optimizer.analysis.diagnosis.documents import Patch, Scalar, activation_pointer
from optimizer.analysis.diagnosis.relaxable import Relaxable, above, below, hundredths, listed_values, steps
from optimizer.analysis.diagnosis.shared_limits import Limit, limit
from optimizer.errors import pointer
from optimizer.plan import Plan
from optimizer.scenario.models import Activation, Community, Creator, Scenario
from optimizer.scenario.semantics import Wave, embeddedness, expand, max_paid_share, written_activations

LONGER_DAYS = 28
EARLIER_PARCEL_DAYS = 14
LATER_PARCEL_DAYS = 7
SEVERAL = 5
"""At most this many locks or creators are tried one by one."""


def locks(scenario: Scenario, waves: Collection[Wave]) -> Iterator[Limit]:
    """Yield the limit that the locks of some waves are, if they have any."""
    names = {wave.id for wave in waves}
    mine = [(index, lock) for index, lock in enumerate(scenario.locks) if lock.activation in names]
    relaxables = [
        listed_values(
            pointer("locks", index),
            f"Lock of {lock.creator} in {lock.activation}",
            lock.mode,
            [None],
            size=0.5,
        )
        for index, lock in mine
    ]
    if relaxables:
        yield Limit(
            "locks", "the locks", tuple(relaxables[:SEVERAL]), tuple(relaxable.removal for relaxable in relaxables)
        )


@dataclass(frozen=True)
class OwnLimits:
    """The limits of one wave."""

    scenario: Scenario
    wave: Wave

    def __iter__(self) -> Iterator[Limit]:
        yield from self._paid_share()
        yield from self._min_paid()
        yield from self._tier_mix()
        yield from self._embeddedness_floor()
        yield from self._availability()
        yield from self._delivery()
        yield from self._window()
        yield from self._ship_days()

    def concessions(self, attainable: float | None) -> Iterator[Relaxable]:
        """Yield what the activation could ask less of: confidence, posts, and a longer time to post in.

        Parameters
        ----------
        attainable
            Highest probability the whole network reaches, where that is below the confidence.
        """
        most = below(self.wave.confidence)
        if attainable is not None:
            most = min(most, math.floor(attainable * 100 + 1e-7))
        if most >= 1:
            likely = attainable is not None
            yield hundredths(
                self._at("confidence"), self._of("Confidence"), self.wave.confidence, (most, 1), first_likely=likely
            )
        if self.wave.min_posts > 1:
            yield steps(self._at("min_posts"), self._of("Posts"), self.wave.min_posts, 1)
        longest = min(366, self.wave.window_days + LONGER_DAYS, self._room())
        if longest > self.wave.window_days:
            yield steps(self._at("window_days"), self._of("Days of the window"), self.wave.window_days, longest)

    def _room(self) -> int:
        """Return the length with which every wave of the activation still has a window inside the horizon."""
        first_starts = [wave.starts()[0] for wave in expand(self.written, self.wave.pointer, self.scenario)]
        return (self.scenario.horizon.end - max(first_starts)).days + 1

    @cached_property
    def written(self) -> Activation:
        """The activation as written."""
        return next(item for item, where in written_activations(self.scenario) if where == self.wave.pointer)

    @cached_property
    def community(self) -> tuple[int, Community]:
        """The community with its position."""
        return next(
            (index, item) for index, item in enumerate(self.scenario.communities) if item.id == self.wave.community
        )

    def _at(self, *path: str | int) -> str:
        return activation_pointer(self.wave) + pointer(*path)

    def _of(self, words: str) -> str:
        return f"{words} of {self.written.id}"

    def _paid_share(self) -> Iterator[Limit]:
        index, community = self.community
        share = max_paid_share(community)
        if share < 1:
            first = above(float(share))

            def enough(plan: Plan) -> int:
                return max(0, _hundredths_paid(plan, community.id) - first)

            where = pointer("communities", index, "max_paid_share")
            relaxable = hundredths(
                where, f"Largest paid share of {community.id}", float(share), (first, 100), enough=enough
            )
            yield limit("paid_share", f"the most paid share of {community.id}", relaxable)

    def _min_paid(self) -> Iterator[Limit]:
        if self.wave.min_paid:
            relaxable = steps(self._at("min_paid"), self._of("Least number of paid creators"), self.wave.min_paid, 0)
            yield limit("min_paid", "the least number of paid creators", relaxable)

    def _tier_mix(self) -> Iterator[Limit]:
        relaxables = []
        for tier, allowed in self.wave.tier_mix.items():
            if allowed.min:
                where = self._at("tier_mix", tier, "min")
                relaxables.append(steps(where, self._of(f"Least number of {tier} creators"), allowed.min, 0))
            members = sum(creator.tier == tier for creator in self.scenario.creators)
            if allowed.max is not None and allowed.max < members:
                where = self._at("tier_mix", tier, "max")
                relaxables.append(steps(where, self._of(f"Largest number of {tier} creators"), allowed.max, members))
        if relaxables:
            yield Limit("tier_mix", "the tier mix", tuple(relaxables), (Patch(self._at("tier_mix"), None),))

    def _embeddedness_floor(self) -> Iterator[Limit]:
        index, community = self.community
        floor = community.min_embeddedness
        if floor is None:
            return
        scores = [embeddedness(creator) for creator in self.scenario.creators if community.id in creator.communities]
        lower = {math.floor(value * 100) / 100 for value in scores if value is not None and value < floor}
        values: list[Scalar] = [*sorted(lower, reverse=True), *([None] if None in scores else [])]
        if values:
            where = pointer("communities", index, "min_embeddedness")
            relaxable = listed_values(where, f"Embeddedness floor of {community.id}", floor, values, size=0.1)
            yield limit("embeddedness_floor", f"the embeddedness floor of {community.id}", relaxable)

    def _availability(self) -> Iterator[Limit]:
        relaxables = [
            listed_values(
                pointer("creators", index, "unavailable"),
                f"Absence of {creator.id}",
                _spans(creator),
                [None],
                size=0.3,
            )
            for index, creator in enumerate(self.scenario.creators)
            if creator.unavailable and self.wave.community in creator.communities
        ]
        if relaxables:
            removal = tuple(relaxable.removal for relaxable in relaxables)
            yield Limit(
                "availability", "the days on which creators are unavailable", tuple(relaxables[:SEVERAL]), removal
            )

    def _delivery(self) -> Iterator[Limit]:
        before, after = self.wave.before_days, self.wave.after_days
        relaxables = []
        if before < 366:
            where = self._at("delivery", "before_days")
            subject = self._of("Days before the start on which parcels may arrive for the window")
            relaxables.append(steps(where, subject, before, min(366, before + EARLIER_PARCEL_DAYS), size=1 / 7))
        if after < 366:
            where = self._at("delivery", "after_days")
            subject = self._of("Days after the start on which parcels may arrive for the window")
            relaxables.append(steps(where, subject, after, min(366, after + LATER_PARCEL_DAYS), size=1 / 7))
        if relaxables:
            yield limit("delivery", "the time in which parcels may arrive", *relaxables)

    def _window(self) -> Iterator[Limit]:
        """Other days to start on; later or earlier ones where the activation bounds them itself."""
        horizon, relaxables = self.scenario.horizon, []
        if self.wave.start_weekday != "any":
            subject = self._of("Weekday of the start")
            relaxables.append(
                listed_values(self._at("start_weekday"), subject, self.wave.start_weekday, ["any"], size=0.2)
            )
        if self.written.repeat is not None:
            flex = self.written.repeat.flex_days
            subject = self._of("Days within which a wave may start")
            relaxables.append(steps(self._at("repeat", "flex_days"), subject, flex, flex + LONGER_DAYS, size=1 / 14))
        else:
            latest = horizon.end - timedelta(days=self.wave.window_days - 1)
            later = replace(self.wave, earliest=self.wave.latest + timedelta(days=1), latest=latest).starts()
            earlier = replace(self.wave, earliest=horizon.start, latest=self.wave.earliest - timedelta(days=1)).starts()
            for name, now, days in (
                ("start_latest", self.wave.latest, later),
                ("start_earliest", self.wave.earliest, earlier[::-1]),
            ):
                if days:
                    subject = self._of(f"{name.removeprefix('start_').capitalize()} start")
                    values = [day.isoformat() for day in days]
                    relaxables.append(listed_values(self._at(name), subject, now.isoformat(), values, size=1 / 14))
        if relaxables:
            yield limit("window", "the days on which the window may start", *relaxables)

    def _ship_days(self) -> Iterator[Limit]:
        if self.scenario.shipping.closed_dates:
            where = pointer("shipping", "closed_dates")
            closed = ", ".join(day.isoformat() for day in self.scenario.shipping.closed_dates)
            yield limit("ship_days", "the closed dates", listed_values(where, "Closed dates", closed, [None], size=0.5))


def _spans(creator: Creator) -> str:
    return ", ".join(f"{span.start} to {span.end}" for span in creator.unavailable)


def _hundredths_paid(plan: Plan, community: str) -> int:
    """Return the share of paid creators, rounded up to hundredths, in the activation that has most of them."""
    shares = [
        Fraction(item.paid, item.gifts + item.paid)
        for item in plan.activations
        if item.community == community and item.gifts + item.paid
    ]
    return max((math.ceil(share * 100) for share in shares), default=0)
