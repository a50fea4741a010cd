"""Plans that are answered at once: solved beside the runs, nothing stored."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass

from api.metrics import Metrics
from api.outcomes import count, count_answer, ending
from api.problems import ApiProblem
from optimizer.execution.executor import Executor, Finished, Outcome, Reason, Task
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

LOOK_SECONDS = 0.5
RETRY_SECONDS = 5


@dataclass(frozen=True)
class Work:
    """What a solver's process is to do: its name in the metrics, and its import path (None: plan)."""

    kind: str
    path: str | None


PLAN = Work("plan", None)
FRONTIER = Work("frontier", "optimizer.execution.child:frontier_of")


@dataclass(frozen=True)
class _Waiting:
    promise: Future[Outcome]
    work: Work


class Plans:
    """Solves while the client waits, in places of their own, so that long runs cannot take them all."""

    def __init__(self, make_executor: Callable[[Plans], Executor], metrics: Metrics):
        self._waiting: dict[str, _Waiting] = {}
        self._metrics = metrics
        self.executor = make_executor(self)

    async def solve(
        self, text: str, settings: Settings, gone: Callable[[], Awaitable[bool]], *, work: Work = PLAN
    ) -> str:
        """Return what the work makes as JSON text; end the request where there is no place or no answer.

        Parameters
        ----------
        text
            The scenario as JSON, or what the work wants.
        gone
            Returns whether the client has gone away; the solve is then abandoned.
        """
        # A name that the service makes: one that a client chose could be another client's as well.
        key = secrets.token_hex(16)
        promise: Future[Outcome] = Future()
        self._waiting[key] = _Waiting(promise, work)
        try:
            if not self.executor.run_now(Task(key, settings, lambda: text, work=work.path)):
                detail = "Every place for immediate plans is taken; try again, or POST a run, which waits its turn."
                raise ApiProblem("busy", detail, headers={"Retry-After": str(RETRY_SECONDS)})
            outcome = await self._outcome(key, promise, gone)
        finally:
            self._waiting.pop(key, None)
        return _answered(outcome)

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


def _answered(outcome: Outcome) -> str:
    if isinstance(outcome, Finished):
        return outcome.plan
    if outcome.reason is Reason.BUG:
        raise ApiProblem("internal_error", "The plan failed its own verification, or the solver has a bug.")
    raise ApiProblem("solve_failed", outcome.detail)
