"""A real Dask scheduler and real workers, as processes on loopback, which end with the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from optimizer.execution.cluster import ClusterError, places_of

PATIENCE_SECONDS = 120.0
GROUNDSWELL = [sys.executable, "-c", "from optimizer.cli import main; main()"]


class Cluster:
    """Starts and ends the processes of a cluster; `close` leaves none.

    The scheduler keeps its address when it is started again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._numbers = iter(range(1, 1000))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"

    def scheduler(self) -> psutil.Process:
        """Start the scheduler; it is not awaited."""
        options = ["--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard"]
        return self.start("scheduler", [sys.executable, "-m", "dask", "scheduler", *options])

    def worker(self, *options: str) -> psutil.Process:
        """Start a worker with one slot; it is not awaited."""
        command = [*GROUNDSWELL, "worker", "--scheduler", self.address, "--slots", "1"]
        return self.start("worker", [*command, *options])

    def start(self, name: str, command: list[str]) -> psutil.Process:
        """Start a process that ends with the cluster; what it says is in a file."""
        told = self._folder / f"{name}_{next(self._numbers)}.log"
        with told.open("wb") as file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=_environment())
        self._processes.append(process)
        return psutil.Process(process.pid)

    def wait_for_places(self, count: int) -> None:
        """Wait until the workers have so many slots."""
        wait(lambda: self.places() == count)

    def places(self) -> int:
        try:
            return places_of(self.address)
        except ClusterError:
            return -1

    def solvers(self) -> list[psutil.Process]:
        """Return the solver processes of all workers."""
        servers = [server for process in self._processes for server in _family(process.pid, recursive=False)]
        return [solver for server in servers for solver in _family(server.pid)]

    def told(self) -> str:
        """Return what all processes said."""
        return "".join(f"--- {file.name}\n{file.read_text(errors='replace')}" for file in self._folder.glob("*.log"))

    def close(self) -> None:
        """Kill everything and whatever it started."""
        for process in self._processes:
            family = [process.pid, *(child.pid for child in _family(process.pid))]
            for pid in family:
                _kill(pid)
            process.wait()


def solvers_of(worker: psutil.Process) -> list[psutil.Process]:
    """Return the solver processes of a worker: children of its fork server."""
    return [solver for server in worker.children() for solver in server.children()]


def wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def gone(process: psutil.Process) -> bool:
    """Return whether a process has ended, whoever should bury it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _family(pid: int, *, recursive: bool = True) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children(recursive=recursive))
    except psutil.NoSuchProcess:
        return []


def _kill(pid: int) -> None:
    try:
        psutil.Process(pid).kill()
    except psutil.NoSuchProcess:
        return


def _environment() -> dict[str, str]:
    # The works of these tests are imported by the workers' processes.
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}
