"""The command line: parse, call, print; one file per command.

`application.COMMANDS` lists the commands. Each is a function in a file of the same name (``import-creators``:
`import_creators`), and that file is imported only when the command runs, so that ``--help`` answers at once. What
commands share lies in `console` (results, messages, exit codes, signals), `files` (input and output files), `options`,
`questions` (long analyses) and `on_cluster` (``--cluster``).

Exit codes: 0 done; 1 internal error or failed verification; 2 bad input; 3 proven infeasible; 4 no plan found in the
time given; 130 interrupted.

This module imports next to nothing, so that Ctrl-C is heard while all else is loaded.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False  # Loading `typing` takes a while as well.
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

__all__ = ["main", "outcome"]

INTERRUPTED = 130
NOT_BEGUN = "Interrupted before the command began; nothing was done."
NO_SEARCH = "Interrupted before the search began; no plan was made."


def main() -> NoReturn:
    """Run the command line and leave with the exit code of the outcome."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # A shell has what it runs in the background ignore Ctrl-C; SIGTERM is heard in any case.
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _leave_at_once)
    from optimizer.cli.application import run_and_leave  # noqa: PLC0415

    run_and_leave()


def outcome(arguments: list[str]) -> int:
    """Run a command and return its exit code; see `application.outcome`."""
    from optimizer.cli import application  # noqa: PLC0415

    return application.outcome(arguments)


def hear_interrupts() -> None:
    """Have signals raise KeyboardInterrupt from now on: what runs may have something to save or to tidy up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is _leave_at_once:
            signal.signal(number, signal.default_int_handler)


def _leave_at_once(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Leave at once, since an exception in the middle of an import ends in a traceback, or nowhere."""
    message = NO_SEARCH if sys.argv[1:2] == ["solve"] else NOT_BEGUN
    os.write(2, f"{message}\n".encode())
    os._exit(INTERRUPTED)
