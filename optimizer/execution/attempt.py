"""One solve in one process: the request, the messages, and the watch that keeps it within its limits."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from optimizer.execution.executor import Failed, Finished, Outcome, Reason
from optimizer.execution.process import Child
from optimizer.execution.process_messages import FINISH, NEXT_PART, ErrorReport, Incumbent, Part, WorkRequest
from optimizer.solve.control import Progress

WATCH_SECONDS = 0.25
DRAIN_PAUSE_SECONDS = 0.01
STANDSTILL_SECONDS = 5.0
"""Between two looks of the watch, above which this program was stopped meanwhile, as a paused container is."""
COMPLAINT_SECONDS = 60.0
MEMORY_TO_FINISH_AT = 0.85

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ResourceLimits:
    """What a solver's process may take.

    Attributes
    ----------
    grace_seconds
        A process that is still there this long after its time limit is killed; half of it after the limit, it is asked
        for its best plan so far. Reading, verifying and explaining happen partly outside the time limit.
    memory_mb
        Resident memory in MiB, the libraries' 200 or so among it; None for no limit. At 85 % a process that has a plan
        is asked for it; at 100 % it is killed.
    """

    grace_seconds: float = 30.0
    memory_mb: int | None = None


class Attempt:
    """Has `child` answer one request; `run` is for one thread, `finish` and `kill` for any."""

    def __init__(self, key: str, child: Child, time_limit: float, limits: ResourceLimits) -> None:
        self._key = key
        self._child = child
        self._limits = limits
        self._finish_after = time.monotonic() + time_limit + limits.grace_seconds / 2
        self._kill_after = time.monotonic() + time_limit + limits.grace_seconds
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._requested = self._asked = self._has_plan = False
        self._finish_by: float | None = None
        self._broken: Failed | None = None
        self._over = threading.Event()
        self._next_complaint = 0.0

    def run(
        self,
        request: WorkRequest,
        moved: Callable[[str, Progress], None],
        kept: Callable[[str, str], None] | None = None,
        parts: Iterator[str] | None = None,
    ) -> Outcome:
        """Return how it ended; `Reason.DIED` where the process went by itself, or was killed by `kill`.

        `parts` are handed over one by one, each when the process asks for it.
        """
        watch = threading.Thread(target=self._watch, name=f"watch {self._key}", daemon=True)
        try:
            watch.start()
            self._child.send(request)
            with self._lock:
                self._requested = True
            self._send_finish()
            outcome = self._received(moved, kept, iter(()) if parts is None else parts)
        finally:
            self._over.set()
            if watch.ident is not None:
                watch.join()
            self._child.kill()
            self._child.join()
        return outcome or self._broken or self._death()

    def finish(self, patience: float = 0.0) -> None:
        """Ask for the best plan so far, or the first one once it is there; after `patience` seconds in any case."""
        by = time.monotonic() + patience
        with self._lock:
            self._finish_by = by if self._finish_by is None else min(by, self._finish_by)
        self._send_finish()

    def kill(self) -> None:
        """Kill the process and return when it is gone."""
        self._child.kill()
        self._child.join()

    def last_words(self) -> str:
        """Return the end of what the process wrote to standard output and error; for after `run`."""
        return self._child.drain()

    def _send_finish(self) -> None:
        """Send the request to finish once, when its time has come; the work request goes first."""
        with self._lock:
            wanted = self._requested and not self._asked and self._finish_by is not None
            due = wanted and (self._has_plan or time.monotonic() >= (self._finish_by or 0.0))
            self._asked = self._asked or due
        if due:
            self._child.send(FINISH)

    def _received(
        self, moved: Callable[[str, Progress], None], kept: Callable[[str, str], None] | None, parts: Iterator[str]
    ) -> Outcome | None:
        while True:
            try:
                message = self._child.receive()
            except EOFError:
                return None
            if isinstance(message, Progress):
                if message.value and not self._has_plan:
                    self._has_plan = True
                    self._send_finish()
                moved(self._key, message)
            elif isinstance(message, Incumbent):
                if kept is not None:
                    kept(self._key, message.plan)
            elif isinstance(message, ErrorReport):
                log.error("Task %s failed in its process.\n%s", self._key, message.traceback)
            elif message == NEXT_PART:
                if (failed := self._hand_over(parts)) is not None:
                    return failed
            elif isinstance(message, Finished | Failed):
                return message

    def _hand_over(self, parts: Iterator[str]) -> Failed | None:
        try:
            self._child.send(Part(next(parts, None)))
        except LookupError:
            return Failed(Reason.BUG, "A part of the task was withdrawn.")
        except Exception:
            # They are the caller's, from a file or a database: whatever reading them raises ends this task alone.
            log.exception("A part of task %s could not be loaded.", self._key)
            return Failed(Reason.BUG, "A part of the task could not be loaded: a bug or a fault, written to the log.")
        return None

    def _watch(self) -> None:
        """Keep the process within its limits, and take what it writes as it comes, so that it need not wait."""
        looked = time.monotonic() - WATCH_SECONDS
        while not self._over.is_set():
            self._survive(self._child.drain)
            if (now := time.monotonic()) >= looked + WATCH_SECONDS:
                if now - looked > STANDSTILL_SECONDS:
                    # The process may have stood still as well, and must have its grace to answer.
                    self._finish_after += now - looked
                    self._kill_after += now - looked
                for check in (self._send_finish, self._keep_time, self._keep_memory):
                    self._survive(check)
                looked = time.monotonic()
            rest = looked + WATCH_SECONDS - time.monotonic()
            talks = self._survive(partial(self._child.await_output, rest))
            self._over.wait(DRAIN_PAUSE_SECONDS if talks else rest)

    def _survive(self, step: Callable[[], T]) -> T | None:
        """Take a step of the watch; one that fails goes to the log, and is taken again with the next look.

        No failure, such as of a system out of descriptors, may end the watch: the process would be without limits.
        """
        try:
            return step()
        except Exception:
            if time.monotonic() >= self._next_complaint:
                self._next_complaint = time.monotonic() + COMPLAINT_SECONDS
                log.exception("The process of task %s could not be looked after; trying again.", self._key)
            return None

    def _keep_time(self) -> None:
        if time.monotonic() >= self._kill_after:
            allowed = f"{self._time_limit:g} s and {self._limits.grace_seconds:g} s of grace"
            self._break(Reason.OUT_OF_TIME, f"The solver did not end within {allowed}.")
        elif time.monotonic() >= self._finish_after:
            self.finish()

    def _keep_memory(self) -> None:
        limit = self._limits.memory_mb
        if limit is None:
            return
        taken = self._child.memory_mb()
        if taken >= limit:
            self._break(Reason.OUT_OF_MEMORY, f"The solver needed more than the {limit:,} MB of memory it may take.")
        elif taken >= MEMORY_TO_FINISH_AT * limit and self._finish_by is None:
            log.warning("Task %s takes %d of %d MB and is asked to finish early.", self._key, taken, limit)
            self.finish(float("inf"))

    def _break(self, reason: Reason, detail: str) -> None:
        self._broken = self._broken or Failed(reason, detail)
        self._child.kill()

    def _death(self) -> Failed:
        end = in_words(self._child.exit_code)
        return Failed(Reason.DIED, f"The solver's process ended before it had an answer: {end}.")


def in_words(code: int | None) -> str:
    """Return for people how a process ended, after its exit code: a negative one names a signal."""
    if code is None:
        return "it was lost together with the process that had started it"
    if code >= 0:
        return f"it exited with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", as the system does when its memory runs out" if -code == signal.SIGKILL else ""
    return f"it was ended by {name}{hint}"
