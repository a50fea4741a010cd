"""Every single decision a scenario allows, and how much of each shared limit it uses: the ground of `brute_force`.

All shared limits are linear: a decision uses so much of a row, and the row has so much to give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimizer.calendar import days
from optimizer.plan import Window
from optimizer.scenario.models import Creator
from optimizer.scenario.semantics import Wave, accepted_modes, passes_floor
from optimizer.verify.chance import odds
from optimizer.verify.figures import cost, monthly_cost
from optimizer.verify.premises import Line, Premises

Ints = NDArray[np.int64]
Row = tuple[int, Ints]
"""What a limit has to give, and what each decision uses of it."""
ExtraRow = tuple[int, Callable[[Line], int]]
"""A made-up limit: what it has to give, and what a decision uses of it."""


@dataclass(frozen=True)
class Option:
    """One decision: its in-window chance at the middle of the band, its cost, its use of every shared row."""

    line: Line
    chance: float
    cost: int
    use: tuple[int, ...]


def no_dearer(one: Option | None, other: Option | None) -> bool:
    """Whether `one` costs no more and uses no more of any row; None is to leave a creator out."""
    if one is None:
        return True
    if other is None:
        return one.cost == 0 and not any(one.use)
    return one.cost <= other.cost and all(mine <= theirs for mine, theirs in zip(one.use, other.use, strict=True))


def replaceable(offered: Sequence[Option], index: int) -> bool:
    """Whether another decision on the same creator, mode and window is no worse; of equals the first stays."""
    own = offered[index]

    def replaces(one: Option, other: Option) -> bool:
        return one.chance >= other.chance and no_dearer(one, other)

    return any(
        replaces(each, own) and (number < index or not replaces(own, each))
        for number, each in enumerate(offered)
        if number != index
    )


def decisions(premises: Premises, extra: Sequence[ExtraRow] = ()) -> tuple[Ints, list[Option]]:
    """Return what the shared limits have to give, and every decision allowed by itself."""
    lines = [
        line for wave in premises.waves.values() for start in wave.starts() for line in _lines(premises, wave, start)
    ]
    rows = list(_rows(premises, lines))
    rows += [(limit, np.array([use(line) for line in lines], dtype=np.int64)) for limit, use in extra]
    rows = [row for index, row in enumerate(rows) if not _implied(rows, index)]
    limits = np.array([limit for limit, _ in rows], dtype=np.int64)
    use = np.array([use for _, use in rows], dtype=np.int64).reshape(len(rows), len(lines))
    options = [
        Option(line, odds(premises, line).inside, cost(premises, line).total, tuple(own))
        for line, own in zip(lines, use.T.tolist(), strict=True)
    ]
    return limits, options


def _lines(premises: Premises, wave: Wave, start: date) -> Iterator[Line]:
    window = Window(start=start, end=wave.end_of(start))
    community = premises.communities[wave.community]
    locks = {lock.creator: lock for lock in premises.scenario.locks if lock.activation == wave.id}
    for creator in premises.scenario.creators:
        away = any(span.start <= window.end and window.start <= span.end for span in creator.unavailable)
        if wave.community not in creator.communities or away or not passes_floor(creator, community):
            continue
        lock = locks.get(creator.id)
        for mode in accepted_modes(creator):
            if lock is None or lock.mode == mode:
                for day in _ship_days(premises, wave, start, creator):
                    if lock is None or lock.ship_on in (None, day):
                        yield Line(creator, wave, "gift" if mode == "gift" else "paid", day, window)


def _ship_days(premises: Premises, wave: Wave, start: date, creator: Creator) -> Iterator[date]:
    horizon, opens = premises.scenario.horizon, start.toordinal()
    for day in days(horizon.start, horizon.end):
        if premises.timing.calendar.is_ship_day(day) and day.toordinal() <= opens + wave.after_days:
            mean = premises.timing.mean_delivery(day, premises.service(creator))
            if opens - wave.before_days <= mean <= opens + wave.after_days:
                yield day


def _rows(premises: Premises, lines: Sequence[Line]) -> Iterator[Row]:
    """Yield every limit that activations share, save those on how far apart windows lie."""
    scenario = premises.scenario

    def row(limit: int, uses: Iterator[int]) -> Row:
        return limit, np.fromiter(uses, dtype=np.int64, count=len(lines))

    if scenario.budget.total is not None:
        yield row(premises.minor(scenario.budget.total), (cost(premises, line).total for line in lines))
    for month, cap in scenario.budget.monthly.items():
        spent = (monthly_cost(premises, [line]) for line in lines)
        yield row(premises.minor(cap), (each[month].total if month in each else 0 for each in spent))
    ship_days = sorted({line.ship_on for line in lines})
    if scenario.shipping.daily_capacity is not None:
        for day in ship_days:
            yield row(scenario.shipping.daily_capacity, (int(line.ship_on == day) for line in lines))
    for product in scenario.products:
        for day in ship_days if product.stock is not None else []:
            arrived = sum(lot.units for lot in product.stock or [] if lot.on <= day)
            yield row(arrived, (int(line.wave.product == product.id and line.ship_on <= day) for line in lines))
    most = scenario.rotation.max_activations_per_creator
    for creator in scenario.creators if most is not None else []:
        yield row(most or 0, (int(line.creator.id == creator.id) for line in lines))


def _implied(rows: Sequence[Row], index: int) -> bool:
    """Whether another row asks for at least as much and gives no more; of equal rows the first stays."""
    limit, use = rows[index]
    return any(
        other_limit <= limit
        and bool(np.all(use <= other))
        and (number < index or other_limit < limit or bool(np.any(use < other)))
        for number, (other_limit, other) in enumerate(rows)
        if number != index
    )
