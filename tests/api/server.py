"""The service as its users start it: a process of its own, found by the port it took."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2
import psutil

PATIENCE = 60.0
GROUNDSWELL = Path(sys.executable).with_name("groundswell")


class Server:
    """Runs ``groundswell serve`` on a database in `folder` for as long as the block runs.

    Parameters
    ----------
    database
        Its address; without one, a SQLite file in the folder.
    under
        A command that runs it, with its options.
    settings
        By their names in the settings class.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "sqlite:///service.sqlite",
        under: Sequence[str] = (),
        **settings: object,
    ):
        self._folder = folder
        self._database = database
        self._under = under
        self._environment = {f"GROUNDSWELL_{name.upper()}": str(value) for name, value in settings.items()}
        self.port = 0
        self.lines: list[dict[str, Any]] = []
        self.process = self._started()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> httpx2.Client:
        """Return a client of it."""
        return httpx2.Client(base_url=self.url, timeout=PATIENCE, **options)

    def children(self) -> list[psutil.Process]:
        """Return every process below it."""
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def restart(self) -> None:
        """Start it anew on the same database, on another port."""
        self.process = self._started()

    def __enter__(self) -> Server:
        """Return it once it listens."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            self.kill()

    def _started(self) -> subprocess.Popen[str]:
        self.port = 0
        process = subprocess.Popen(
            [*self._under, GROUNDSWELL, "serve", "--port", "0", "--database", self._database],
            cwd=self._folder,
            env={**os.environ, **self._environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=[process], daemon=True)
        self._reader.start()
        deadline = time.monotonic() + PATIENCE
        while self.port == 0:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise AssertionError(f"the service did not start: {self.lines[-3:]}")
            time.sleep(0.05)
        return process

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            try:
                told = json.loads(line)
            except ValueError:
                told = {"message": line}
            self.lines.append(told)
            if told.get("message") == "Application startup complete.":
                listening = next(line for line in reversed(self.lines) if line.get("message") == "service listens")
                self.port = int(listening["url"].rpartition(":")[2])
