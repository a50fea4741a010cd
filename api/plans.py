"""What is answered at once: plans, frontiers, evaluations, comparisons; made beside the runs, nothing stored."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from api.metrics import Metrics
from api.outcomes import count, count_answer, ending
from api.problems import ApiProblem
from optimizer.errors import InputError
from optimizer.execution.executor import Executor, Finished, Outcome, Reason, Task
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

LIMITS = {
    Reason.OUT_OF_TIME: ("time", "GROUNDSWELL_ANSWER_SECONDS"),
    Reason.OUT_OF_MEMORY: ("memory", "GROUNDSWELL_MEMORY_MB"),
}
LOOK_SECONDS = 0.5
RETRY_SECONDS = 5


@dataclass(frozen=True)
class Work:
    """What a process is to do.

    Attributes
    ----------
    kind
        Its name in the metrics.
    path
        Its import path; None: plan.
    at_hand
        What does the same without limits, where limits end it; None for a solve, which keeps to its time by itself.
    """

    kind: str
    path: str | None
    at_hand: str | None = None


PLAN = Work("plan", None)
FRONTIER = Work("frontier", "optimizer.execution.child:frontier_of")
EVALUATION = Work("evaluation", "optimizer.execution.answers:evaluation_of", "groundswell evaluate")
COMPARISON = Work("comparison", "optimizer.execution.answers:comparison_of", "groundswell compare")

IMPORT = Work("import", "optimizer.execution.answers:import_of", "groundswell convert` or `import-creators")


@dataclass(frozen=True)
class _Waiting:
    promise: Future[Outcome]
    work: Work


class Plans:
    """Works while the client waits, in places of its own, so that long runs cannot take them all.

    Parameters
    ----------
    make_executor
        Makes the executor that reports to this object.
    places
        How many places it has.
    otherwise
        What else to do while they are taken.
    """

    def __init__(
        self, make_executor: Callable[[Plans], Executor], metrics: Metrics, places: int, otherwise: str = "try again"
    ):
        self._waiting: dict[str, _Waiting] = {}
        self._metrics = metrics
        self._free = places
        self._otherwise = otherwise
        self.executor = make_executor(self)

    def refuse_if_full(self) -> None:
        """End the request where no place is free, before its body is read."""
        if self._free < 1:
            detail = f"Every place for immediate answers is taken; {self._otherwise}."
            raise ApiProblem("busy", detail, headers={"Retry-After": str(RETRY_SECONDS)})

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place, from before a body is decoded until its answer is there; for the event loop."""
        self.refuse_if_full()
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    async def solve(
        self,
        text: str,
        settings: Settings,
        gone: Callable[[], Awaitable[bool]],
        *,
        work: Work = PLAN,
        parts: Callable[[], Iterator[str]] | None = None,
    ) -> str:
        """Return what the work makes as JSON text, in the `place` that is held; end the request where there is none.

        Parameters
        ----------
        text
            The scenario as JSON, or what the work wants.
        gone
            Returns whether the client has gone away; the solve is then abandoned.
        parts
            Further texts that the work wants, as in `Task`.

        Raises
        ------
        InputError
            If the work finds its input wrong.
        """
        # A name that the service makes: one that a client chose could be another client's as well.
        key = secrets.token_hex(16)
        promise: Future[Outcome] = Future()
        self._waiting[key] = _Waiting(promise, work)
        try:
            if not self.executor.run_now(Task(key, settings, lambda: text, work=work.path, parts=parts)):
                detail = f"Every place for immediate answers is taken; {self._otherwise}."
                raise ApiProblem("busy", detail, headers={"Retry-After": str(RETRY_SECONDS)})
            outcome = await self._outcome(key, promise, gone)
        finally:
            self._waiting.pop(key, None)
        return _answered(outcome, work)

    async def _outcome(self, key: str, promise: Future[Outcome], gone: Callable[[], Awaitable[bool]]) -> Outcome:
        answer = asyncio.wrap_future(promise)
        try:
            while not (await asyncio.wait([answer], timeout=LOOK_SECONDS))[0]:
                if await gone():
                    raise ApiProblem("client_gone", "The client disconnected; its solve was stopped.")
            return answer.result()
        finally:
            if not answer.done():
                await asyncio.to_thread(self.executor.abandon, key)

    def close(self, grace_seconds: float) -> None:
        """Let what is solved answer with its best plan so far; nothing is begun any more."""
        self.executor.close(grace_seconds)

    def started(self, key: str, attempt: int) -> None:
        """Ignore it: immediate plans report only their end."""

    def moved(self, key: str, progress: Progress) -> None:
        """Ignore it: immediate plans report only their end."""

    def ended(self, key: str, outcome: Outcome) -> None:
        """Hand the outcome to the request that waits for it."""
        waiting = self._waiting.get(key)
        if waiting is None or waiting.work is PLAN:
            count(self._metrics, "plan", ending(outcome))
        else:
            count_answer(self._metrics, waiting.work.kind, outcome)
        if waiting is not None:
            waiting.promise.set_result(outcome)


def _answered(outcome: Outcome, work: Work) -> str:
    if isinstance(outcome, Finished):
        return outcome.plan
    if work.at_hand is not None:
        if outcome.problems:
            raise InputError(list(outcome.problems))
        if outcome.reason in LIMITS:
            wanted, setting = LIMITS[outcome.reason]
            detail = f"The {work.kind} needs more {wanted} than it may take here. Ask for less at once, use "
            detail += f"`{work.at_hand}`, which has no limits, or have {setting} of the service raised."
            raise ApiProblem("limit_exceeded", detail)
    if outcome.reason is Reason.BUG:
        raise ApiProblem("internal_error", "The plan failed its own verification, or the solver has a bug.")
    raise ApiProblem("solve_failed", outcome.detail)
