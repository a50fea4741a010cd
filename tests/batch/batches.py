"""What tests of batches share: requests, an executor that answers as it is told to, a watcher that looks on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from optimizer.answers.batch import JobFigures
from optimizer.batch.choices import Choice
from optimizer.batch.folder import Folder
from optimizer.batch.jobs import Job, Request, prepare
from optimizer.execution.executor import Failed, Finished, Listener, Outcome, Reason, Task
from optimizer.plan import Plan, to_json
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings
from tests.cli.launch import document, plan, write

DIED = Failed(Reason.DIED, "The solver's process ended before it had an answer: it was ended by SIGKILL.")
PATIENCE_SECONDS = 10
BROKEN = Failed(Reason.BUG, "The plan failed its own verification and is withheld.")


def choice(budget: str | None = None, confidence: float | None = None, **settings: Any) -> Choice:
    return Choice(None if budget is None else Decimal(budget), confidence, Settings(**{"workers": 1, **settings}))


def request(file: Path, *changes: Any, **settings: Any) -> Request:
    return Request(file, file.name, choice(*changes, **settings))


def jobs(folder: Path, names: Sequence[str], **content: Any) -> list[Job]:
    """Return jobs of launches of these names, each in a file of its own."""
    files = [write(folder, document(name=name, **content), f"{name}.json") for name in names]
    return [prepared.job for prepared in prepare([request(file) for file in files])]


def kept(folder: Folder, found: Sequence[Job]) -> None:
    """Put the scenarios of jobs where the executor looks for them."""
    for job in found:
        folder.keep_scenario(job.key, job.request.file.read_text(encoding="utf-8"))


def answer(status: str = "optimal", *, empty: bool = False, **changes: Any) -> Finished:
    """Return a plan as a solve gives it."""
    made: Plan = plan([]) if empty else plan()
    objective = made.objective.model_copy(update=changes)
    return Finished(to_json(made.model_copy(update={"status": status, "objective": objective})))


class Scripted:
    """An executor that ends each task as `script` says, by the scenario's name, in a thread of its own.

    Where it says None the task runs until it is asked to finish, and then ends with `at_last`.
    """

    def __init__(self, listener: Listener, script: Callable[[str], Outcome | None], at_last: Outcome | None = None):
        self._listener = listener
        self._script = script
        self._at_last = at_last
        self._threads: list[threading.Thread] = []
        self._finish: dict[str, threading.Event] = {}
        self.submitted: list[Task] = []
        self.abandoned: list[str] = []
        self.closed: list[float] = []

    @property
    def running(self) -> int:
        return sum(thread.is_alive() for thread in self._threads)

    def submit(self, task: Task) -> None:
        self.submitted.append(task)
        self._finish[task.key] = threading.Event()
        self._threads.append(threading.Thread(target=self._do, args=(task,), daemon=True))
        self._threads[-1].start()

    def run_now(self, task: Task) -> bool:
        self.submit(task)
        return True

    def finish(self, key: str) -> bool:
        self._finish[key].set()
        return True

    def abandon(self, key: str) -> bool:
        self.abandoned.append(key)
        return True

    def close(self, grace_seconds: float) -> None:
        self.closed.append(grace_seconds)
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _do(self, task: Task) -> None:
        self._listener.started(task.key, 1)
        outcome = self._script(json.loads(task.load())["name"])
        if outcome is None:
            self._listener.moved(task.key, Progress("improving", 1, 3, 100, None, 0.5, 1.0))
            self._finish[task.key].wait()
            outcome = self._at_last
        if outcome is not None:
            self._listener.ended(task.key, outcome)


class Watching:
    """Keeps what it is shown."""

    def __init__(self) -> None:
        self.ends: dict[str, JobFigures | None] = {}
        self.moves = threading.Event()

    def began(self, key: str) -> None:
        pass

    def moved(self, key: str, progress: Progress) -> None:  # noqa: ARG002
        self.moves.set()

    def ended(self, key: str, found: JobFigures | None) -> None:
        self.ends[key] = found
