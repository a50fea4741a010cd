"""Checks between fields: all problems at once, here those of references, and the list of all checks."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain

from optimizer.errors import Problem, pointer
from optimizer.scenario import checks_dates as dates
from optimizer.scenario import checks_values as values
from optimizer.scenario.checks_dates import wave_count
from optimizer.scenario.fields import MAX_LIST
from optimizer.scenario.identity import person_of, repeated
from optimizer.scenario.models import Scenario
from optimizer.scenario.partial_validation import NO_GAPS, Gaps
from optimizer.scenario.semantics import wave_ids, written_activations
from optimizer.scenario.validation_errors import Path


def ids_are_unique(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """Ids are unique in their list; those of activations are checked with their repeats."""
    yield from _duplicates(("products",), (item.id for item in scenario.products), gaps)
    yield from _duplicates(("shipping", "services"), (item.id for item in scenario.shipping.services), gaps)
    yield from _duplicates(("communities",), (item.id for item in scenario.communities), gaps)
    yield from _duplicates(("creators",), (item.id for item in scenario.creators), gaps)


def _duplicates(path: Path, ids: Iterable[str], gaps: Gaps) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, name in enumerate(ids):
        if first.setdefault(name, index) != index:
            yield _duplicate((*path, index), (*path, first[name]), name, name, gaps)


def _duplicate(path: Path, first: Path, name: str, shared: str, gaps: Gaps) -> Problem:
    return Problem(
        "duplicate_id",
        gaps.at(*path, "id"),
        f"the id `{shared}` is used at {gaps.at(*first)} already",
        "Give it an id of its own.",
        name,
    )


def creators_are_different_people(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """No person stands in the list twice: posts have to come from distinct creators."""
    people = ((index, person_of(item.handle, item.labels)) for index, item in enumerate(scenario.creators))
    for index, first in repeated(people):
        creator, earlier = scenario.creators[index], scenario.creators[first]
        if creator.id != earlier.id:
            yield Problem(
                "same_person",
                gaps.at("creators", index, "handle"),
                f"`{creator.id}` has the handle of `{earlier.id}` at {gaps.at('creators', first, 'handle')}: "
                "they are one person",
                "Merge them into one creator, or give the handle to one; who is two people on two platforms has the "
                "label `platform` in both.",
                creator.handle,
            )


def expanded_ids_are_unique(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """No two activations share an id, also after repeats are written out; one problem per activation."""
    if wave_count(scenario) > MAX_LIST:
        return
    first: dict[str, int] = {}
    for index, activation in enumerate(scenario.activations or ()):
        shared = [name for name in wave_ids(activation) if first.setdefault(name, index) != index]
        if shared:
            earlier = first[shared[0]]
            yield _duplicate(("activations", index), ("activations", earlier), activation.id, shared[0], gaps)


def references_exist(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """Communities, products and services that are referred to exist."""
    communities = {item.id for item in scenario.communities}
    products = {item.id for item in scenario.products}
    services = {item.id for item in scenario.shipping.services}
    for index, activation in enumerate(scenario.activations or ()):
        path: Path = ("activations", index)
        yield from _missing(activation.community, communities, ("communities",), (*path, "community"), gaps)
        if activation.product is not None:
            yield from _missing(activation.product, products, ("products",), (*path, "product"), gaps)
    for index, creator in enumerate(scenario.creators):
        path = ("creators", index)
        for position, name in enumerate(creator.communities):
            yield from _missing(name, communities, ("communities",), (*path, "communities", position), gaps)
        if creator.service is not None:
            yield from _missing(creator.service, services, ("shipping", "services"), (*path, "service"), gaps)


def _missing(name: str, ids: Collection[str], target: Path, path: Path, gaps: Gaps) -> Iterator[Problem]:
    """Yield the problem of a reference to nothing, unless it may mean something that was cut away."""
    if name in ids or gaps.may_name(name, *target):
        return
    close = difflib.get_close_matches(name, list(ids)[:1000], n=1)
    yield Problem(
        "unknown_reference",
        gaps.at(*path),
        f"there is no such id in {pointer(*target)}",
        f"Did you mean `{close[0]}`?" if close else f"Name an id listed in {pointer(*target)}, or add it there.",
        name,
    )


def products_are_named(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """With several products every activation names its own."""
    if len(scenario.products) == 1:
        return
    if scenario.activations is None and not gaps.touch("activations"):
        yield Problem(
            "product_missing",
            gaps.at("products"),
            "with several products it is not clear which of them each community gets",
            "List the activations and name the product of each.",
        )
    for index, activation in enumerate(scenario.activations or ()):
        if activation.product is None and not gaps.touch("activations", index, "product"):
            yield Problem(
                "product_missing",
                gaps.at("activations", index),
                f"`{activation.id}` does not say which of the {len(scenario.products)} products is sent",
                f"Add `product`, for example `{scenario.products[0].id}`.",
            )


def locks_name_what_exists(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """The creators and activations that locks name exist; repeats are named by their expanded ids."""
    if not scenario.locks or wave_count(scenario) > MAX_LIST:
        return
    creators = {item.id for item in scenario.creators}
    written = scenario.activations
    repeated = {item.id: item for item in written or () if item.repeat is not None}
    waves = {name for item, _ in written_activations(scenario) for name in wave_ids(item)}
    target = "communities" if written is None and not gaps.touch("activations") else "activations"
    for index, lock in enumerate(scenario.locks):
        yield from _missing(lock.creator, creators, ("creators",), ("locks", index, "creator"), gaps)
        if lock.activation in repeated and lock.activation not in waves:
            expanded = wave_ids(repeated[lock.activation])
            yield Problem(
                "unknown_reference",
                gaps.at("locks", index, "activation"),
                "this activation repeats; a lock names one of its waves",
                f"Name one of `{expanded[0]}` to `{expanded[-1]}`.",
                lock.activation,
            )
        else:
            yield from _missing(lock.activation, waves, (target,), ("locks", index, "activation"), gaps)


def locks_are_consistent(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """One lock per creator and activation; `paid` needs a fee; `skip` has no ship day."""
    first: dict[tuple[str, str], int] = {}
    payable = _payable(scenario, gaps)
    for index, lock in enumerate(scenario.locks):
        earlier = first.setdefault((lock.creator, lock.activation), index)
        if earlier != index:
            yield Problem(
                "duplicate_lock",
                gaps.at("locks", index),
                f"{gaps.at('locks', earlier)} locks the same creator and activation already",
                "Keep one of the two.",
            )
        if lock.mode == "paid" and not payable.get(lock.creator, True):
            yield Problem(
                "lock_without_fee",
                gaps.at("locks", index, "mode"),
                f"`{lock.creator}` has no paid_fee, so cannot be paid",
                "Give this creator a paid_fee, or lock a gift.",
                lock.mode,
            )
        if lock.mode == "skip" and lock.ship_on is not None:
            yield Problem(
                "lock_ship_on_skip",
                gaps.at("locks", index, "ship_on"),
                "a creator who is skipped gets no parcel",
                "Take ship_on out, or lock a gift.",
                str(lock.ship_on),
            )


def _payable(scenario: Scenario, gaps: Gaps) -> dict[str, bool]:
    """Return by creator locked as paid whether they have a fee, or may have had one that was cut away."""
    asked = {lock.creator for lock in scenario.locks if lock.mode == "paid"}
    return {
        creator.id: creator.paid_fee is not None or gaps.touch("creators", index, "paid_fee")
        for index, creator in enumerate(scenario.creators if asked else ())
        if creator.id in asked
    }


CHECKS: tuple[Callable[[Scenario, Gaps], Iterator[Problem]], ...] = (
    values.currency_exists,
    values.money_fits_the_currency,
    values.transit_chances_sum_to_one,
    values.transit_is_short_enough,
    values.rate_band_is_in_order,
    values.rates_stay_below_one,
    values.lag_percentiles_are_in_order,
    values.comments_add_up,
    values.tier_ranges_are_in_order,
    values.entries_are_listed_once,
    values.holiday_calendar_exists,
    dates.horizon_is_a_period,
    dates.starts_are_in_range,
    dates.spans_are_in_order,
    dates.waves_are_few_enough,
    dates.every_wave_has_a_window,
    ids_are_unique,
    creators_are_different_people,
    expanded_ids_are_unique,
    references_exist,
    products_are_named,
    locks_name_what_exists,
    locks_are_consistent,
)


def problems(scenario: Scenario, gaps: Gaps = NO_GAPS) -> Iterator[Problem]:
    """Yield everything that is wrong between the fields of a scenario; nothing for a scenario that can be planned.

    Parameters
    ----------
    scenario
        What the types have accepted.
    gaps
        Where broken fields were cut away before, if any were.
    """
    return chain.from_iterable(check(scenario, gaps) for check in CHECKS)
