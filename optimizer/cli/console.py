"""The terminal: results on stdout, messages on stderr, exit codes, and work that a signal ends in good order."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from optimizer.errors import InputError

WIDEST = 120
"""Width of the widest page (columns): longer lines are hard to follow."""

HEARTBEAT_SECONDS = 0.1
SIGNALS = (signal.SIGINT, signal.SIGTERM)

T = TypeVar("T")

_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd") | {ord("\n"): "\n", ord("\t"): " "}


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    NOTHING_FOUND = 4
    INTERRUPTED = 130


class _SafeConsole(Console):
    """A console that passes no control characters on: the names it prints come from files of other people."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(harmless(segment.text), segment.style)


class _PipeConsole(Console):
    """A console whose reader may leave early (``groundswell … | head``): the command still does its work."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(result: RenderableType) -> None:
    """Print a result, laid out for the terminal's width; plain text where it is piped, without trailing blanks."""
    console = _SafeConsole(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    with console.capture() as page:
        console.print(result)
    show_text("".join(line.rstrip(" ") + "\n" for line in page.get().splitlines()))


def show_text(text: str) -> None:
    """Print a result exactly as it is."""
    _PipeConsole().out(text, highlight=False, end="")


def notes() -> Console:
    """Return the console for messages and progress: everything that is not the result."""
    return _SafeConsole(stderr=True, highlight=False, markup=False, emoji=False)


def say(message: str) -> None:
    """Print a message on stderr; it is never wrapped, so that it can be searched for."""
    print(harmless(message), file=sys.stderr, flush=True)


def nothing_found() -> ExitCode:
    """Say that a search ended without a plan and without a proof that there is none; return the exit code of that."""
    say("The search found no plan in the time given; a longer --time-limit may find one.")
    return ExitCode.NOTHING_FOUND


def harmless(text: str) -> str:
    """Return a text with every control character but line break and tab replaced by a mark.

    Examples
    --------
    >>> harmless("\\x1b[31mred"), harmless("two\\nlines")
    ('�[31mred', 'two\\nlines')
    """
    return text.translate(_CONTROL)


def complain(source: object, error: InputError) -> None:
    """Print every problem of an input."""
    number = len(error.problems)
    say(f"{source}: {number} problem{'' if number == 1 else 's'}")
    for problem in error.problems:
        say(f"  {problem}")


@contextmanager
def blaming(source: object) -> Iterator[None]:
    """Print the problems that the block raises as problems of `source`, and leave with `BAD_INPUT`."""
    try:
        yield
    except InputError as error:
        complain(source, error)
        raise typer.Exit(ExitCode.BAD_INPUT) from None


def interruptible(work: Callable[[threading.Event], T], on_interrupt: Callable[[], None]) -> tuple[T, bool]:
    """Run `work` in a thread and wait for it in the main thread, the only one that receives signals.

    Parameters
    ----------
    work
        Is handed an event; once it is set, it returns the best result it has.
    on_interrupt
        Called once, on the first signal.

    Returns
    -------
    The result, and whether a signal came.

    Raises
    ------
    KeyboardInterrupt
        On the second signal. The work still runs then, so the process has to be left by ``os._exit``.
    """
    cancel = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()
        on_interrupt()

    executor = ThreadPoolExecutor(max_workers=1)
    with _handling_signals(interrupt):
        future = executor.submit(work, cancel)
        # A signal that arrives just before a thread begins to wait does not wake it, and Python handles signals only
        # when the main thread is awake; so the main thread never waits without an end.
        while not future.done():
            wait([future], timeout=HEARTBEAT_SECONDS)
    return future.result(), cancel.is_set()


@contextmanager
def _handling_signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
