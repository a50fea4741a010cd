"""Tasks that are done in the background: when nothing else waits, and no longer than that."""

from __future__ import annotations

import time
from dataclasses import replace

from optimizer.execution.fair_queue import FairQueue
from tests.execution import work_functions as works
from tests.execution.conftest import Make
from tests.execution.recording import PATIENCE_SECONDS, Recorder, task


def test_what_is_done_in_the_background_comes_last() -> None:
    lanes = FairQueue()
    for key in ("a1", "b1", "a2"):
        lanes.put(replace(task(key + "-later", lane=key[0]), background=True))
        lanes.put(task(key, lane=key[0]))
    assert (len(lanes), lanes.pressing) == (6, 3)
    taken = []
    while (one := lanes.take()) is not None:
        taken.append(one.key)
    assert taken == ["a1", "b1", "a2", "a1-later", "b1-later", "a2-later"]


def test_the_background_makes_room_for_what_waits(executor: Make, recorder: Recorder) -> None:
    places = executor(works.by_text, places=2)
    for key in ("one", "two"):
        places.submit(replace(task(key, "until_finished"), background=True))
    recorder.wait(lambda: len(set(recorder.of("moved"))) == 2)
    places.submit(replace(task("later"), background=True))
    places.submit(task("first"))
    recorder.outcome("first")
    assert len(recorder.of("ended")) < 4, "one place is enough for one task"
    assert {"one", "two"} - set(recorder.of("ended"))
    recorder.outcome("later")


def test_the_background_is_not_waited_for(executor: Make, recorder: Recorder) -> None:
    places = executor(works.planless)
    places.submit(replace(task("runs"), background=True))
    recorder.wait(lambda: recorder.of("started"))
    began = time.monotonic()
    places.close(PATIENCE_SECONDS)
    assert time.monotonic() - began < PATIENCE_SECONDS / 2
    assert recorder.of("ended") == []
