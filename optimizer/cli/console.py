"""Results to stdout, everything else to stderr, exit codes, and work that a signal ends in good order."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from optimizer.errors import InputError

WIDEST = 120
"""Pages are laid out no wider (columns): longer lines are hard to follow."""

_OBEYED = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd") | {ord("\n"): "\n", ord("\t"): " "}


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    NOTHING_FOUND = 4
    INTERRUPTED = 130


class _Harmless(Console):
    """A console on which no text steers the terminal: names come from files that somebody else may have written."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(harmless(segment.text), segment.style)


class _Patient(Console):
    """A console whose reader may go away (``groundswell … | head``): the work is done all the same."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(result: RenderableType) -> None:
    """Print a result, laid out for the terminal's width, plain and without blanks at line ends where it is piped."""
    console = _Harmless(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    with console.capture() as page:
        console.print(result)
    show_text("".join(line.rstrip(" ") + "\n" for line in page.get().splitlines()))


def show_text(text: str) -> None:
    """Print a result exactly as it is."""
    _Patient().out(text, highlight=False, end="")


def notes() -> Console:
    """Return the console for everything that is no result."""
    return _Harmless(stderr=True, highlight=False, markup=False, emoji=False)


def say(message: str) -> None:
    """Tell something that is no result; never wrapped, so that it can be searched."""
    print(harmless(message), file=sys.stderr, flush=True)


def harmless(text: str) -> str:
    """Return a text with a mark in place of every character that a terminal would obey, but for line breaks.

    Examples
    --------
    >>> harmless("\\x1b[31mred"), harmless("two\\nlines")
    ('�[31mred', 'two\\nlines')
    """
    return text.translate(_OBEYED)


def complain(source: object, error: InputError) -> None:
    """Tell every problem of an input."""
    found = len(error.problems)
    say(f"{source}: {found} problem{'' if found == 1 else 's'}")
    for problem in error.problems:
        say(f"  {problem}")


@contextmanager
def blaming(source: object) -> Iterator[None]:
    """Tell every problem found inside the block as one of `source`, and leave with `BAD_INPUT`."""
    try:
        yield
    except InputError as error:
        complain(source, error)
        raise typer.Exit(ExitCode.BAD_INPUT) from None


T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def interruptible(work: Callable[[threading.Event], T], on_interrupt: Callable[[], None]) -> tuple[T, bool]:
    """Run `work` in a thread of its own and wait for it in the main thread, which alone receives signals.

    Parameters
    ----------
    work
        Is handed the event that asks it to end early; it then returns the best it has.
    on_interrupt
        Called once, on the first signal.

    Returns
    -------
    The result, and whether there was a signal.

    Raises
    ------
    KeyboardInterrupt
        On the second signal; the work is still under way then, so the process has to be left by ``os._exit``.
    """
    cancel = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()
        on_interrupt()

    executor = ThreadPoolExecutor(max_workers=1)
    with _handling(interrupt):
        result = executor.submit(work, cancel).result()
    return result, cancel.is_set()


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
