"""What several servers need of a cluster, in one process: real solves, each known to all by the id of its run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count

from optimizer.execution.executor import Listener, Outcome, Task
from optimizer.execution.local import LocalExecutor
from optimizer.solve.control import Progress


class Cluster:
    """Solves what its members submit; to submit twice is one task, and what no member wants any more is dropped."""

    def __init__(self, places: int = 1):
        self._lock = threading.RLock()
        self._ending: dict[str, int] = {}
        self._wanted: dict[str, set[Member]] = {}
        self._begun: dict[str, int] = {}
        self._starts = count(1)
        self.solved: list[str] = []
        self.started_keys: list[str] = []
        self.executor = LocalExecutor(self, places)

    def join(self, listener: Listener) -> Member:
        """Return the executor of a server."""
        return Member(self, listener)

    def submit(self, member: Member, task: Task) -> None:
        """Take a task, or have the member told of one that is known; one whose end is being heard of is still here."""
        with self._lock:
            if self._ending.get(task.key):
                return
            members = self._wanted.setdefault(task.key, set())
            if member not in members and task.key in self._begun:
                member.tell(partial(member.listener.started, task.key, self._begun[task.key]))
            members.add(member)
        self.executor.submit(task)

    def run_now(self, member: Member, task: Task) -> bool:
        """Take a task for a member only if it gets a place at once."""
        with self._lock:
            self._wanted.setdefault(task.key, set()).add(member)
        if self.executor.run_now(task):
            return True
        with self._lock:
            self._wanted.get(task.key, set()).discard(member)
            if not self._wanted.get(task.key):
                self._wanted.pop(task.key, None)
        return False

    def forget(self, key: str) -> bool:
        """Give a task up, whoever submitted it."""
        with self._lock:
            self._wanted.pop(key, None)
            self._begun.pop(key, None)
        return self.executor.abandon(key)

    def leave(self, member: Member) -> None:
        """Do without a member, and without what only it wanted."""
        with self._lock:
            for members in self._wanted.values():
                members.discard(member)
            dropped = [key for key, members in self._wanted.items() if not members]
        for key in dropped:
            self.forget(key)

    def finish_gracefully(self, member: Member, grace_seconds: float) -> None:
        """Have what only this member wants end early, and wait for it so long."""
        with self._lock:
            ours = [key for key, members in self._wanted.items() if members == {member} and key in self._begun]
        deadline = time.monotonic() + grace_seconds
        for key in ours if grace_seconds else ():
            self.executor.finish(key)
            while key in self._wanted and time.monotonic() < deadline:
                time.sleep(0.02)
        member.heard()

    def started(self, key: str, attempt: int) -> None:  # noqa: ARG002
        """Tell the members, and number the starts so that a later one has a higher number."""
        with self._lock:
            self.started_keys.append(key)
            self._begun[key] = next(self._starts)
            self._tell(key, lambda listener: partial(listener.started, key, self._begun[key]))

    def moved(self, key: str, progress: Progress) -> None:
        """Tell the members."""
        with self._lock:
            self._tell(key, lambda listener: partial(listener.moved, key, progress))

    def ended(self, key: str, outcome: Outcome) -> None:
        """Tell the members, and forget the task once all have heard."""
        with self._lock:
            self.solved.append(key)
            self._ending[key] = len(self._wanted.get(key, ()))
            self._tell(key, lambda listener: partial(listener.ended, key, outcome), lambda: self._heard_of_end(key))
            self._wanted.pop(key, None)
            self._begun.pop(key, None)

    def _heard_of_end(self, key: str) -> None:
        with self._lock:
            self._ending[key] -= 1

    def _tell(
        self, key: str, call: Callable[[Listener], Callable[[], None]], heard: Callable[[], None] = lambda: None
    ) -> None:
        for member in self._wanted.get(key, ()):
            member.tell(call(member.listener), heard)


class Member:
    """One server's way to the cluster; each is told in a thread of its own, at its own pace."""

    def __init__(self, cluster: Cluster, listener: Listener):
        self.listener = listener
        self._cluster = cluster
        self._deaf = False
        self._teller = ThreadPoolExecutor(1)

    @property
    def running(self) -> int:
        """How many tasks have a place, of all members."""
        return self._cluster.executor.running

    def submit(self, task: Task) -> None:
        """Take a task, known or not."""
        if not self._deaf:
            self._cluster.submit(self, task)

    def run_now(self, task: Task) -> bool:
        """Start a task at once where a place is free, for the same listeners as any other."""
        return not self._deaf and self._cluster.run_now(self, task)

    def finish(self, key: str) -> bool:
        """Ask for the best plan so far."""
        return self._cluster.executor.finish(key)

    def abandon(self, key: str) -> bool:
        """Give a task up."""
        return self._cluster.forget(key)

    def close(self, grace_seconds: float) -> None:
        """Leave the cluster to the others; have what only this server wants end with its best plan so far."""
        self._cluster.finish_gracefully(self, grace_seconds)
        self.die()
        self._teller.shutdown()

    def die(self) -> None:
        """Be gone, as the process of a server that is killed."""
        self._deaf = True
        self._cluster.leave(self)

    def heard(self) -> None:
        """Wait until all that was told was heard."""
        self._teller.submit(int).result()

    def tell(self, call: Callable[[], None], heard: Callable[[], None] = lambda: None) -> None:
        """Have the server told when its turn comes."""
        self._teller.submit(self._told, call, heard)

    def _told(self, call: Callable[[], None], heard: Callable[[], None]) -> None:
        try:
            if not self._deaf:
                call()
        finally:
            heard()
