"""A server that is killed while it writes: what it was told is written is there."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import text

from api.store import Store
from api.store.records import EventKind
from api.store.states import State
from tests.api.store.runs import queued, sizes

WRITER = """
import os, sys, threading
from api.store.engine import make_engine
from api.store.records import Figures, Planned
from api.store import Store
from tests.api.store.runs import new_run, progress

store = Store(make_engine(sys.argv[1]))
workspace = store.default_workspace().id

def tell(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def work():
    while True:
        run = store.add_run(new_run(workspace)).run.id
        tell("added", run, 0)
        store.start(run, 1)
        for value in range(1, 6):
            store.move(run, progress(value))
            tell("moved", run, value)
        store.end(run, Planned("x" * 50_000, "optimal", Figures()))
        tell("ended", run, 0)

for _ in range(3):
    threading.Thread(target=work).start()
"""
ACKNOWLEDGED = 60


@pytest.mark.parametrize(
    "more", [7, pytest.param(0, marks=pytest.mark.campaign), pytest.param(23, marks=pytest.mark.campaign)]
)
def test_what_was_acknowledged_survives_a_kill(store: Store, workspace: str, more: int) -> None:
    kept = queued(store, workspace)
    url = store.engine.url.render_as_string(hide_password=False)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(ACKNOWLEDGED + more)]
    writer.kill()
    rest, _ = writer.communicate()
    told = [line.split() for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith("\n")]
    assert len(told) >= ACKNOWLEDGED + more
    assert {what for what, _, _ in told} == {"added", "moved", "ended"}

    for what, run_id, value in told:
        run = store.run(workspace, run_id)
        assert run is not None
        if what == "moved":
            assert int(value) in moves(store, run_id)
        if what == "ended":
            assert run.state is State.DONE
            plan = store.plan_text(workspace, run_id)
            assert plan is not None
            assert len(plan.text) == 50_000
    check_whole(store, workspace)
    assert store.run(workspace, kept) is not None
    assert store.start(kept, 1)


def moves(store: Store, run_id: str) -> list[int]:
    return [event.data["value"] for event in store.events(run_id) if event.kind is EventKind.PROGRESS]


def check_whole(store: Store, workspace: str) -> None:
    """Check that no transaction is there by half."""
    for run in store.runs(workspace, limit=1000):
        events = store.events(run.id)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert moves(store, run.id) == list(range(1, len(moves(store, run.id)) + 1))
        told = [event.kind.value for event in events if event.kind is not EventKind.PROGRESS]
        assert told == ["queued", "running", "verdict", "done"][: len(told)]
        assert told[-1] == run.state.value
        assert (run.state is State.DONE) == (run.plan_sha256 is not None)
        assert run.state is not State.RUNNING or run.figures.value == max(moves(store, run.id), default=None)
    assert sizes(store)["scenarios"] == 1
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
