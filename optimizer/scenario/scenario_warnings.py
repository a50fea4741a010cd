"""Notices about a scenario that can be planned: one small function per notice, and the list of them.

Notices do not block; they become warnings of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import chain

from optimizer.errors import Notice, pointer
from optimizer.scenario.holiday_warnings import holidays_unknown, regional_holidays_left_out
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import Reach, Wave, accepted_modes, embeddedness, passes_floor, waves
from optimizer.wording import counted


class Outlook:
    """A checked scenario with figures that several notices need, computed once."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.reach = Reach(scenario)
        self.communities = {community.id: community for community in scenario.communities}
        self._windows: dict[tuple[object, ...], str | None] = {}

    @cached_property
    def waves(self) -> dict[str, list[Wave]]:
        """Activations, repeats expanded, by community."""
        by_community: dict[str, list[Wave]] = {community: [] for community in self.communities}
        for wave in waves(self.scenario):
            by_community[wave.community].append(wave)
        return by_community

    @cached_property
    def active(self) -> set[str]:
        """Communities with an activation."""
        return {name for name, own in self.waves.items() if own}

    @cached_property
    def unknown(self) -> list[Creator]:
        """Creators of unknown embeddedness."""
        return [creator for creator in self.scenario.creators if embeddedness(creator) is None]

    def service_of(self, creator: Creator) -> str:
        """Return the id of the creator's shipping service."""
        return creator.service or self.scenario.shipping.services[0].id

    def why_never(self, creator: Creator) -> str | None:
        """Return why a creator can never be used, None where they can."""
        offered = accepted_modes(creator)
        if not offered:
            return "no fee is given and a gift is not accepted" if creator.accepts else "nothing is accepted"
        if not any(self._probability(creator, mode) for mode in offered):
            return f"the chance of a post is 0 ({' and '.join(offered)})"
        if self.active.isdisjoint(creator.communities):
            return "there is no activation in their communities"
        open_to = [name for name in creator.communities if passes_floor(creator, self.communities[name])]
        if self.active.isdisjoint(open_to):
            return "embeddedness is unknown or below min_embeddedness wherever there is an activation"
        spans = tuple([(span.start, span.end) for span in creator.unavailable])
        key = (self.service_of(creator), tuple(open_to), spans)
        if key not in self._windows:
            self._windows[key] = self._why_no_window(creator, open_to)
        return self._windows[key]

    def _probability(self, creator: Creator, mode: str) -> float:
        posting = self.scenario.posting
        own = creator.organic_rate if mode == "gift" else creator.paid_reliability
        default = posting.organic_rate.high if mode == "gift" else posting.paid_reliability
        return default if own is None else own

    def _why_no_window(self, creator: Creator, communities: Sequence[str]) -> str | None:
        service = self.service_of(creator)
        open_waves = [wave for name in communities for wave in self.waves[name]]
        if not any(_is_free(creator, wave, start) for wave in open_waves for start in self.reach.starts(wave)):
            return "they are unavailable in every candidate window"
        if not self.reach.ship_days:
            return None
        if not any(self.reach.is_reachable(service, wave) for wave in open_waves):
            return f"no ship day gets a parcel by `{service}` there within the delivery range of any candidate window"
        if not any(
            _is_free(creator, wave, start)
            for wave in open_waves
            for start in self.reach.reachable_starts(service, wave)
        ):
            return f"they are unavailable in every window that a parcel by `{service}` is in time for"
        return None


def _is_free(creator: Creator, wave: Wave, start: date) -> bool:
    end = wave.end_of(start)
    return not any(span.start <= end and start <= span.end for span in creator.unavailable)


def _some(creators: Sequence[Creator]) -> str:
    """Return how many creators and the first few of them: ``7 creators (ana, ben, cat, …)``."""
    names = ", ".join(creator.id for creator in creators[:5]) + (", …" if len(creators) > 5 else "")
    return f"{counted(len(creators), 'creator')} ({names})"


def services_assumed(outlook: Outlook) -> Iterator[Notice]:
    """No shipping service is given."""
    if "services" not in outlook.scenario.shipping.model_fields_set:
        yield Notice(
            "services_assumed",
            pointer("shipping", "services"),
            "No shipping service is given: one free service that always takes 2 delivery days is assumed.",
        )


def holidays_ignored(outlook: Outlook) -> Iterator[Notice]:
    """No holiday calendar is given."""
    if outlook.scenario.shipping.holiday_calendar is None:
        yield Notice(
            "holidays_ignored",
            pointer("shipping", "holiday_calendar"),
            "No holiday calendar is given: parcels are planned to leave and arrive on public holidays too.",
        )


def holidays_left_out(outlook: Outlook) -> Iterator[Notice]:
    """The holiday calendar leaves out days of its regions, or ends before the horizon."""
    yield from regional_holidays_left_out(outlook.scenario)
    yield from holidays_unknown(outlook.scenario)


def no_ship_day(outlook: Outlook) -> Iterator[Notice]:
    """Nothing can ever be shipped."""
    if not outlook.reach.ship_days:
        yield Notice(
            "no_ship_day",
            pointer("horizon"),
            "The horizon has no open ship day: ship weekdays, public holidays and closed dates leave none.",
        )


def budget_months_outside(outlook: Outlook) -> Iterator[Notice]:
    """A month is capped in which nothing can be spent."""
    horizon = outlook.scenario.horizon
    for month in outlook.scenario.budget.monthly:
        if not f"{horizon.start:%Y-%m}" <= month <= f"{horizon.end:%Y-%m}":
            yield Notice(
                "budget_month_outside",
                pointer("budget", "monthly", month),
                f"{month} lies outside the horizon: this cap limits nothing.",
            )


def stock_out_of_reach(outlook: Outlook) -> Iterator[Notice]:
    """A product has no units, or units arrive when no ship day is left."""
    for index, product in enumerate(outlook.scenario.products):
        if product.stock is None:
            continue
        if not any(lot.units for lot in product.stock):
            yield Notice(
                "stock_empty",
                pointer("products", index, "stock"),
                f"`{product.id}` has no units: nothing of it can be sent. For unlimited stock leave `stock` out.",
            )
        for position, lot in enumerate(product.stock):
            if outlook.reach.ship_days and lot.units and lot.on > outlook.reach.ship_days[-1]:
                arrive, those = ("arrives", "it") if lot.units == 1 else ("arrive", "they")
                yield Notice(
                    "stock_too_late",
                    pointer("products", index, "stock", position),
                    f"{counted(lot.units, 'unit')} of `{product.id}` {arrive} on {lot.on}, after the horizon's last "
                    f"ship day, {outlook.reach.ship_days[-1]}: {those} cannot be sent.",
                )


def embeddedness_unknown(outlook: Outlook) -> Iterator[Notice]:
    """Some creators' embeddedness is unknown."""
    if outlook.unknown:
        yield Notice(
            "embeddedness_unknown",
            pointer("creators"),
            f"The embeddedness of {_some(outlook.unknown)} is unknown and counts 0.",
        )


def unknown_excluded(outlook: Outlook) -> Iterator[Notice]:
    """A community's floor leaves out creators whose embeddedness is unknown."""
    for index, community in enumerate(outlook.scenario.communities):
        left_out = [creator for creator in outlook.unknown if community.id in creator.communities]
        if community.min_embeddedness is not None and left_out:
            yield Notice(
                "unknown_excluded",
                pointer("communities", index, "min_embeddedness"),
                f"`{community.id}` does not use {_some(left_out)} because their embeddedness is unknown.",
            )


def embeddedness_given_twice(outlook: Outlook) -> Iterator[Notice]:
    """Both a figure and a comment sample are given."""
    creators = outlook.scenario.creators
    both = [item for item in creators if item.embeddedness is not None and item.comments is not None]
    if both:
        yield Notice(
            "embeddedness_given_twice",
            pointer("creators"),
            f"For {_some(both)} both embeddedness and comments are given: embeddedness is used, comments are not.",
        )


def paid_without_fee(outlook: Outlook) -> Iterator[Notice]:
    """Paid posts are accepted, but without a fee nobody can be paid."""
    creators = outlook.scenario.creators
    listed = [item for item in creators if item.paid_fee is None and "paid" in (item.accepts or ())]
    if listed:
        yield Notice(
            "paid_without_fee",
            pointer("creators"),
            f"{_some(listed)} may be paid, but no fee is given: they are offered no paid post.",
        )


def creators_never_used(outlook: Outlook) -> Iterator[Notice]:
    """A creator can be part of no plan."""
    for index, creator in enumerate(outlook.scenario.creators):
        reason = outlook.why_never(creator)
        if reason is not None:
            yield Notice("creator_unusable", pointer("creators", index), f"`{creator.id}` can never be used: {reason}.")


def services_too_slow(outlook: Outlook) -> Iterator[Notice]:
    """A service that creators of a community rely on is in time for no window of an activation."""
    if not outlook.reach.ship_days:
        return
    used: dict[str, dict[str, None]] = {name: {} for name in outlook.communities}
    for creator in outlook.scenario.creators:
        for name in creator.communities:
            used[name][outlook.service_of(creator)] = None
    for wave in chain.from_iterable(outlook.waves.values()):
        for service in used[wave.community]:
            if not outlook.reach.is_reachable(service, wave):
                yield Notice(
                    "service_slower_than_window",
                    wave.pointer,
                    f"No ship day gets a parcel by `{service}` within the delivery range of any window of `{wave.id}`: "
                    "creators who use it cannot take part.",
                )


NOTICES: tuple[Callable[[Outlook], Iterator[Notice]], ...] = (
    services_assumed,
    holidays_ignored,
    holidays_left_out,
    no_ship_day,
    budget_months_outside,
    stock_out_of_reach,
    embeddedness_unknown,
    unknown_excluded,
    embeddedness_given_twice,
    paid_without_fee,
    services_too_slow,
    creators_never_used,
)


def scenario_warnings(scenario: Scenario) -> list[Notice]:
    """Return all notices about a checked scenario, in the order of `NOTICES`."""
    outlook = Outlook(scenario)
    return [notice for find in NOTICES for notice in find(outlook)]
