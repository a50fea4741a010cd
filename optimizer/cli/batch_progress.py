"""The progress of a batch: a bar on a terminal, a line per job where it is piped."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from optimizer.answers.batch import JobFigures, JobRequest
from optimizer.cli.console import say
from optimizer.export import formatting
from optimizer.export.terminal.batch_page import BatchPage, value_and_bound
from optimizer.solve.control import Progress

BAR_WIDTH = 30
"""Columns of the bar."""

MOST_RUNNING_SHOWN = 8
"""Lines of running jobs, at most: a page longer than the terminal cannot be redrawn."""


class BatchProgress:
    """Context manager that shows which jobs are done and which run; its methods may be called from any thread.

    Parameters
    ----------
    jobs
        All jobs of the batch, by key.
    done
        Number of jobs that an earlier run solved, or that cannot be solved.
    """

    def __init__(self, console: Console, view: BatchPage, jobs: Mapping[str, JobRequest], done: int) -> None:
        self._view = view
        self._jobs = jobs
        self._before = self._done = done
        self._running: dict[str, tuple[float, Progress | None]] = {}
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._terminal = console.is_terminal
        self._live = Live(console=console, get_renderable=self.page, transient=True, redirect_stdout=False)

    def __enter__(self) -> BatchProgress:
        if self._terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._terminal:
            self._live.stop()

    def began(self, key: str) -> None:
        """Show that a job is being solved."""
        with self._lock:
            self._running[key] = (time.monotonic(), None)

    def moved(self, key: str, progress: Progress) -> None:
        """Show how far the search of a job is."""
        with self._lock:
            began, _ = self._running.get(key, (time.monotonic(), None))
            self._running[key] = (began, progress)

    def ended(self, key: str, figures: JobFigures | None) -> None:
        """Show the outcome of a job."""
        with self._lock:
            began, _ = self._running.pop(key, (time.monotonic(), None))
            self._done += figures is not None
            counted = f"[{self._done}/{len(self._jobs)}]"
        say(f"{counted} {self._view.line(self._jobs[key], figures, time.monotonic() - began)}")

    def page(self) -> RenderableType:
        """Return what a terminal shows: the bar, and the jobs that run."""
        with self._lock:
            running = list(self._running.items())
            done = self._done
        grid = Table.grid(padding=(0, 1))
        grid.add_row(
            ProgressBar(total=max(1, len(self._jobs)), completed=done, width=BAR_WIDTH), Text(self._heading(done))
        )
        lines = [Text(f"  {self._line(key, state)}", no_wrap=True, overflow="ellipsis") for key, state in running]
        hidden = len(lines) - MOST_RUNNING_SHOWN
        more = [Text(f"  and {hidden} more")] if hidden > 0 else []
        return Group(grid, *lines[:MOST_RUNNING_SHOWN], *more)

    def _heading(self, done: int) -> str:
        gone = time.monotonic() - self._began
        parts = [f"{done}/{len(self._jobs)}", f"{clock(gone)} gone"]
        solved = done - self._before
        if solved > 0 and done < len(self._jobs):
            parts.append(f"about {clock(gone / solved * (len(self._jobs) - done))} left")
        return " · ".join(parts)

    def _line(self, key: str, state: tuple[float, Progress | None]) -> str:
        began, moment = state
        parts = [self._view.title(self._jobs[key]), "starting" if moment is None else moment.phase]
        if moment is not None and moment.value is not None:
            parts.append(f"value {value_and_bound(moment.value, moment.value_bound, ' of at most ')}")
            parts += [] if moment.gap is None else [f"gap {formatting.gap(moment.gap)}"]
        return " · ".join([*parts, clock(time.monotonic() - began)])


def clock(seconds: float) -> str:
    """Return a length of time for people.

    Examples
    --------
    >>> clock(5.4), clock(75), clock(3725)
    ('5 s', '1:15 min', '1:02 h')
    """
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"
