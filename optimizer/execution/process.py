"""Solver processes as seen by their parent: started from a warm fork server, sent messages, killed, joined.

`multiprocessing` has a fork server too. It is not used because it refuses to start anything inside a daemonic process
(what a Dask worker is), runs the caller's `__main__` again in every child, dies of a SIGTERM that is sent to the whole
service, and reads an exit code wrongly when two threads ask for it at once.
"""

from __future__ import annotations

import atexit
import os
import select
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from multiprocessing.connection import Pipe
from typing import Any

from optimizer.errors import GroundswellError
from optimizer.execution.process_handle import ProcessGoneError, ProcessHandle

if sys.platform == "linux":
    from fcntl import F_SETPIPE_SZ, fcntl

START_SECONDS, WARM_START_SECONDS = 120.0, 20.0
"""For the first process of a fork server, which loads the solver before, and for each one after it."""
REPORT_SECONDS = 5.0
"""For the fork server to tell how a process ended that is gone."""
STOP_SECONDS = 1.0
NOISE_KEPT = 16_384
PIPE_BYTES = 2**20
DRAIN_BYTES = 4 * PIPE_BYTES
_BOOT = """import sys
sys.path[:] = {path!r}
from optimizer.execution.fork_server import serve
serve({control})
"""


class StartError(GroundswellError):
    """No process could be started."""


class Child:
    """A process that was started; every method but `receive`, which is one thread's, may be called from any thread."""

    def __init__(self, connection: Any, output: int, status: Any) -> None:
        self._connection = connection
        self._noise, self._tail = output, b""
        self._status = status
        self._joining = threading.Lock()
        self._sending = threading.Lock()
        self._gone = False
        self.exit_code: int | None = None
        self.pid: int = status.recv()
        os.set_blocking(output, False)
        self._talks = True
        try:
            self._process: ProcessHandle | None = ProcessHandle(self.pid)
        except ProcessGoneError:
            self._process = None

    def send(self, message: object) -> None:
        """Send a message; a process that is gone does not get it."""
        with suppress(OSError), self._sending:
            self._connection.send(message)

    def receive(self) -> Any:
        """Wait for its next message; raise EOFError once it is gone and all is read."""
        try:
            return self._connection.recv()
        except OSError as error:
            raise EOFError from error

    def memory_mb(self) -> float:
        """Return its resident memory in MiB; 0 once it is gone."""
        return 0.0 if self._process is None else self._process.memory_mb()

    def kill(self) -> None:
        """Kill it, and no other process that its number may have passed to."""
        if self._process is not None:
            self._process.kill()

    def join(self, seconds: float | None = None) -> bool:
        """Wait until it is gone; return whether it is.

        `exit_code` stays None if the fork server died before, or does not answer.
        """
        with self._joining:
            if self._gone:
                return True
            # The process itself is waited for: whoever is to tell of its end may be stopped.
            if self._process is not None and not self._process.wait(seconds):
                return False
            if self._status.poll(REPORT_SECONDS):
                with suppress(EOFError):
                    self.exit_code = self._status.recv()
            self._gone = True
            return True

    def await_output(self, seconds: float) -> bool:
        """Wait until it has written something, at most this long; return False at once when no more can come."""
        if self._talks:
            watched = select.poll()
            watched.register(self._noise, select.POLLIN)
            watched.poll(1000 * max(0.0, seconds))
        return self._talks

    def drain(self) -> str:
        """Take what it wrote to standard output and error, so that it never waits; return the last of it.

        Of one that goes on writing it takes a part: who drains has other things to see to.
        """
        with suppress(BlockingIOError):
            for _ in range(DRAIN_BYTES // PIPE_BYTES):
                chunk = os.read(self._noise, PIPE_BYTES)
                self._talks = bool(chunk)
                if not chunk:
                    break
                self._tail = (self._tail + chunk[-NOISE_KEPT:])[-NOISE_KEPT:]
        return self._tail.decode(errors="replace")

    def close(self) -> None:
        """Let go of every descriptor; the process must be gone."""
        with self._sending:
            self._connection.close()
        self._status.close()
        os.close(self._noise)
        if self._process is not None:
            self._process.close()


class ForkServer:
    """The fork server of this process: started when first needed, and again whenever it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._stopped = self._warm = False

    @property
    def stopped(self) -> bool:
        """Whether this process is on its way out and starts nothing more."""
        return self._stopped

    def start(self) -> Child:
        """Start a process that awaits a request.

        Raises
        ------
        StartError
            The system refuses a process, or the solver cannot be imported.
        """
        for _ in range(2):
            connection, its_connection = Pipe()
            output, its_noise = _wide_pipe()
            status, its_status = Pipe(duplex=False)
            with ExitStack() as ours:
                ours.callback(connection.close)
                ours.callback(os.close, output)
                ours.callback(status.close)
                with ExitStack() as theirs:
                    theirs.callback(its_connection.close)
                    theirs.callback(os.close, its_noise)
                    theirs.callback(its_status.close)
                    self._request((its_connection.fileno(), its_noise, its_status.fileno()))
                if (child := self._answered(connection, output, status)) is not None:
                    ours.pop_all()
                    return child
        raise StartError

    def _answered(self, connection: Any, output: int, status: Any) -> Child | None:
        """Return the child once it is forked; None if the fork server is dead or silent, or the system refused."""
        try:
            if status.poll(WARM_START_SECONDS if self._warm else START_SECONDS):
                child = Child(connection, output, status)
                self._warm = True
                return child
        except EOFError:
            return None
        with self._lock:
            self._drop()
        return None

    def warm(self) -> None:
        """Begin to load the solver, so that the first start need not wait for it."""
        with self._lock:
            self._ensure()

    def stop(self) -> None:
        """End it, with all its children, for good."""
        with self._lock:
            self._stopped = True
            self._drop()

    def _request(self, descriptors: tuple[int, int, int]) -> None:
        """Hand over a child's descriptors; a fork server with a closed socket is dead and is replaced."""
        with self._lock:
            for _ in range(2):
                try:
                    socket.send_fds(self._ensure(), [b"."], descriptors)
                    return
                except OSError:
                    self._drop()
            raise StartError

    def _ensure(self) -> socket.socket:
        if self._stopped:
            raise StartError
        if self._control is None:
            self._launch()
        assert self._control is not None
        return self._control

    def _launch(self) -> None:
        ours, its = socket.socketpair()
        with its:
            boot = _BOOT.format(path=sys.path, control=its.fileno())
            self._process = subprocess.Popen(
                [sys.executable, "-c", boot],
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours
        self._warm = False

    def _drop(self) -> None:
        """End it; it needs no time to do so, unless it is still loading, when it has no children."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def forget(self) -> None:
        """Be without it; a forked copy of this process does so, and neither uses its parent's nor keeps it alive."""
        if self._control is not None:
            self._control.close()
        self._lock = threading.Lock()
        self._control = self._process = None


def _wide_pipe() -> tuple[int, int]:
    """Return a pipe that holds much, where the system allows it: what is written waits there to be drained."""
    ends = os.pipe()
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES)
    return ends


FORK_SERVER = ForkServer()
atexit.register(FORK_SERVER.stop)
os.register_at_fork(after_in_child=FORK_SERVER.forget)
