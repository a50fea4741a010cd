"""What couples the activations of a family: budget, monthly caps, daily capacity and stock, set from what they need."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from optimizer.scenario.families.campaign import Aim, ShipDays, candidate_starts
from optimizer.scenario.families.table import Family

Record = dict[str, Any]

STOCK_SLACK = 1.12
"""Units in stock over units needed."""
FIRST_LOT_SLACK = 1.05
SCHEDULE_SLACK = 1.1
"""Places in the aimed schedule over parcels needed, so that a plan exists although the need is an estimate."""


def affordable_share(family: Family, aims: Sequence[Aim]) -> float:
    """Return which share of what all waves cost pays for the family's share of the value, best bargains first."""
    if family.budget_for_value is None:
        return 1.0
    return sum(part * item.need.cost for part, item in _bargains(family.budget_for_value, aims)) / _whole_cost(aims)


def affordable_parcels(family: Family, aims: Sequence[Aim]) -> float:
    """Return the parcels of the waves that make up the family's share of the value, best bargains first."""
    share = 1.0 if family.budget_for_value is None else family.budget_for_value
    return sum(part * item.need.parcels for part, item in _bargains(share, aims))


def _bargains(share: float, aims: Sequence[Aim]) -> Iterator[tuple[float, Aim]]:
    """Yield waves in the order of cost per value, and which part of each is needed for a share of the total value."""
    waves = [(item.need.cost, item.activation.get("value", 1), item) for item in aims for _ in item.starts]
    missing = share * sum(value for _, value, _ in waves)
    for _, value, item in sorted(waves, key=lambda wave: wave[0] / wave[1]):
        yield min(1.0, missing / value), item
        missing = max(0.0, missing - value)


def _whole_cost(aims: Sequence[Aim]) -> float:
    return sum(item.need.cost * len(item.starts) for item in aims)


def budget(family: Family, aims: Sequence[Aim], share: float, rng: random.Random) -> Record:
    """Return the budget: `share` of what all waves cost, with the family's slack; or none."""
    if family.budget_slack is None:
        return {}
    limits: Record = {"total": _pounds(share * _whole_cost(aims) * rng.uniform(*family.budget_slack))}
    if family.month_slack is not None:
        slack = rng.uniform(*family.month_slack)
        limits["monthly"] = {month: _pounds(share * spent * slack) for month, spent in sorted(_monthly(aims).items())}
    return limits


def _monthly(aims: Sequence[Aim]) -> dict[str, float]:
    """Return what all waves together would spend by month: goods a week before the window, fees at its end."""
    spent: defaultdict[str, float] = defaultdict(float)
    for item in aims:
        for start in item.starts:
            end = start + timedelta(days=item.activation["window_days"] - 1)
            spent[f"{start - timedelta(days=7):%Y-%m}"] += item.need.goods
            spent[f"{end:%Y-%m}"] += item.need.fees
    return spent


def _pounds(amount: float) -> str:
    """Return an amount rounded up to ten pounds."""
    return f"{10 * math.ceil(amount / 10)}.00"


@dataclass(frozen=True)
class Warehouse:
    """Parcels a day, and ship days on which it is closed."""

    daily_capacity: int
    closed: tuple[date, ...] = ()


def warehouse(
    family: Family, aims: Sequence[Aim], share: float, rng: random.Random, use: float | None = None
) -> Warehouse | None:
    """Return a warehouse of which the parcels needed fill `use`, or the family's share, of the places; None for none.

    Places are the open ship days that serve some window, times the capacity; of the parcels of all waves, `share` will
    be sent. Where every wave must be secured, the capacity is raised until the aimed schedule fits.
    """
    drawn = rng.uniform(*family.capacity_use) if family.capacity_use is not None else None
    ship_days = ShipDays()
    served = {day for item in aims for start in candidate_starts(item) for day in ship_days.of_any(start)}
    if use is not None:
        return _filled(family, aims, ship_days, sorted(served), use)
    if drawn is None:
        return None
    parcels = share * sum(item.need.parcels * len(item.starts) for item in aims)
    capacity = max(1, round(parcels / (drawn * len(served))))
    while family.goal == "min_cost" and not _fits(capacity, aims, ship_days, SCHEDULE_SLACK):
        capacity += 1
    return Warehouse(capacity)


def _filled(family: Family, aims: Sequence[Aim], ship_days: ShipDays, served: Sequence[date], use: float) -> Warehouse:
    """Return a warehouse that is as full as asked for: least used days are closed until the parcels fill the others.

    Where every wave must be secured, the aimed schedule still fits, to the parcel.
    """
    must_fit = family.goal == "min_cost"
    parcels = affordable_parcels(family, aims)
    capacity = max(1, math.ceil(parcels / (use * len(served))))
    while must_fit and not _fits(capacity, aims, ship_days, 1.0):
        capacity += 1
    closed: list[date] = []
    load = _load(capacity, aims, ship_days)
    for day in sorted(served, key=lambda day: (load[day], day)):
        if parcels / (capacity * (len(served) - len(closed))) >= use:
            break
        if not must_fit or _fits(capacity, aims, ship_days, 1.0, {*closed, day}):
            closed.append(day)
    return Warehouse(capacity, tuple(sorted(closed)))


def _fits(capacity: int, aims: Sequence[Aim], ship_days: ShipDays, slack: float, closed: Collection[date] = ()) -> bool:
    """Return whether all parcels, `slack` times as many, find a place beside each other in the aimed schedule."""
    needed = sum(math.ceil(slack * item.need.parcels) for item in aims for _ in item.starts)
    return _load(capacity, aims, ship_days, slack, closed).total() == needed


def _load(
    capacity: int, aims: Sequence[Aim], ship_days: ShipDays, slack: float = 1.0, closed: Collection[date] = ()
) -> Counter[date]:
    """Return the parcels of each day when each window, in order, fills its earliest open days."""
    load: Counter[date] = Counter()
    for start, parcels in sorted((start, item.need.parcels) for item in aims for start in item.starts):
        left = math.ceil(slack * parcels)
        for day in ship_days.of(start):
            if day not in closed:
                sent = min(left, capacity - load[day])
                load[day] += sent
                left -= sent
    return load


def stock(family: Family, aims: Sequence[Aim]) -> list[Record] | None:
    """Return two lots, the second arriving when the windows of the later half begin to ship; None for no limit."""
    if not family.two_lots:
        return None
    needs = sorted((start, item.need.parcels) for item in aims for start in item.starts)
    middle = needs[len(needs) // 2][0]
    before = sum(parcels for start, parcels in needs if start < middle)
    first = math.ceil(FIRST_LOT_SLACK * before)
    rest = math.ceil(STOCK_SLACK * sum(parcels for _, parcels in needs)) - first
    arrives = ShipDays().of(middle)[0]
    return [{"on": family.start.isoformat(), "units": first}, {"on": arrives.isoformat(), "units": rest}]
