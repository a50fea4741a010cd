from __future__ import annotations

from collections.abc import Callable
from functools import partial

from api.store.records import EventKind
from api.store.repository import Store
from tests.api.store.desk import CANCELLED, at_once, progress, running


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
    run_id = running(store, workspace)

    def write(writer: int) -> int:
        return sum(store.move(run_id, progress(100 * writer + step)) for step in range(10))

    written = at_once([partial(write, writer) for writer in range(8)])
    assert sum(written) == 80
    events = store.events(run_id)
    assert [event.sequence for event in events] == list(range(1, 83))
    values = [event.data["value"] for event in events if event.kind is EventKind.PROGRESS]
    assert len(set(values)) == 80
    run = store.run(workspace, run_id)
    assert run is not None
    assert run.figures.value == values[-1]


def test_whoever_follows_misses_nothing(store: Store, workspace: str) -> None:
    """A reader that asks on from the last number it saw, while several write, sees every number once."""
    run_id = running(store, workspace)

    def write() -> list[int]:
        for step in range(10):
            store.move(run_id, progress(step))
        return []

    def follow() -> list[int]:
        seen = [0]
        while seen[-1] < 62:
            seen += [event.sequence for event in store.events(run_id, after=seen[-1], limit=5)]
        return seen

    *_, seen = at_once([write] * 6 + [follow])
    assert seen == list(range(63))


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
