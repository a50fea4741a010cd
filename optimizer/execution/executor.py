"""What an executor does: take tasks, report how they go, end them early, abandon them.

An executor keeps nothing: the submitter of a task remembers it, and submits it again after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from optimizer.errors import Problem
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings


@dataclass(frozen=True)
class Task:
    """A solve to be done.

    Attributes
    ----------
    key
        Names the task; while the executor has it, a second one with the same key is the same task.
    settings
        Of the solve; `time_limit_seconds` is what the search keeps to by itself.
    load
        Returns the scenario's JSON text; called once for each attempt, when there is a place.
    lane
        Tasks of one lane come first come first served; lanes take turns.
    work
        Import path, ``module:function``, of the work; None for the executor's own.
    background
        Begun only where no other task waits. Where one comes to wait, it is asked for what it has so far, if the
        executor can. It is not waited for when the executor closes.
    parts
        Returns further texts, each of which is taken when the work asks for it; called once for each attempt, in its
        thread. LookupError ends the task, and is not written to the log. Only executors of this machine know it.
    start
        Returns the plan to begin with as JSON text, if there is one; called once for each attempt, after `load`.
    keep
        Called with the best verified plan so far as JSON text, now and then, as the listener is.
    """

    key: str
    settings: Settings
    load: Callable[[], str]
    lane: str = ""
    work: str | None = None
    background: bool = False
    parts: Callable[[], Iterator[str]] | None = None
    start: Callable[[], str | None] | None = None
    keep: Callable[[str], None] | None = None


class Reason(Enum):
    """Why there is no plan."""

    DIED = "solver_died"
    OUT_OF_TIME = "out_of_time"
    OUT_OF_MEMORY = "out_of_memory"
    BAD_INPUT = "scenario_invalid"
    BUG = "internal_error"


@dataclass(frozen=True)
class Finished:
    """A solve that ended with an answer of any kind.

    Attributes
    ----------
    plan
        The plan, or what else was asked for, as JSON text.
    """

    plan: str


@dataclass(frozen=True)
class Failed:
    """A solve that ended without an answer.

    Attributes
    ----------
    detail
        One sentence for people, without paths or tracebacks.
    problems
        Everything wrong with the input (`BAD_INPUT`), where it was found on this machine.
    """

    reason: Reason
    detail: str
    problems: tuple[Problem, ...] = ()


Outcome = Finished | Failed


class Listener(Protocol):
    """Receives how tasks go; calls for one task come in order, from a thread of the executor's, and may block it."""

    def started(self, key: str, attempt: int) -> None:
        """Take note that a task has a place; a later start of the same task has a higher number."""

    def moved(self, key: str, progress: Progress) -> None:
        """Take note that phase, incumbent or bound have changed."""

    def ended(self, key: str, outcome: Outcome) -> None:
        """Take note of the outcome; the last call for a task, never made for one that was abandoned."""


class Executor(Protocol):
    """Runs tasks, a bounded number at once; safe to call from any thread."""

    @property
    def running(self) -> int:
        """How many tasks have a place."""

    def submit(self, task: Task) -> None:
        """Take a task, to be run when its turn comes."""

    def run_now(self, task: Task) -> bool:
        """Take a task only if it gets a place at once; return whether it does, or the executor has it already."""

    def finish(self, key: str) -> bool:
        """Ask a running task for its best plan so far; return whether it runs here."""

    def abandon(self, key: str) -> bool:
        """Kill a task or take it out of the queue, and report nothing more about it; return whether it was there.

        When this returns its process is gone.
        """

    def close(self, grace_seconds: float) -> None:
        """Begin nothing more, ask what runs for its best plan so far, wait `grace_seconds`, then kill the rest.

        What ends in time is reported as usual, what is killed or was still queued is not: it is to be submitted again.
        """
