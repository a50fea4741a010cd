"""What spreadsheets have in common: gifts only, one window after the other, and a stop before the total budget.

For every activation, in order, the first candidate window is taken for which enough creators can be gifted; what
is enough is the rule of the sheet. Everything is shipped on the last open ship day at least a week before the window.
Capacity, stock, months, the delivery range, paid creators, tier mix and locks to gift or to pay are ignored.
Under `activate_most` a sheet goes through the activations by value and leaves out what the rest of the total budget
does not pay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal

from optimizer.analysis.report import Decision
from optimizer.calendar import ShippingCalendar
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import Wave, accepted_modes, passes_floor, service_of, shipping_calendar, waves

LEAD_DAYS = 7
Decided = tuple[list[Decision], dict[str, date]]
"""Decisions, and the first day of the window of every activation that is planned."""
Choice = Callable[[Wave, Sequence[Creator]], Sequence[Creator]]
"""The creators a sheet takes of those it can gift for an activation; none where they are too few."""


def sheet_plan(scenario: Scenario, choice: Choice) -> Decided:
    """Return the decisions and window starts that a sheet with this rule leads to.

    Usable are members of the community who accept gifts, pass the embeddedness floor, are not skipped by a lock and not
    unavailable in the window; each at most once in the whole plan. An activation for which no window works is left out.
    """
    calendar = shipping_calendar(scenario)
    decisions: list[Decision] = []
    starts: dict[str, date] = {}
    for wave in waves(scenario):
        taken = {item.creator for item in decisions}
        for start in wave.starts():
            ship_on = _ship_day(calendar, start, scenario.horizon.start)
            chosen = [] if ship_on is None else choice(wave, _usable(scenario, wave, start, taken))
            if ship_on is not None and chosen:
                decisions += [Decision(creator.id, wave.id, "gift", ship_on) for creator in chosen]
                starts[wave.id] = start
                break
    return _within_budget(scenario, decisions, starts)


def parcel_cost(creator: Creator, scenario: Scenario) -> Decimal:
    """Return what a parcel to this creator costs, in `currency`."""
    return service_of(creator, scenario).cost


def costs(scenario: Scenario, decisions: Sequence[Decision]) -> dict[str, Decimal]:
    """Return product + shipping of gifts per activation, in `currency`."""
    creators = {creator.id: creator for creator in scenario.creators}
    units = {product.id: product.unit_cost for product in scenario.products}
    sent = {wave.id: units[wave.product] for wave in waves(scenario)}
    spent = dict.fromkeys(sent, Decimal(0))
    for item in decisions:
        spent[item.activation] += sent[item.activation] + parcel_cost(creators[item.creator], scenario)
    return spent


def _ship_day(calendar: ShippingCalendar, start: date, first: date) -> date | None:
    day = start - timedelta(days=LEAD_DAYS)
    while day >= first:
        if calendar.is_ship_day(day):
            return day
        day -= timedelta(days=1)
    return None


def _usable(scenario: Scenario, wave: Wave, start: date, taken: Collection[str]) -> list[Creator]:
    community = next(item for item in scenario.communities if item.id == wave.community)
    skipped = {lock.creator for lock in scenario.locks if lock.activation == wave.id and lock.mode == "skip"}
    end = wave.end_of(start)
    return [
        creator
        for creator in scenario.creators
        if wave.community in creator.communities
        and creator.id not in taken
        and creator.id not in skipped
        and "gift" in accepted_modes(creator)
        and passes_floor(creator, community)
        and not any(span.start <= end and start <= span.end for span in creator.unavailable)
    ]


def _within_budget(scenario: Scenario, decisions: list[Decision], starts: dict[str, date]) -> Decided:
    total = scenario.budget.total
    if scenario.objective.goal != "activate_most" or total is None:
        return decisions, starts
    price, left = costs(scenario, decisions), total
    kept: set[str] = set()
    for wave in sorted(waves(scenario), key=lambda wave: -wave.value):
        if wave.id in starts and price[wave.id] <= left:
            left -= price[wave.id]
            kept.add(wave.id)
    return (
        [item for item in decisions if item.activation in kept],
        {activation: start for activation, start in starts.items() if activation in kept},
    )
