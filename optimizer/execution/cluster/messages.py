"""The messages of executors and workers: plain values, so that the scheduler needs no groundswell.

Scenarios and plans are compressed: JSON of scenarios shrinks to an eighth at 100 MB a second, and the scheduler holds
the text of every task it has.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from optimizer.execution.executor import Failed, Finished, Outcome, Reason
from optimizer.solve.control import Progress

Key = tuple[str, str, str]
Kind = Literal["started", "moved", "kept", "given back", "abandoned", "hello"]
Verb = Literal["finish", "finish_gracefully", "abandon", "tell_again"]

TOPIC = "groundswell"
"""Of all events. One topic, because a scheduler keeps the last events of every topic there ever was."""
RESOURCE = "groundswell-4"
"""What a solve takes one of and a worker has one of per slot: other workers get none, nor those of another version of
these words, which the number counts."""
SOLVE_ON_WORKER = "optimizer.execution.cluster.worker_plugin:solve"
FASTEST = 1


def key_of(scope: str, task: str) -> Key:
    """Return a task's key on the cluster; the first part makes all tasks one group for the scheduler."""
    return ("groundswell", scope, task)


def packed(text: str) -> bytes:
    """Return a text compressed for sending."""
    return zlib.compress(text.encode("utf-8"), FASTEST)


def unpacked(raw: bytes) -> str:
    """Return what was packed."""
    return zlib.decompress(raw).decode("utf-8")


def answer_of(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain values."""
    if isinstance(outcome, Finished):
        return {"plan": packed(outcome.plan)}
    return {"reason": outcome.reason.value, "detail": outcome.detail}


def outcome_of(answer: dict[str, Any]) -> Outcome:
    """Return the outcome that plain values stand for."""
    if "plan" in answer:
        return Finished(unpacked(answer["plan"]))
    return Failed(Reason(answer["reason"]), answer["detail"])


@dataclass(frozen=True)
class Event:
    """Something that happened to a task, sent to every executor.

    Attributes
    ----------
    scope, task
        Of its key.
    start
        Names the time that a worker took it up; `attempt` numbers its processes, later ones higher, whichever worker
        they are on: milliseconds since 1970.
    origin
        Address of the worker, or id of the executor, that sends it.
    plan
        The best plan so far, packed, where one is kept.
    """

    kind: Kind
    scope: str
    task: str
    origin: str
    start: str = ""
    attempt: int = 0
    progress: Progress | None = None
    plan: bytes | None = None

    def message(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def of(cls, message: dict[str, Any]) -> Event:
        """Return the event in a message; fields that a scheduler has added are ignored."""
        progress = message["progress"]
        values = {part.name: message[part.name] for part in fields(cls)}
        return cls(**{**values, "progress": None if progress is None else Progress(**progress)})
