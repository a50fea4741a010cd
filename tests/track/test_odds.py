from __future__ import annotations

from datetime import date, timedelta
from itertools import chain, combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.answers.status import ActivationStatus, CampaignStatus
from tests.track.cases import CLOSES, OPENS, event, plan, scenario, status
from tests.track.enumeration import Enumeration

GIFTS = ("ana", "ben", "cat", "dan")


def of(found: CampaignStatus, activation: str = "trail") -> ActivationStatus:
    return next(item for item in found.activations if item.activation == activation)


@pytest.mark.parametrize("model", ["shared", "independent", "worst_case"])
def test_before_the_first_event_the_odds_are_those_of_the_plan(model: str) -> None:
    found = status(model=model)
    assert found.as_of == date(2027, 4, 12)
    for item in plan(model).activations:
        assert of(found, item.activation).odds == pytest.approx(item.probability, abs=1e-12)
    assert (found.spent, found.committed, found.contingent) == ("0.00", plan(model).totals.cost, "0.00")


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict[str, str]], date]:
    """Draw a day and what happened before it: deliveries, losses, noes and posts that the model allows."""
    as_of = date(2027, 4, 14) + timedelta(days=draw(st.integers(0, 22)))
    events = []
    for creator, activation in [*((name, "trail") for name in (*GIFTS, "eve")), ("fay", "bread"), ("gil", "bread")]:
        arrived = 16 + draw(st.integers(0, 4))
        fate = draw(st.sampled_from(["nothing", "delivered", "posted", "lost", "declined"]))
        if fate in ("delivered", "posted") and date(2027, 4, arrived) < as_of:
            events.append(event(str(arrived), creator, "delivered", activation))
        if fate == "posted":
            first = OPENS if creator == "eve" else date(2027, 4, arrived)
            posted = first + timedelta(days=draw(st.integers(0, 12)))
            if posted < as_of:
                events.append(event(f"{posted:%m-%d}", creator, "posted", activation))
        if fate in ("lost", "declined") and as_of > date(2027, 4, 15):
            events.append(event("15", creator, fate, activation))
    return events, as_of


@settings(max_examples=15, deadline=None)
@given(histories())
def test_odds_and_rate_are_those_of_enumeration(history: tuple[list[dict[str, str]], date]) -> None:
    events, as_of = history
    found = status(*events, as_of=as_of)
    witness = Enumeration(scenario(), plan(), events, as_of)
    assert found.rate.mean == pytest.approx(witness.mean_rate(), abs=1e-9)
    for activation in ("trail", "bread"):
        assert of(found, activation).odds == pytest.approx(witness.odds(activation), abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(histories())
def test_twice_the_nodes_change_nothing(history: tuple[list[dict[str, str]], date]) -> None:
    events, as_of = history
    once, twice = status(*events, as_of=as_of), status(*events, as_of=as_of, node_factor=2)
    for one, other in zip(once.activations, twice.activations, strict=True):
        for name in ("odds", "odds_with_recourse", "attainable"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-11)
    assert once.rate.mean == pytest.approx(twice.rate.mean, abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(histories())
def test_the_rescue_is_the_cheapest_of_all_sets_of_offers(history: tuple[list[dict[str, str]], date]) -> None:
    events, as_of = history
    found = of(status(*events, as_of=as_of))
    if as_of < found.decide_on or as_of > CLOSES - timedelta(days=3):
        assert as_of < found.decide_on or found.attainable == pytest.approx(found.odds, abs=1e-12)
        return
    witness = Enumeration(scenario(), plan(), events, as_of)
    gone = {item["creator"] for item in events if item["event"] in ("posted", "lost", "declined")}
    fees = {"ben": 45, "ana": 60, "cat": 80}
    open_ones = [name for name in fees if name not in gone]
    sets = chain.from_iterable(combinations(open_ones, size) for size in range(found.offers_left + 1))
    weighed = [(witness.odds("trail", offers), sum(fees[name] for name in offers)) for offers in sets]
    enough = [cost for odds, cost in weighed if odds >= 0.6 - 1e-6]
    assert found.attainable == pytest.approx(max(odds for odds, _ in weighed), abs=1e-9)
    if found.rescue is None:
        assert weighed[0][0] >= 0.6 - 1e-6 or found.attainable == pytest.approx(found.odds, abs=1e-9)
    elif enough:
        assert float(found.rescue.cost) == min(enough)
    assert found.rescue is None or found.odds_with_recourse == found.rescue.odds


@settings(max_examples=8, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(history: tuple[list[dict[str, str]], date], random: Random) -> None:
    events, as_of = history
    found = status(*events, as_of=as_of)
    assert status(*random.sample(events, len(events)), as_of=as_of).activations == found.activations


def test_the_posterior_moves_with_posts_and_with_silence() -> None:
    silent = status(as_of=date(2027, 4, 30)).rate
    posts = status(*(event("20", name, "posted") for name in GIFTS), as_of=date(2027, 4, 30)).rate
    assert silent.low < silent.mean < 0.3 < posts.mean < posts.high
    assert silent.low >= 0.2
    assert posts.high <= 0.4
    assert status(as_of=date(2027, 4, 30), model="worst_case").rate.mean == 0.2


def test_a_parcel_that_is_lost_says_nothing_about_the_rate() -> None:
    gone = [
        event("15", name, "lost", "bread" if name in ("fay", "gil") else "trail") for name in (*GIFTS, "fay", "gil")
    ]
    assert status(*gone, as_of=date(2027, 4, 30)).rate.mean == pytest.approx(0.3, abs=1e-12)


def test_who_agreed_posts_as_reliably_as_paid_people_and_silence_until_then_counts() -> None:
    asked = [event("26", "ben", "asked"), event("26", "ben", "agreed")]
    before, after = status(as_of=date(2027, 4, 27)), status(*asked)
    chance = {line.creator: line.chance for line in after.creators}
    assert chance["ben"] == pytest.approx(0.9, abs=1e-9)
    assert of(after).odds > of(before).odds
    silent_longer = status(*asked, as_of=date(2027, 4, 29))
    later = next(line.chance for line in silent_longer.creators if line.creator == "ben")
    assert later == pytest.approx(chance["ben"], abs=1e-12)


def test_after_the_window_density_is_certain_or_missed() -> None:
    posts = [event("20", name, "posted") for name in ("ana", "ben", "cat")]
    assert of(status(*posts, as_of=date(2027, 5, 3))).odds == 1.0
    missed = of(status(*posts[:2], as_of=date(2027, 5, 3)))
    assert (missed.odds, missed.state, missed.rescue) == (0.0, "over", None)
