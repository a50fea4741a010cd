"""What stands in the calendar of a plan: ship days, windows, and the days to pay fees and to check posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from optimizer.export import formatting
from optimizer.plan import ActivationResult, Assignment, Plan, Window
from optimizer.scenario.models import Scenario


@dataclass(frozen=True)
class Entry:
    """An all-day event.

    Attributes
    ----------
    key
        What it is known by, in every plan of a campaign.
    first, last
        Its days, both included.
    described
        The lines of its description.
    reminds
        Whether a calendar reminds of it.
    """

    key: str
    first: date
    last: date
    title: str
    described: tuple[str, ...]
    reminds: bool = False


def entries(scenario: Scenario, plan: Plan) -> dict[str, Entry]:
    """Return the entries of a plan by their keys; the plan may be of an earlier state of the scenario."""
    names = {community.id: community.name or community.id for community in scenario.communities}
    handles = {creator.id: creator.handle or creator.id for creator in scenario.creators}
    found = list(_ship_days(plan))
    for result in plan.activations:
        if result.window is None:
            continue
        found.append(_window(result, result.window, names.get(result.community, result.community)))
        paid = [line for line in plan.assignments if line.activation == result.activation and line.mode == "paid"]
        if paid:
            found.append(_fees(result.activation, result.window, paid, handles, plan.scenario.currency))
        found.append(_check(result, result.window))
    return {entry.key: entry for entry in found}


def _ship_days(plan: Plan) -> Iterator[Entry]:
    parcels = sorted(plan.assignments, key=lambda line: line.ship_on)
    for day, group in groupby(parcels, key=lambda line: line.ship_on):
        counts = Counter(sorted(line.activation for line in group))
        title = f"Ship {formatting.count(counts.total(), 'parcel')}: {', '.join(counts)}"
        described = tuple(f"{name}: {formatting.count(count, 'parcel')}" for name, count in counts.items())
        yield Entry(f"ship/{day}", day, day, title, described)


def _window(result: ActivationResult, window: Window, community: str) -> Entry:
    needed = f"at least {formatting.count(result.min_posts, 'post')}"
    described = (
        f"Community: {community}",
        f"People: {formatting.count(result.gifts, 'gift')}, {result.paid:,} paid",
        f"Chance of {needed}: {formatting.probability_and_goal(result.probability, result.confidence)}",
    )
    name = result.activation
    return Entry(f"window/{name}", window.start, window.end, f"Window: {name}", described)


def _fees(activation: str, window: Window, paid: list[Assignment], handles: dict[str, str], currency: str) -> Entry:
    """Return the day the fees are due: the last of the window, whose month carries them."""
    total = sum((Decimal(line.fee) for line in paid), Decimal(0))
    title = f"Fees due: {formatting.money(f'{total:f}', currency)} for {activation}"
    described = tuple(
        f"{handles.get(line.creator, line.creator)}: {formatting.money(line.fee, currency)}" for line in paid
    )
    return Entry(f"fees/{activation}", window.end, window.end, title, described, reminds=True)


def _check(result: ActivationResult, window: Window) -> Entry:
    """Return the day to count the posts: the first after the window."""
    day = window.end + timedelta(days=1)
    needed = formatting.count(result.min_posts, "post")
    described = (
        f"Needed inside the window ({formatting.window(window, year=True)}): {needed}",
        f"Expected: {result.expected_posts:.1f}",
    )
    return Entry(f"check/{result.activation}", day, day, f"Check posts: {result.activation}", described, reminds=True)
