from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from itertools import count

from api.store import Store
from api.store.records import EventKind, EventRecord
from tests.api.store.runs import CANCELLED, at_once, progress, queued, running


def test_events_after_a_number(store: Store, workspace: str) -> None:
    run_id, other = running(store, workspace), running(store, workspace)
    for value in range(5):
        store.move(run_id, progress(value))
        store.move(other, progress(value))
    numbers = list(range(1, 8))
    assert [event.sequence for event in store.events(run_id)] == numbers
    assert [event.sequence for event in store.events(run_id, after=3)] == numbers[3:]
    assert [event.sequence for event in store.events(run_id, after=3, limit=2)] == [4, 5]
    assert store.events(run_id, after=7) == store.events("nothing") == []
    assert {event.run_id for event in store.events(run_id)} == {run_id}


def test_numbers_have_no_holes_whoever_writes(store: Store, workspace: str) -> None:
    run_id, news = running(store, workspace), count()

    def write() -> int:
        return sum(store.move(run_id, progress(next(news))) for _ in range(10))

    written = sum(at_once([write] * 8))
    events = store.events(run_id)
    assert [event.sequence for event in events] == list(range(1, 3 + written))
    values = [event.data["value"] for event in events if event.kind is EventKind.PROGRESS]
    assert len(values) == written >= 10
    assert values == sorted(set(values))
    run = store.run(workspace, run_id)
    assert run is not None
    assert run.figures.value == values[-1]


def test_whoever_follows_misses_nothing(store: Store, workspace: str) -> None:
    """A reader that asks on from the last number it saw, while several write, sees every number once."""
    run_id, news, written = running(store, workspace), count(), threading.Barrier(6)

    def write() -> list[int]:
        for _ in range(10):
            store.move(run_id, progress(next(news)))
        if written.wait() == 0:
            store.end(run_id, CANCELLED)
        return []

    def follow() -> list[int]:
        seen: list[EventRecord] = []
        while not seen or seen[-1].kind is not EventKind.CANCELLED:
            seen += store.events(run_id, after=len(seen), limit=5)
        return [event.sequence for event in seen]

    *_, seen = at_once([write] * 6 + [follow])
    assert seen == list(range(1, 1 + len(store.events(run_id))))


def test_servers_that_hear_of_one_search_record_it_once(store: Store, workspace: str) -> None:
    """Both are told the same, one some time after the other."""
    run_id = running(store, workspace)
    told = [progress(value) for value in range(1, 30)]

    def write() -> int:
        return sum(store.move(run_id, each) for each in told)

    assert sum(at_once([write] * 4)) == len(told)
    recorded = [event.data["value"] for event in store.events(run_id) if event.kind is EventKind.PROGRESS]
    assert recorded == list(range(1, 30))


def test_the_last_numbers_of_those_that_are_there(store: Store, workspace: str) -> None:
    first, second = running(store, workspace), queued(store, workspace)
    store.move(first, progress(1))
    assert store.last_numbers([first, second, "nothing"]) == {first: 3, second: 1}
    assert store.last_numbers([]) == {}


def test_nothing_follows_the_end(store: Store, workspace: str) -> None:
    run_id = running(store, workspace)

    def move(step: int) -> bool:
        return store.move(run_id, progress(step))

    work: list[Callable[[], bool]] = [partial(move, step) for step in range(10)]
    *moved, ended = at_once([*work, lambda: store.end(run_id, CANCELLED)])
    assert ended
    events = store.events(run_id)
    assert events[-1].kind is EventKind.CANCELLED
    assert len(events) == 3 + sum(moved)
