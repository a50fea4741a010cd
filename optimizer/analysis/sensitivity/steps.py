"""Which limits of a scenario are worth loosening for a plan of it, and how far one step goes.

========================  ==================================================
limit                     one step looser
========================  ==================================================
``budget_total``          a tenth more money
``budget_month``          a tenth more money in that month
``daily_capacity``        a tenth more parcels a day, rounded up
``stock``                 a tenth more units, rounded up, in the first or the last lot
``paid_share``            ten hundredths more, at most 1
``min_paid``              one paid creator fewer
``tier_mix``              one creator more at the upper end, one fewer at the lower
``max_activations``       one activation more
``rest_days``             seven days fewer, at least none
``community_gap``         seven days fewer, at least none
========================  ==================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from optimizer.analysis.binding import Place, places
from optimizer.analysis.diagnosis.documents import Patch
from optimizer.analysis.diagnosis.own_limits import OwnLimits
from optimizer.analysis.diagnosis.relaxable import Relaxable
from optimizer.analysis.diagnosis.shared_limits import Limit, SharedLimits
from optimizer.derive.limits import limits_of
from optimizer.money import decimals, to_minor
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, waves

MONEY = ("budget_total", "budget_month")
OWN = ("paid_share", "min_paid", "tier_mix")
SPACING = ("rest_days", "community_gap")
HUNDREDTHS, DAYS = 10, 7


@dataclass(frozen=True)
class Relaxed:
    """One limit, one step looser.

    Attributes
    ----------
    rule
        Id of the limit.
    relaxable
        Its field.
    to
        The change.
    why
        Why it is examined, for people.
    """

    rule: str
    relaxable: Relaxable
    to: Patch
    why: str


def looser_limits(scenario: Scenario, plan: Plan) -> list[Relaxed]:
    """Return what could be loosened, limits that all activations share first.

    That is every limit the plan uses up (see `places`). Where the plan leaves activations out, limits that all share
    belong to it as well, used up or not: what is left of a budget may be too little for a whole activation. Rest and
    gaps are never used up; they belong to it where two windows could lie closer together by the step, and for rest
    where the same people could serve both.
    """
    candidates = _Candidates(scenario, plan)
    limits = [*candidates.shared(), *candidates.own()]
    return list({item.to.pointer: item for item in limits}.values())


@dataclass(frozen=True)
class _Candidates:
    scenario: Scenario
    plan: Plan

    @cached_property
    def waves(self) -> list[Wave]:
        return waves(self.scenario)

    @cached_property
    def places(self) -> Sequence[Place]:
        return places(self.scenario, self.plan)

    @cached_property
    def left_out(self) -> int:
        return sum(not item.secured for item in self.plan.activations)

    def shared(self) -> Iterator[Relaxed]:
        for limit in SharedLimits(self.scenario, limits_of(self.scenario), self.waves):
            for relaxable in limit.relaxables:
                if limit.rule == "stock" and not relaxable.pointer.endswith("/units"):
                    continue
                to = relaxable.patch(self._level(limit.rule, relaxable))
                why = self._spacing(limit.rule, relaxable, to) if limit.rule in SPACING else self._use(limit, relaxable)
                if why is not None:
                    yield Relaxed(limit.rule, relaxable, to, why)

    def own(self) -> Iterator[Relaxed]:
        by_id = {wave.id: wave for wave in self.waves}
        for place in self.places:
            if place.limit not in OWN:
                continue
            for limit in OwnLimits(self.scenario, by_id[place.where]):
                for relaxable in limit.relaxables if limit.rule == place.limit else ():
                    if relaxable.pointer.endswith("/".join(place.path)):
                        to = relaxable.patch(self._level(limit.rule, relaxable))
                        yield Relaxed(limit.rule, relaxable, to, f"{place.where}: {place.detail}")

    def _level(self, rule: str, relaxable: Relaxable) -> int:
        """Return the level of the parameter that is one step (see above), or the last where there are fewer."""
        if rule in SPACING:
            level = DAYS - 1
        elif rule == "paid_share":
            level = HUNDREDTHS - 1
        elif rule in {*MONEY, "daily_capacity", "stock"}:
            level = max(1, -(-self._units(rule, relaxable) // 10)) - 1
        else:
            level = 0
        return min(level, relaxable.levels - 1)

    def _units(self, rule: str, relaxable: Relaxable) -> int:
        digits = decimals(self.scenario.currency)
        return to_minor(Decimal(str(relaxable.current)), digits if rule in MONEY else 0)

    def _use(self, limit: Limit, relaxable: Relaxable) -> str | None:
        """Return how the plan uses a shared limit up, or that it may stand in the way of what the plan leaves out."""
        for place in self.places:
            same = limit.rule == place.limit
            if same and (limit.rule not in {"budget_month", "stock"} or self._is_of(place, relaxable)):
                return place.detail
        if not self.left_out:
            return None
        missing = "1 activation is" if self.left_out == 1 else f"{self.left_out} activations are"
        return f"not used up, but {missing} left out"

    def _is_of(self, place: Place, relaxable: Relaxable) -> bool:
        if place.limit == "budget_month":
            return relaxable.pointer.endswith(f"/{place.where}")
        product = self.scenario.products[int(relaxable.pointer.split("/")[2])]
        return product.id == place.where

    def _spacing(self, rule: str, relaxable: Relaxable, to: Patch) -> str | None:
        """Return how many pairs of activations could lie closer together, None where none could."""
        least, before = int(str(to.value)), int(str(relaxable.current))
        community = None
        if rule == "community_gap":
            community = self.scenario.communities[int(relaxable.pointer.split("/")[2])].id
        pairs = [
            (one, other)
            for one, other in combinations(self.waves, 2)
            if self._related(one, other, community) and _could_lie(one, other, least, before - 1)
        ]
        if not pairs:
            return None
        closer = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
        return f"{closer} of activations could follow within {least} to {before - 1} free days"

    def _related(self, one: Wave, other: Wave, community: str | None) -> bool:
        """Return whether both are of the community, or, where none is named, could be served by the same people."""
        if community is not None:
            return one.community == other.community == community
        return one.community == other.community or frozenset((one.community, other.community)) in self._sharing

    @cached_property
    def _sharing(self) -> set[frozenset[str]]:
        """Pairs of communities with members in common."""
        circles = {tuple(creator.communities) for creator in self.scenario.creators}
        return {frozenset(pair) for circle in circles for pair in combinations(circle, 2)}


def _could_lie(one: Wave, other: Wave, least: int, most: int) -> bool:
    """Return whether some windows of two activations leave from `least` to `most` free days between them."""
    return _could_follow(one, other, least, most) or _could_follow(other, one, least, most)


def _could_follow(first: Wave, second: Wave, least: int, most: int) -> bool:
    """Compare the free days there can be, from the closest windows to the farthest; days between count too."""
    closest = (second.earliest - first.end_of(first.latest)).days - 1
    farthest = (second.latest - first.end_of(first.earliest)).days - 1
    return closest <= most and farthest >= least
