"""Two spreadsheets: `spreadsheet`, what planners do today, and `pessimist`, the same with the worst rate.

`spreadsheet` is `optimizer.analysis.spreadsheet`: the cheapest creators, as gifts, until their organic rates sum to
the posts needed, shipped on the last open day at least a week before the first window for which that can be done.
`pessimist` divides the posts by the low end of the rate band instead (posts / 0.20 gifts), cheapest first, shipped in
the same way: the careful planner's rule of thumb. Neither looks at money, capacity or stock; under `activate_most` both
go through the activations by value and stop before the total budget, as anybody with a budget would.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

from optimizer.analysis.report import Decision
from optimizer.analysis.spreadsheet import LEAD_DAYS, spreadsheet_plan
from optimizer.calendar import ShippingCalendar
from optimizer.money import minor_digits, to_minor
from optimizer.scenario.meaning import Wave, accepted_modes, passes_floor, service_of, shipping_calendar, waves
from optimizer.scenario.models import Creator, Scenario
from tests.benchmarks.methods.base import Answer, Moment, Run


def spreadsheet(scenario: Scenario, run: Run) -> Answer:
    """Return the spreadsheet's plan."""
    return _within_budget(scenario, run, *spreadsheet_plan(scenario))


def pessimist(scenario: Scenario, run: Run) -> Answer:
    """Return the plan of posts / (low end of the band) gifts."""
    calendar = shipping_calendar(scenario)
    gifts_per_post = 1 / scenario.posting.organic_rate.low
    decisions: list[Decision] = []
    starts: dict[str, date] = {}
    for wave in waves(scenario):
        taken = {item.creator for item in decisions}
        needed = math.ceil(wave.min_posts * gifts_per_post - 1e-9)
        for start in wave.starts():
            ship_on = _ship_day(calendar, start, scenario.horizon.start)
            usable = _usable(scenario, wave, start, taken)
            if ship_on is not None and len(usable) >= needed:
                decisions += [Decision(item.id, wave.id, "gift", ship_on) for item in usable[:needed]]
                starts[wave.id] = start
                break
    return _within_budget(scenario, run, decisions, starts)


def _ship_day(calendar: ShippingCalendar, start: date, first: date) -> date | None:
    day = start - timedelta(days=LEAD_DAYS)
    while day >= first and not calendar.is_ship_day(day):
        day -= timedelta(days=1)
    return day if day >= first else None


def _usable(scenario: Scenario, wave: Wave, start: date, taken: set[str]) -> list[Creator]:
    """Return the creators who may be gifted in this window and are not taken, the cheapest first."""
    community = next(item for item in scenario.communities if item.id == wave.community)
    skipped = {lock.creator for lock in scenario.locks if lock.activation == wave.id and lock.mode == "skip"}
    end = wave.end_of(start)
    found = [
        creator
        for creator in scenario.creators
        if wave.community in creator.communities
        and creator.id not in taken | skipped
        and "gift" in accepted_modes(creator)
        and passes_floor(creator, community)
        and not any(span.start <= end and start <= span.end for span in creator.unavailable)
    ]
    return sorted(found, key=lambda creator: service_of(creator, scenario).cost)


def _within_budget(scenario: Scenario, run: Run, decisions: list[Decision], starts: dict[str, date]) -> Answer:
    """Return the decisions, under `activate_most` those on the most valuable activations the total budget pays."""
    if scenario.objective.goal == "activate_most" and scenario.budget.total is not None:
        costs = _costs(scenario, decisions)
        left = Decimal(scenario.budget.total)
        kept: set[str] = set()
        for wave in sorted(waves(scenario), key=lambda wave: -wave.value):
            if wave.id in starts and costs[wave.id] <= left:
                left -= costs[wave.id]
                kept.add(wave.id)
        decisions = [item for item in decisions if item.activation in kept]
        starts = {activation: start for activation, start in starts.items() if activation in kept}
    value = sum(wave.value for wave in waves(scenario) if wave.id in starts)
    total = sum(_costs(scenario, decisions).values(), Decimal(0))
    cost = to_minor(total, minor_digits(scenario.currency) or 0)
    run.tell(Moment(round(run.elapsed, 3), value, cost))
    return Answer(decisions, starts)


def _costs(scenario: Scenario, decisions: list[Decision]) -> dict[str, Decimal]:
    creators = {creator.id: creator for creator in scenario.creators}
    units = {item.id: Decimal(item.unit_cost) for item in scenario.products}
    costs = {wave.id: Decimal(0) for wave in waves(scenario)}
    product = {wave.id: wave.product for wave in waves(scenario)}
    for item in decisions:
        service = service_of(creators[item.creator], scenario)
        costs[item.activation] += units[product[item.activation]] + Decimal(service.cost)
    return costs
