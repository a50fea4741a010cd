"""Everything one running service is made of, and how it begins and ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from api.bodies import Body, MemoryBudget
from api.jobs import Jobs
from api.logs import log
from api.metrics import Metrics
from api.notifier import Notifier
from api.plans import Plans
from api.reconciler import Reconciler
from api.settings import ServiceSettings
from api.store import DatabaseUnavailable, Store
from optimizer.errors import InputError, Problem
from optimizer.execution.attempt import ResourceLimits
from optimizer.execution.executor import Executor, Listener
from optimizer.execution.local import LocalExecutor

T = TypeVar("T")
LARGE_BYTES = 2**20
"""Size from which reading a body takes long."""
SMALL_BODY_THREADS, LARGE_BODY_THREADS = 2, 2
"""More would not do more: most of what they do has the interpreter to itself."""
READY_SECONDS = 2.0


class Service:
    """One service over one database."""

    def __init__(self, settings: ServiceSettings, store: Store):
        self.settings = settings
        self.store = store
        self.notifier = Notifier()
        self.metrics = Metrics()
        self.memory = MemoryBudget(int(settings.bodies_mb * 2**20))
        self.in_flight = InFlightKeys()
        self._small_bodies = CapacityLimiter(SMALL_BODY_THREADS)
        self._large_bodies = CapacityLimiter(LARGE_BODY_THREADS)
        self._looking = CapacityLimiter(1)
        make_executor = partial(make_run_executor, settings)
        self.jobs = Jobs(
            store,
            self.notifier,
            self.metrics,
            make_executor,
            clustered=settings.clustered,
            diagnosis_seconds=settings.diagnosis_seconds,
            most_attempts=settings.attempts,
        )
        self.plans = Plans(
            lambda listener: _local(settings, listener, settings.plan_places),
            self.metrics,
            settings.plan_places,
            "try again, or POST a run, which waits its turn",
        )
        # Of its own, so that neither a long plan nor a comparison of large runs keeps the other waiting. Nothing there
        # ends early by itself: there is no plan to wait for after the time is over.
        limits = ResourceLimits(grace_seconds=0, memory_mb=settings.memory_mb)
        self.answers = Plans(
            lambda listener: LocalExecutor(listener, settings.answer_places, limits),
            self.metrics,
            settings.answer_places,
        )
        self._reconciler = Reconciler(
            store, self.notifier, self.jobs, follow=settings.clustered, keep_days=settings.keep_days
        )
        self.metrics.watch(lambda: {state.value: count for state, count in store.counts().items()})
        self._closed = False
        self._closing: list[threading.Thread] = []

    @property
    def open(self) -> bool:
        """Whether anyone who reaches the service may use it: no key was ever made.

        Once there is a key, there is no way back, so that losing all keys never opens the service.
        """
        self._closed = self._closed or self.store.has_keys()
        return not self._closed

    @property
    def stopping(self) -> bool:
        """Whether no more work is taken."""
        return self.notifier.stopping

    @cached_property
    def workspace_id(self) -> str:
        """Whose runs they are while the service is open."""
        return self.store.default_workspace().id

    async def check_ready(self) -> None:
        """Return if the database takes work; the look has a thread of its own, which nothing else can keep busy.

        Raises
        ------
        DatabaseUnavailable
            With the reason.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                await run_sync(self.store.check_ready, limiter=self._looking, abandon_on_cancel=True)
        except TimeoutError:
            detail = f"The database did not answer within {READY_SECONDS:g} s."
            raise DatabaseUnavailable(detail, detail) from None

    async def read_in_thread(self, body: Body, work: Callable[..., T], *arguments: object) -> T:
        """Do what a body asks for, in threads that neither a smaller body nor what takes long has to share with it."""
        limiter = self._small_bodies if body.size < LARGE_BYTES else self._large_bodies
        return await run_sync(work, *arguments, limiter=limiter)

    def begin(self) -> None:
        """Attach to the running event loop and submit every run that is not in a final state."""
        self.notifier.attach()
        if self.open:
            # Made now: the first to call must not wait for whoever writes by then.
            _ = self.workspace_id
        resumed = self.store.with_reserve(self.jobs.resume)
        self._reconciler.begin()
        log.info("service started", extra={"resumed_runs": resumed})

    def begin_stop(self, *, give_up: bool = False) -> None:
        """Take no more work and let what runs save its best plan; returns at once.

        Parameters
        ----------
        give_up
            Whether runs are another server's now and not to be saved here.
        """
        if self.stopping:
            return
        self.notifier.stop()
        grace = self.settings.shutdown_seconds
        closing = (
            self.jobs.give_up if give_up else lambda: self.jobs.close(grace),
            lambda: self.plans.close(grace),
            lambda: self.answers.close(grace),
        )
        self._closing = [threading.Thread(target=close) for close in closing]
        for thread in self._closing:
            thread.start()

    def stop(self) -> None:
        """Wait until nothing runs any more."""
        self.begin_stop()
        for thread in self._closing:
            thread.join()
        self._reconciler.end()
        log.info("service stopped")


def make_run_executor(settings: ServiceSettings, listener: Listener) -> Executor:
    """Return what solves the runs: a cluster if the settings name one, else this machine."""
    if settings.dask_address is None:
        return _local(settings, listener, settings.run_places)
    try:
        from optimizer.execution.cluster import DaskExecutor  # noqa: PLC0415
    except ModuleNotFoundError:
        remedy = "In the folder of groundswell: pip install '.[cluster]'."
        problem = Problem("part_missing", "GROUNDSWELL_DASK_ADDRESS", "a cluster needs the part `cluster`", remedy)
        raise InputError([problem]) from None
    executor: Executor = DaskExecutor(listener, settings.dask_address, _limits(settings))
    return executor


def _local(settings: ServiceSettings, listener: Listener, places: int) -> LocalExecutor:
    return LocalExecutor(listener, places, _limits(settings))


def _limits(settings: ServiceSettings) -> ResourceLimits:
    return ResourceLimits(grace_seconds=settings.grace_seconds, memory_mb=settings.memory_mb)


class InFlightKeys:
    """Idempotency keys of requests that are being answered by this service."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def holding(self, workspace_id: str, key: str | None) -> Iterator[bool]:
        """Hold a key while its request is answered; yield False where another request holds it."""
        if key is None:
            yield True
            return
        with self._lock:
            mine = (workspace_id, key) not in self._keys
            self._keys.add((workspace_id, key))
        try:
            yield mine
        finally:
            if mine:
                with self._lock:
                    self._keys.discard((workspace_id, key))
