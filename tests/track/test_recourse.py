"""The odds with recourse by enumeration: every fate of everybody, and the table carried out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.track.cases import event, plan, scenario, status
from tests.track.enumeration import RATES, Enumeration

LIST = ("ben", "ana", "cat")
CONFIDENCE, NEED, MOST = 0.6, 3, 2
DECIDE = date(2027, 4, 27)
Shares = dict[str, np.ndarray]


def fates_of(witness: Enumeration, creator: str) -> Shares:
    """Return the chances of one creator at every rate: seen by the decision day, lost before it, later, nothing.

    `paid` is that of being silent and posting if asked; `unpaid` of being silent, posting later and not if asked, …
    """
    fates, evidence = witness.fates[creator, "trail"], witness.evidence[creator, "trail"]
    opens, closes, last = date(2027, 4, 19), date(2027, 5, 2), date(2027, 4, 29)
    shares: Shares = {name: np.zeros(RATES) for name in ("seen", "lost", "later", "never", "there")}
    for fate in fates:
        chance = fate.chance / evidence
        if fate.day and fate.day < DECIDE and creator != "eve":
            shares["seen" if fate.day >= opens else "lost"] += chance
            continue
        shares["later" if fate.day and fate.day <= closes else "never"] += chance
        shares["there"] += chance * (fate.delivered <= last)
    return shares


def enumerated(witness: Enumeration, already: int, listed: tuple[str, ...], out: set[str]) -> float:
    """Return P(density) with, for every number of posts seen, the fewest offers that reach the confidence."""
    names = [name for name in ("ana", "ben", "cat", "dan", "eve") if name not in out]
    shares = {name: fates_of(witness, name) for name in names}
    reliable = {"ben": 0.9, "ana": 0.97, "cat": 0.97}
    seen_chance: dict[int, float] = {}
    density: dict[tuple[int, int], float] = {}
    for kinds in product(("seen", "lost", "later", "never"), repeat=len(names)):
        fate = dict(zip(names, kinds, strict=True))
        seen = sum(kind == "seen" for kind in kinds)
        weight = np.prod([shares[name][kind] for name, kind in fate.items()], axis=0)
        seen_chance[seen] = seen_chance.get(seen, 0.0) + float(witness.weight @ weight)
    for offers in range(MOST + 1):
        for kinds in product(("seen", "lost", "silent"), repeat=len(names)):
            fate = dict(zip(names, kinds, strict=True))
            silent = [name for name in listed if fate.get(name) == "silent"]
            asked, seen = silent[:offers], sum(kind == "seen" for kind in kinds)
            chance, posts = np.ones(RATES), [np.ones(RATES)]
            for name, kind in fate.items():
                if kind != "silent":
                    chance = chance * shares[name][kind]
                    continue
                total = shares[name]["later"] + shares[name]["never"]
                comes = shares[name]["there"] * reliable[name] if name in asked else shares[name]["later"]
                posts = _one_more(posts, comes, total - comes)
            enough = sum(posts[max(0, NEED - already - seen) :], np.zeros(RATES))
            key = (seen, offers)
            density[key] = density.get(key, 0.0) + float(witness.weight @ (chance * enough))
    reached = 0.0
    for seen, share in seen_chance.items():
        found = [density[seen, offers] for offers in range(MOST + 1)]
        enough_offers = [value for value in found if value >= (CONFIDENCE - 1e-6) * share]
        reached += enough_offers[0] if enough_offers else max(found)
    return reached


def _one_more(posts: list[np.ndarray], comes: np.ndarray, not_so: np.ndarray) -> list[np.ndarray]:
    empty = [np.zeros(RATES)]
    return [a * not_so + b * comes for a, b in zip(posts + empty, empty + posts, strict=True)]


@settings(max_examples=3, deadline=None)
@given(st.integers(13, 26), st.booleans(), st.sampled_from(["nobody", "ana", "dan"]))
def test_the_odds_with_recourse_are_those_of_enumeration(day: int, is_recorded: bool, poster: str) -> None:
    as_of = date(2027, 4, day)
    events = []
    if is_recorded and day > 16:
        events += [event("16", name, "delivered") for name in ("ana", "ben", "dan")]
    if poster != "nobody" and day > 20:
        events.append(event("20", poster, "posted"))
    item = status(*events, as_of=as_of).activations[0]
    witness = Enumeration(scenario(), plan(), events, as_of)
    posted = {poster} & {each["creator"] for each in events if each["event"] == "posted"}
    listed = tuple(name for name in LIST if name not in posted)
    assert (item.decide_on, item.offers_left, item.confidence) == (DECIDE, MOST, CONFIDENCE)
    assert item.odds_with_recourse == pytest.approx(enumerated(witness, len(posted), listed, posted), abs=1e-9)
    assert item.odds - 1e-12 <= item.odds_with_recourse


def test_on_the_decision_day_they_are_those_of_the_rescue() -> None:
    item = status(as_of=DECIDE).activations[0]
    assert item.rescue is not None
    assert item.odds_with_recourse == item.rescue.odds
    later = status(as_of=DECIDE + timedelta(days=3)).activations[0]
    assert later.rescue is None
    assert later.odds_with_recourse == pytest.approx(later.odds)


def test_before_it_there_is_no_rescue_but_a_day() -> None:
    item = status(as_of=DECIDE - timedelta(days=1)).activations[0]
    assert (item.rescue, item.decide_on) == (None, DECIDE)
