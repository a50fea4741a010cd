"""What happens to a run, as it happens: server-sent events from the event table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.deps import Caller, FollowedRun, Reader, Served
from api.logs import log
from api.problems import documented, invalid
from api.routes.run_views import event_view
from api.service import Service
from api.store import EventKind, EventRecord, RunRecord, StoreError
from optimizer.errors import Problem

FINAL = (EventKind.DONE, EventKind.FAILED, EventKind.CANCELLED, EventKind.DIAGNOSIS)
PAGE = 100
LOOK_SECONDS = 5.0
"""Seconds without an event until the stream asks whether there is one, and whether the caller may still see it."""
LARGEST = 2**31 - 1
MOST_DIGITS = 20

router = APIRouter(tags=["runs"])


class NothingMore(Exception):  # noqa: N818
    """The client has had every event of a run that has ended: 204, which keeps it from asking again."""


def _after(
    run: FollowedRun,
    service: Served,
    last: Annotated[str | None, Header(alias="Last-Event-ID", description="Id of the last event received.")] = None,
    after: Annotated[int, Query(description="The same, for clients that set no headers.", ge=0, le=LARGEST)] = 0,
) -> int:
    """Return the number after which events are wanted."""
    if last is not None:
        if not (last.isascii() and last.isdigit() and len(last) <= MOST_DIGITS) or int(last) > LARGEST:
            problem = Problem(
                "wrong_format", "/header/Last-Event-ID", "is no id of an event", "Send it as received.", last
            )
            raise invalid([problem])
        after = int(last)
    if run.settled and not service.store.events(run.id, after, 1):
        raise NothingMore
    return after


@router.get(
    "/v1/runs/{run_id}/events",
    response_class=EventSourceResponse,
    responses={
        204: {"description": "The run has ended and there is nothing more."},
        **documented("not_found", "invalid"),
    },
)
async def run_events(
    run: FollowedRun, service: Served, caller: Reader, after: Annotated[int, Depends(_after)]
) -> AsyncIterator[ServerSentEvent]:
    """Stream the events of a run until it has ended and no diagnosis is pending; `Last-Event-ID` resumes it."""
    with service.notifier.listening(run.id) as news:
        while True:
            news.clear()
            look = await run_in_threadpool(_look, service, caller, run, after)
            for event in look.page:
                yield _sent(event, run.currency)
                after = event.sequence
                if event.kind in FINAL and not event.data.get("diagnosis_pending"):
                    return
            if look.page:
                continue
            if service.stopping or look.last:
                return
            await _patiently(news)


@dataclass(frozen=True)
class _Look:
    """The next events, and whether they are the last that this caller is to see."""

    page: list[EventRecord]
    last: bool


def _look(service: Service, caller: Caller, run: RunRecord, after: int) -> _Look:
    try:
        if not caller.admitted(service):
            return _Look([], True)
        # Read before the events: a run that is settled, or gone, has all its events stored by then.
        last = service.store.settled(run.id) is not False
        return _Look(service.store.events(run.id, after, PAGE), last)
    except StoreError as error:
        log.warning("a stream waits for the database: %s", error)
        return _Look([], False)


async def _patiently(news: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await news.wait()
    except TimeoutError:
        return


def _sent(event: EventRecord, currency: str) -> ServerSentEvent:
    data = event_view(event, currency)
    return ServerSentEvent(id=str(event.sequence), event=event.kind.value, data=data, retry=1000)
