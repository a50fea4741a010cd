"""The queue: first come first served within a lane, and lanes take turns; what is done in the background comes last."""

from __future__ import annotations

from typing import NamedTuple

from optimizer.execution.executor import Task


class _Lane(NamedTuple):
    """What takes turns with the others."""

    background: bool
    name: str


class FairQueue:
    """Tasks that wait, by lane; not safe for threads by itself."""

    def __init__(self) -> None:
        self._queue: dict[_Lane, dict[str, Task]] = {}
        self._lane_of: dict[str, _Lane] = {}

    def __len__(self) -> int:
        return len(self._lane_of)

    def __contains__(self, key: object) -> bool:
        return key in self._lane_of

    @property
    def pressing(self) -> int:
        """How many tasks are not to be done in the background."""
        return sum(len(tasks) for lane, tasks in self._queue.items() if not lane.background)

    def put(self, task: Task) -> None:
        """Take a task to the end of its lane; a lane that was empty has its turn after all others."""
        lane = _Lane(task.background, task.lane)
        self._queue.setdefault(lane, {})[task.key] = task
        self._lane_of[task.key] = lane

    def take(self) -> Task | None:
        """Return the first task of the lane whose turn it is, None if none waits; the lane goes behind the others."""
        if not self._queue:
            return None
        lane = min(self._queue, key=lambda lane: lane.background)
        tasks = self._queue.pop(lane)
        task = tasks.pop(next(iter(tasks)))
        del self._lane_of[task.key]
        if tasks:
            self._queue[lane] = tasks
        return task

    def drop(self, key: str) -> bool:
        """Take a task out; return whether it was there."""
        lane = self._lane_of.pop(key, None)
        if lane is None:
            return False
        del self._queue[lane][key]
        if not self._queue[lane]:
            del self._queue[lane]
        return True

    def clear(self) -> None:
        """Take all out."""
        self._queue.clear()
        self._lane_of.clear()
