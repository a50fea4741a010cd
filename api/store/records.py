"""What goes into the store and what comes out: plain frozen values, tied to no connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from api.store.states import State

FinishAsker = Literal["request", "shutdown"]


class Scope(StrEnum):
    """What the holder of a key may do; each scope includes the ones before it."""

    READ = "read"
    RUN = "run"
    ADMIN = "admin"

    def covers(self, needed: Scope) -> bool:
        """Return whether this scope suffices where `needed` is asked for."""
        ranks = list(Scope)
        return ranks.index(self) >= ranks.index(needed)


class EventKind(StrEnum):
    """What an event of a run is about."""

    QUEUED = "queued"
    RUNNING = "running"
    PROGRESS = "progress"
    FINISH_ASKED = "finish_asked"
    VERDICT = "verdict"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DIAGNOSIS = "diagnosis"


@dataclass(frozen=True)
class WorkspaceRecord:
    """Whose keys and runs they are; nobody sees another workspace's."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True)
class KeyRecord:
    """An API key without its secret, which only its holder has.

    Attributes
    ----------
    last_used_at
        True to `api.store.keys.COARSE`; None when it was never used.
    """

    id: str
    workspace_id: str
    workspace: str
    name: str
    scope: Scope
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True)
class NewScenario:
    """A scenario to be solved.

    Attributes
    ----------
    sha256
        Of its canonical JSON, as plans give it.
    body
        Its text, to be kept byte for byte.
    """

    sha256: str
    name: str
    currency: str
    body: str


@dataclass(frozen=True)
class NewRun:
    """A run to be queued.

    Attributes
    ----------
    settings
        As JSON values.
    from_run
        Id of the run it was derived from.
    idempotency_key
        Names the request: while the run exists, a second one with the same key is the same run.
    idempotency_hash
        Hash of the request's content; it distinguishes another request with the same key.
    """

    workspace_id: str
    scenario: NewScenario
    settings: Mapping[str, Any]
    label: str | None = None
    from_run: str | None = None
    idempotency_key: str | None = None
    idempotency_hash: str | None = None

    def __post_init__(self) -> None:
        if (self.idempotency_key is None) != (self.idempotency_hash is None):
            raise ValueError("An idempotency key and the hash of its request are given both or neither.")


@dataclass(frozen=True)
class Quota:
    """What a workspace may store.

    Attributes
    ----------
    ended_runs
        Runs that have ended and were not erased.
    bytes
        Of scenarios, each text counted once, and of plans and events of runs that have ended.
    """

    ended_runs: int
    bytes: int


class Cursor(NamedTuple):
    """The last run of a page, by its number; the next page begins after it."""

    number: int


@dataclass(frozen=True)
class Figures:
    """How good an answer is; the fields mean what they mean in `optimizer.solve.control.Progress`."""

    value: int | None = None
    value_bound: int | None = None
    cost_minor: int | None = None
    cost_bound_minor: int | None = None
    gap: float | None = None
    elapsed_seconds: float | None = None


FIGURES = tuple(field.name for field in fields(Figures))


@dataclass(frozen=True)
class Failure:
    """Why a run has no plan: a stable name, and one sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True)
class Planned:
    """A run that ends with a plan.

    Attributes
    ----------
    text
        The plan as JSON text, to be kept byte for byte.
    status
        The plan's own status.
    diagnosis_pending
        Whether its diagnosis has left out limits and a fuller one is to replace it.
    """

    text: str
    status: str
    figures: Figures
    diagnosis_pending: bool = False


@dataclass(frozen=True)
class Cancelled:
    """A run that a person cancelled."""


Ending = Planned | Failure | Cancelled


@dataclass(frozen=True)
class RunRecord:
    """A run, without its long texts.

    Attributes
    ----------
    number
        Its place in the order in which runs came.
    scenario_sha256, scenario_name, currency
        Of the scenario it solves.
    attempts
        Starts so far, over all servers and restarts.
    started_at
        When the latest of them was; None while queued.
    figures
        Of the plan once done, until then of the search.
    plan_status
        From the verdict on, which comes before the plan.
    plan_sha256
        Of the plan's text; None until done.
    finish_asked
        Who asked for the best plan so far, if anybody did.
    diagnosis_until
        Until when a fuller diagnosis may come; None where none is awaited.
    """

    id: str
    workspace_id: str
    label: str | None
    from_run: str | None
    settings: Mapping[str, Any]
    scenario_sha256: str
    scenario_name: str
    currency: str
    state: State
    phase: str | None
    number: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    figures: Figures
    plan_status: str | None
    plan_sha256: str | None
    failure: Failure | None
    finish_asked: FinishAsker | None
    diagnosis_until: datetime | None

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it: it has ended, and no fuller diagnosis is awaited."""
        return self.state.final and self.diagnosis_until is None

    @property
    def cursor(self) -> Cursor:
        """Where the next page begins when this run is the last of one."""
        return Cursor(self.number)


@dataclass(frozen=True)
class AddedRun:
    """What became of a request to queue a run; `repeated` when the run was there already."""

    run: RunRecord
    repeated: bool


@dataclass(frozen=True)
class Document:
    """A long text as it was stored, and the SHA-256 of its bytes in UTF-8."""

    sha256: str
    text: str


@dataclass(frozen=True)
class EventRecord:
    """Something that happened to a run; of one run they are numbered 1, 2, 3, … without holes."""

    run_id: str
    sequence: int
    at: datetime
    kind: EventKind
    data: Mapping[str, Any]
