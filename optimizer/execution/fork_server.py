"""The fork server: a process that has loaded the solver once and forks a child, ready to work, for each solve.

It is started by `process`, in a session of its own, so that a terminal's Ctrl-C reaches neither it nor its children.
Requests come over a socket: one byte with the child's three descriptors. It sends each child's process id and, when
the child has ended, its exit code, over the third of them. It ends, with all its children, when its parent ends.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NoReturn

StatusPipe = Connection
NICENESS = 10


def serve(control: int) -> NoReturn:
    """Serve the process at the other end of the socket `control` until it closes it or is gone.

    The signals are turned off before the slow imports, for a service manager may send them to every process at once.
    Objects that exist by then are frozen: a collection in a child would otherwise copy every page they are on.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # Solves take every core there is; at a lower priority they do not slow down the answers about them.
    os.nice(NICENESS)
    from optimizer.calendar import is_known_holiday_calendar  # noqa: PLC0415
    from optimizer.execution import answers, child  # noqa: F401, PLC0415

    # The library of public holidays loads all its countries when it is first asked for one.
    is_known_holiday_calendar("GB")
    gc.collect()
    gc.freeze()
    server = _ForkServer(socket.socket(fileno=control))
    try:
        server.run()
    except Exception:  # noqa: BLE001
        # Nobody is above it: what it raised must be seen, and no child may outlive it.
        traceback.print_exc()
    finally:
        server.kill_all()
        os._exit(0)


class _ForkServer:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, StatusPipe] = {}
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Fork and reap until the socket is closed."""
        while True:
            sources: list[Any] = [self._control, self._woken]
            ready, _, _ = select.select(sources, [], [])
            with suppress(BlockingIOError):
                while os.read(self._woken, 1024):
                    pass
            self._reap()
            if self._control in ready and not self._answer():
                return

    def kill_all(self) -> None:
        """Kill the children; they are not reaped yet, so no number can have passed to another process."""
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)

    def _reap(self) -> None:
        for pid in list(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                _tell(self._children.pop(pid), os.waitstatus_to_exitcode(status))

    def _answer(self) -> bool:
        """Fork a child for one request; return whether there was one."""
        message, descriptors, _, _ = socket.recv_fds(self._control, 1, 3)
        if not message:
            return False
        connection, output, status = descriptors
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            pid = -1
        if pid == 0:
            self._become(connection, output, status, server)
        os.close(connection)
        os.close(output)
        reporter = Connection(status, readable=False)
        if pid > 0:
            self._children[pid] = reporter
            _tell(reporter, pid, last=False)
        else:
            reporter.close()
        return True

    def _become(self, connection: int, output: int, status: int, server: int) -> NoReturn:
        """Be the child: let go of what is the server's and work; never return into the server's loop."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in (self._woken, self._wake, status):
                os.close(descriptor)
            self._control.close()
            for other in self._children.values():
                other.close()
            from optimizer.execution import child  # noqa: PLC0415

            child.main(connection, output, server)
        except BaseException:  # noqa: BLE001
            # Not even SystemExit may unwind into the server's loop, of which this process is a copy.
            traceback.print_exc()
        finally:
            os._exit(1)


def _tell(status: StatusPipe, number: int, *, last: bool = True) -> None:
    with suppress(OSError):
        status.send(number)
    if last:
        status.close()
