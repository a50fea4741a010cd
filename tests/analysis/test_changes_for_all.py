"""One change that makes everything possible is looked for first, and listed first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from optimizer.analysis.diagnose import diagnose
from optimizer.analysis.diagnosis.documents import Patch
from optimizer.analysis.diagnosis.questions import NOT_KNOWN, Answer, Questions
from tests.analysis.cases import (
    POST,
    SETTINGS,
    Document,
    activation,
    blocking,
    checked,
    creators,
    diagnosed,
    document,
    edited,
    helps,
    securable,
    solved,
    two,
    way,
)

BOTH = ("a", "b")
CAPACITY = Patch("/shipping/daily_capacity", 3)


def tight(**fields: Any) -> Document:
    """Return two activations that need four parcels each, of which two can leave on the only ship day."""
    shipping = {"daily_capacity": 2, "ship_weekdays": ["fri"], "services": [POST]}
    return two(shipping=shipping, objective={"goal": "min_cost"}, **fields)


def test_a_change_for_everything_is_listed_before_changes_for_one() -> None:
    given = tight()
    found = diagnosed(given)
    assert blocking(found)[None, "daily_capacity"] == 8
    assert found.ways_out[0].pointer == "/shipping/daily_capacity"
    assert found.ways_out[0].to == 8
    assert found.ways_out[0].effect == "Everything that must be secured can be, for £96.00 in all."
    assert helps(given, found.ways_out[0], BOTH)
    assert not securable(edited(given, "/shipping/daily_capacity", 7), BOTH)
    assert found.complete


def test_stock_for_everything_is_more_than_for_one() -> None:
    stock = [{"id": "socks", "unit_cost": "10.00", "stock": [{"on": "2027-03-01", "units": 3}]}]
    given = two(products=stock, objective={"goal": "min_cost"})
    found = diagnosed(given)
    first = found.ways_out[0]
    assert (first.pointer, first.to) == ("/products/0/stock/0/units", 8)
    assert helps(given, first, BOTH)
    assert blocking(found)[None, "stock"] == 8
    assert ("a", "stock") not in blocking(found), "told of everything"


def asked(monkeypatch: pytest.MonkeyPatch, *unknown: Patch) -> list[tuple[frozenset[str], tuple[Patch, ...]]]:
    """Return the list that questions are noted in; of those with one of these changes alone time does not tell."""
    put = Questions.ask
    questions: list[tuple[frozenset[str], tuple[Patch, ...]]] = []

    def ask(self: Questions, wanted: frozenset[str], given: Sequence[Patch] = (), *, cheapest: bool = False) -> Answer:
        questions.append((wanted, tuple(given)))
        alone = any(tuple(given) == (patch,) for patch in unknown)
        return NOT_KNOWN if alone else put(self, wanted, given, cheapest=cheapest)

    monkeypatch.setattr(Questions, "ask", ask)
    return questions


def test_what_activations_share_is_asked_first_and_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    communities = [{"id": name, "max_paid_share": 0.2} for name in "xy"]
    questions = asked(monkeypatch)
    diagnosed(tight(communities=communities))
    assert questions[0] == (frozenset(BOTH), (CAPACITY,))
    assert (frozenset({"a"}), (Patch("/communities/0/max_paid_share", 1.0),)) in questions[1:]


def test_of_one_activation_the_rest_is_asked_after_what_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    shipping = {"daily_capacity": 2, "ship_weekdays": ["fri"], "services": [POST]}
    questions = asked(monkeypatch)
    diagnosed(document([activation("a", "x")], creators("x", 4), shipping=shipping, objective={"goal": "min_cost"}))
    assert questions[0][1][0].pointer == "/shipping/daily_capacity"
    assert len({patches[0].pointer for _, patches in questions}) > 1


def test_nothing_is_asked_of_everything_where_a_network_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = asked(monkeypatch)
    given = document(
        [activation("a", "x"), activation("b", "y")],
        [*creators("x", 2), *creators("y", 4)],
        shipping={"daily_capacity": 2, "ship_weekdays": ["fri"], "services": [POST]},
        objective={"goal": "min_cost"},
    )
    found = diagnosed(given)
    assert (None, "daily_capacity") not in blocking(found)
    assert questions[0][0] != frozenset(BOTH)


def test_a_change_for_everything_about_which_time_did_not_tell_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, Patch("/shipping/daily_capacity", None))
    found = diagnosed(tight())
    assert "daily_capacity" in found.not_asked
    assert not found.complete


def test_what_is_explained_for_everything_needs_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given, cancel, first_part = tight(), threading.Event(), Questions.first_part

    @contextmanager
    def no_more(self: Questions, parts: int) -> Iterator[None]:
        with first_part(self, parts):
            yield
        cancel.set()

    result = solved(given)
    monkeypatch.setattr(Questions, "first_part", no_more)
    found = diagnose(checked(given), result, SETTINGS, deadline=time.monotonic() + 60, cancel=cancel)
    assert blocking(found) == {(None, "daily_capacity"): 8}
    assert way(found, "/shipping/daily_capacity").to == 8
    assert "daily_capacity" not in found.not_asked
    assert not found.complete
