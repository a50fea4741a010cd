"""The duties of the first process of a container (PID 1): it waits for every child, and passes signals on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from types import FrameType

PASSED_ON = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")


def be_child_of_init() -> None:
    """Where this is the first process (PID 1): go on in a child, and be the init process beside it.

    The system gives every process whose parent has ended to the first one, which has to wait for it; otherwise its
    entry stays until no process can be started any more. Nothing of what this process does is in the way of that in
    a process of its own. Called before threads are started, as a fork copies only its own.
    """
    if os.getpid() == 1:
        fork_from_init()


def fork_from_init() -> None:
    """Return in a child; in this process wait for every child, pass signals on, and end as the first child does."""
    numbers = [getattr(signal, name) for name in PASSED_ON if hasattr(signal, name)]
    # A signal that comes before it can be passed on waits.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    _pass_on(numbers, child)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    while True:
        gone, status = os.wait()
        if gone == child:
            code = os.waitstatus_to_exitcode(status)
            # As a shell tells of a signal: the first process cannot end by one.
            os._exit(code if code >= 0 else 128 - code)


def _pass_on(numbers: Iterable[int], child: int) -> None:
    def send(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    for number in numbers:
        signal.signal(number, send)
