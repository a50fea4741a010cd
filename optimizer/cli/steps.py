"""Long questions: a line that shows the step, and what is known when a signal ends them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from optimizer.cli.console import interruptible, notes, say
from optimizer.export.terminal.elements import StepLine

if TYPE_CHECKING:
    pass


A = TypeVar("A")


def asked(question: Callable[..., A], *given: Any, **named: Any) -> tuple[A, bool]:
    """Return the answer to a question and whether a signal ended it early."""
    with StepLine(notes()) as line:

        def work(cancel: threading.Event) -> A:
            return question(*given, **named, progress=line.tell, cancel=cancel)

        return interruptible(work, _tell_of_interrupt)


def _tell_of_interrupt() -> None:
    say("Interrupted: ending with what is known so far. Once more to end at once.")
