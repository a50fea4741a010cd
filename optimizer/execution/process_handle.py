"""A process by descriptors that are opened once: it is measured and killed also when no further one is to be had."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from contextlib import suppress

import psutil

from optimizer.errors import GroundswellError

MEGABYTE = 2**20


class ProcessGoneError(GroundswellError):
    """There is no such process (any more)."""


class ProcessHandle:
    """A running process; its methods may be called from any thread, and do nothing once it is gone.

    On Linux a descriptor of the process (`pidfd_open`) makes sure that its number has not passed to another one, and
    its memory is read through a descriptor that stays open. Elsewhere psutil does both.

    Raises
    ------
    ProcessGoneError
        If there is no such process.
    OSError
        If no descriptor is to be had.
    """

    def __init__(self, pid: int) -> None:
        self._lock = threading.Lock()
        self._process: psutil.Process | None = None
        self._descriptors: list[int] = []
        try:
            self._open(pid)
        except (ProcessLookupError, FileNotFoundError, psutil.NoSuchProcess) as error:
            self.close()
            raise ProcessGoneError from error
        except OSError:
            self.close()
            raise

    def _open(self, pid: int) -> None:
        if sys.platform == "linux":
            self._descriptors.append(os.pidfd_open(pid))
            self._descriptors.append(os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC))
        else:
            self._process = psutil.Process(pid)

    def memory_mb(self) -> float:
        """Return its resident memory in MiB; 0 once it is gone."""
        with self._lock, suppress(psutil.Error, ProcessLookupError):
            if self._descriptors:
                pages = int(os.pread(self._descriptors[1], 256, 0).split()[1])
                return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
            if self._process is not None:
                return float(self._process.memory_info().rss) / MEGABYTE
        return 0.0

    def kill(self) -> None:
        """Kill it."""
        with self._lock, suppress(psutil.Error, ProcessLookupError):
            if sys.platform == "linux" and self._descriptors:
                signal.pidfd_send_signal(self._descriptors[0], signal.SIGKILL)
            elif self._process is not None:
                self._process.kill()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is gone, at most this long, and return whether it is; it need not be a child of this process.

        One that has ended is gone, also where its parent has taken no note of that.
        """
        if self._descriptors:
            watched = select.poll()
            watched.register(self._descriptors[0], select.POLLIN)
            return bool(watched.poll(None if seconds is None else 1000 * seconds))
        if self._process is not None:
            try:
                self._process.wait(timeout=seconds)
            except psutil.TimeoutExpired:
                return False
        return True

    def close(self) -> None:
        """Let go of the descriptors; for after `wait`."""
        with self._lock:
            for descriptor in self._descriptors:
                os.close(descriptor)
            self._descriptors.clear()
            self._process = None
