from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from optimizer.batch import folder as module
from optimizer.batch.folder import Folder
from optimizer.batch.jobs import Job
from optimizer.batch.run import GRACE_SECONDS, solve
from optimizer.errors import InputError, Problem
from optimizer.execution.executor import Failed, Finished, Listener, Outcome, Reason
from optimizer.execution.local import LocalExecutor
from tests.batch.batches import BROKEN, DIED, Scripted, Watching, answer, jobs, kept


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path / "out")
    with made.locked():
        yield made


def _once_moved(watcher: Watching, cancel: threading.Event) -> None:
    watcher.moves.wait()
    cancel.set()


def solved(
    folder: Folder,
    found: Sequence[Job],
    script: Callable[[str], Outcome | None],
    at_last: Outcome | None = None,
    *,
    interrupt: bool = False,
) -> Scripted:
    """Have jobs solved as the script says; interrupted once one of them has moved."""
    kept(folder, found)
    made: list[Scripted] = []

    def make(listener: Listener) -> Scripted:
        made.append(Scripted(listener, script, at_last))
        return made[0]

    cancel, watcher = threading.Event(), Watching()
    if interrupt:
        threading.Thread(target=_once_moved, args=(watcher, cancel)).start()
    solve(found, folder, make, watcher, cancel)
    assert set(watcher.ends) == {job.key for job in found}
    return made[0]


def outcomes(folder: Folder, found: Sequence[Job]) -> list[str | None]:
    results = [folder.result(job.key) for job in found]
    return [None if result is None else result.found.outcome for result in results]


def test_whatever_becomes_of_one_the_others_are_solved(folder: Folder, tmp_path: Path) -> None:
    script: dict[str, Outcome] = {
        "best": answer(),
        "good": answer("feasible"),
        "none": answer("infeasible", empty=True),
        "slow": answer("unknown", empty=True),
        "died": DIED,
        "late": Failed(Reason.OUT_OF_TIME, "late"),
        "fat": Failed(Reason.OUT_OF_MEMORY, "fat"),
        "bug": BROKEN,
        "odd": Failed(Reason.BAD_INPUT, "odd"),
    }
    found = jobs(tmp_path, list(script))
    executor = solved(folder, found, script.__getitem__)
    assert outcomes(folder, found) == [
        "optimal",
        "feasible",
        "infeasible",
        "unknown",
        *["solver_died"] * 3,
        "failed",
        "bad_input",
    ]
    died = folder.result(found[4].key)
    assert died is not None
    assert died.found.message == DIED.detail
    assert executor.closed == [0.0]


def test_tasks_are_told_apart_by_key_and_have_their_job_s_settings(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["a", "b"])
    executor = solved(folder, found, lambda _: answer())
    assert [(task.key, task.settings) for task in executor.submitted] == [(job.key, job.settings) for job in found]


def test_without_jobs_there_is_no_executor(folder: Folder) -> None:
    def none(_: Listener) -> Scripted:
        raise AssertionError

    solve([], folder, none, Watching(), threading.Event())


def test_an_interruption_keeps_plans_and_proofs_and_begins_nothing(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["runs", "ended"])
    script = {"runs": None, "ended": answer()}
    executor = solved(folder, found, script.__getitem__, answer("feasible"), interrupt=True)
    assert outcomes(folder, found) == ["interrupted", "optimal"]
    assert folder.file("plans", found[0].key).is_file()
    assert not folder.is_done(found[0].key)
    assert executor.closed == [GRACE_SECONDS]


@pytest.mark.parametrize(
    ("at_last", "outcome"),
    [
        (answer("optimal"), "optimal"),
        (answer("infeasible", empty=True), "infeasible"),
        (answer("unknown", empty=True), None),
        (answer("feasible", empty=True), None),
    ],
)
def test_an_interrupted_proof_stands_and_nothing_is_nothing(
    folder: Folder, tmp_path: Path, at_last: Finished, outcome: str | None
) -> None:
    found = jobs(tmp_path, ["runs"])
    solved(folder, found, lambda _: None, at_last, interrupt=True)
    assert outcomes(folder, found) == [outcome]


def test_what_has_no_place_yet_is_taken_out_of_the_queue(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["runs", "waits", "waits too"])
    kept(folder, found)
    made: list[Scripted] = []

    class OnePlace(Scripted):
        def submit(self, task: object) -> None:
            if not self.submitted:
                super().submit(task)  # type: ignore[arg-type]

    def make(listener: Listener) -> Scripted:
        made.append(OnePlace(listener, lambda _: None, answer("feasible")))
        return made[0]

    cancel, watcher = threading.Event(), Watching()
    threading.Thread(target=_once_moved, args=(watcher, cancel)).start()
    solve(found, folder, make, watcher, cancel)
    assert made[0].abandoned == [found[2].key, found[1].key]
    assert outcomes(folder, found) == ["interrupted", None, None]


@pytest.mark.parametrize(
    ("values", "kept_value"),
    [((3, 1), 3), ((1, 3), 3)],
)
def test_a_second_interruption_loses_nothing(
    folder: Folder, tmp_path: Path, values: tuple[int, int], kept_value: int
) -> None:
    found = jobs(tmp_path, ["runs"])
    for value in values:
        solved(folder, found, lambda _: None, answer("feasible", value=value), interrupt=True)
    result = folder.result(found[0].key)
    assert result is not None
    assert result.found.value == kept_value


def test_a_later_solve_takes_the_place_of_an_interrupted_one(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["a"])
    solved(folder, found, lambda _: None, answer("feasible", value=99), interrupt=True)
    solved(folder, found, lambda _: answer())
    assert outcomes(folder, found) == ["optimal"]


def test_a_full_disk_ends_the_batch_at_once(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = jobs(tmp_path, ["a", "b"])
    kept(folder, found)

    def full(*_: object) -> None:
        raise InputError([Problem("not_writable", "", "No space left on device", "Free space.")])

    monkeypatch.setattr(module, "write_atomically", full)
    executor = partial(Scripted, script=lambda _: answer())
    with pytest.raises(InputError, match="No space left"):
        solve(found, folder, executor, Watching(), threading.Event())
    assert outcomes(folder, found) == [None, None]


def test_a_watcher_that_fails_loses_no_result(folder: Folder, tmp_path: Path) -> None:
    class Blind(Watching):
        def ended(self, key: str, found: object) -> None:  # noqa: ARG002
            raise RuntimeError

    found = jobs(tmp_path, ["a"])
    kept(folder, found)
    local = partial(LocalExecutor, places=1, work="tests.batch.work_functions:good")
    solve(found, folder, local, Blind(), threading.Event())
    assert outcomes(folder, found) == ["optimal"]


def test_with_the_executor_of_this_machine(folder: Folder, tmp_path: Path) -> None:
    """One scenario kills its process, one is refused by it, one trips over a bug: the others have their plans."""
    names = ["good", "dies", "breaks", "unverified", "also good"]
    found = jobs(tmp_path, names)
    kept(folder, found)
    watcher = Watching()
    local = partial(LocalExecutor, places=2, work="tests.batch.work_functions:by_name")
    solve(found, folder, local, watcher, threading.Event())
    assert outcomes(folder, found) == ["optimal", "solver_died", "failed", "failed", "optimal"]
    assert all(watcher.ends.values())


def test_a_scenario_that_vanished_fails_alone(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["gone", "good"])
    kept(folder, found)
    folder.file("scenarios", found[0].key).unlink()
    solve(
        found,
        folder,
        partial(LocalExecutor, places=1, work="tests.batch.work_functions:good"),
        Watching(),
        threading.Event(),
    )
    assert outcomes(folder, found) == ["failed", "optimal"]
