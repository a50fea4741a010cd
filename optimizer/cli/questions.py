"""Long analyses: a line that shows the step they are at, and an answer even where a signal ends them early."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from optimizer.cli.console import interruptible, notes, say
from optimizer.export.terminal.elements import StepLine

if TYPE_CHECKING:
    from optimizer.analysis.time_budget import Step

Result = TypeVar("Result")


def answered(
    question: Callable[[Callable[[Step], None], threading.Event], Result],
) -> tuple[Result, bool]:
    """Return the answer to a question, and whether a signal ended it early.

    Parameters
    ----------
    question
        Is handed a function to call with every step, and an event: once set, it returns the best answer it has.
    """
    with StepLine(notes()) as line:
        return interruptible(lambda cancel: question(line.tell, cancel), _report_interrupt)


def _report_interrupt() -> None:
    say("Interrupted: ending with results so far. Once more to end at once.")
