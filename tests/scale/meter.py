"""What parts of the whole spend: seconds of processor time, and what the database writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from tests.api.databases import Postgres


@dataclass(frozen=True)
class Reading:
    """What has been spent so far.

    Attributes
    ----------
    cpu
        Seconds by part.
    commits, wal, size
        Transactions, bytes of its log and bytes on disk of the database.
    """

    cpu: Mapping[str, float]
    commits: int = 0
    wal: int = 0
    size: int = 0

    def since(self, before: Reading) -> Reading:
        """Return what was spent between two readings."""
        cpu = {part: seconds - before.cpu.get(part, 0.0) for part, seconds in self.cpu.items()}
        return Reading(cpu, self.commits - before.commits, self.wal - before.wal, self.size - before.size)


def spent(process: psutil.Process, *, buried: bool = False) -> float:
    """Return the seconds of a process, and with `buried` those of the children that it has waited for."""
    times = process.cpu_times()
    own: float = times.user + times.system
    return own + (times.children_user + times.children_system if buried else 0.0)


def of_database(postgres: Postgres) -> float:
    """Return the seconds of all processes of a database server, those that have ended among them."""
    pid = postgres.pid()
    total = spent(psutil.Process(pid), buried=True)
    for child in psutil.Process(pid).children(recursive=True):
        try:
            total += spent(child)
        except psutil.NoSuchProcess:
            continue
    return total


def of_solvers(worker: psutil.Process) -> float:
    """Return the seconds of all solves that a worker has done: those its fork server has waited for."""
    return sum(spent(server, buried=True) - spent(server) for server in worker.children())


def written(postgres: Postgres, name: str) -> tuple[int, int, int]:
    """Return transactions, bytes of log and bytes on disk of a database."""
    asked = (
        f"SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint, pg_database_size('{name}')"
        f" FROM pg_stat_database WHERE datname = '{name}'"
    )
    ((commits, wal, size),) = postgres.say(asked)
    return int(str(commits)), int(str(wal)), int(str(size))
