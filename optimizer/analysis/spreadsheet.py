"""What planners do today: expected posts in a spreadsheet. A yardstick to compare plans with, not a recommendation.

For every activation, in order: take the cheapest creators, as gifts, until their organic rates sum to `min_posts`
(Σ organic_rate ≥ k, an expectation, where density asks for a probability), and ship everything on the last open ship
day at least a week before the window. The window is the first candidate for which that can be done.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from optimizer.analysis.report import Decision
from optimizer.calendar import ShippingCalendar
from optimizer.money import exact
from optimizer.scenario.meaning import Wave, accepted_modes, passes_floor, service_of, shipping_calendar, waves
from optimizer.scenario.models import Creator, Scenario

LEAD_DAYS = 7


def spreadsheet_plan(scenario: Scenario) -> tuple[list[Decision], dict[str, date]]:
    """Return the decisions and window starts of the plan a spreadsheet leads to.

    Only usable creators are taken: members of the community who accept gifts, pass the embeddedness floor, are not
    skipped by a lock and not unavailable in the window; each at most once in the whole plan. Of creators that cost the
    same the higher organic rate comes first. An activation for which no window works is left out. Budget, capacity,
    stock, minimum of paid creators and tier mix are not looked at, and gift or paid locks neither.
    """
    sheet = _Sheet(scenario, shipping_calendar(scenario))
    decisions: list[Decision] = []
    starts: dict[str, date] = {}
    for wave in waves(scenario):
        taken = {decision.creator for decision in decisions}
        for start in wave.starts():
            found = sheet.row(wave, start, taken)
            if found:
                decisions += found
                starts[wave.id] = start
                break
    return decisions, starts


@dataclass(frozen=True)
class _Sheet:
    scenario: Scenario
    calendar: ShippingCalendar

    def row(self, wave: Wave, start: date, taken: Collection[str]) -> list[Decision]:
        """Return the decisions for one activation in one window; none where it cannot be done."""
        ship_on = self._ship_day(start)
        if ship_on is None:
            return []
        chosen: list[Decision] = []
        posts = exact(0)
        for creator in sorted(self._usable(wave, start, taken), key=self._dearness):
            if posts >= wave.min_posts:
                break
            chosen.append(Decision(creator.id, wave.id, "gift", ship_on))
            posts += exact(self._rate(creator))
        return chosen if posts >= wave.min_posts else []

    def _ship_day(self, start: date) -> date | None:
        day = start - timedelta(days=LEAD_DAYS)
        while day >= self.scenario.horizon.start:
            if self.calendar.is_ship_day(day):
                return day
            day -= timedelta(days=1)
        return None

    def _usable(self, wave: Wave, start: date, taken: Collection[str]) -> list[Creator]:
        community = next(item for item in self.scenario.communities if item.id == wave.community)
        skipped = {lock.creator for lock in self.scenario.locks if lock.activation == wave.id and lock.mode == "skip"}
        end = wave.end_of(start)
        return [
            creator
            for creator in self.scenario.creators
            if wave.community in creator.communities
            and creator.id not in taken
            and creator.id not in skipped
            and "gift" in accepted_modes(creator)
            and passes_floor(creator, community)
            and not any(span.start <= end and start <= span.end for span in creator.unavailable)
        ]

    def _dearness(self, creator: Creator) -> tuple[Decimal, float]:
        return service_of(creator, self.scenario).cost, -self._rate(creator)

    def _rate(self, creator: Creator) -> float:
        band = self.scenario.posting.organic_rate
        return (band.low + band.high) / 2 if creator.organic_rate is None else creator.organic_rate
