"""The process that serves: its open files, and its duties where it is the first process of a container."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from types import FrameType

from api.logs import log

try:
    import resource
except ModuleNotFoundError:  # where the system has no such limits
    resource = None  # type: ignore[assignment]

OWN_FILES = 256
"""Files that are not connections of clients: the database's, those of solves, the log, what libraries load."""
PASSED_ON = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")


def room_for(connections: int) -> int:
    """Raise the limit on open files as far as so many connections need it; return how many there is room for.

    Systems set the limit low (1,024, 256) for programs that cannot do with more, and let those that can raise it.
    """
    if resource is None:
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, reachable), hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    room: int = max(1, soft - min(OWN_FILES, soft // 2))
    log.warning("room for fewer connections than set", extra={"connections": room, "open_files": soft})
    return room


def be_child_of_init() -> None:
    """Where this is the first process (PID 1): go on in a child, and be the init process beside it.

    The system gives every process whose parent has ended to the first one, which has to wait for it; otherwise its
    entry stays until no process can be started any more. Nothing of the service is in the way of that in a process
    of its own. Called before threads are started, as a fork copies only its own.
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
