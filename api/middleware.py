"""What every request goes through: an id, the clock, a line in the log, headers that keep browsers strict."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from ipaddress import ip_address

from anyio import BrokenResourceError, CancelScope
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import ANSWERED, MemoryBudget
from api.logs import log, request_id
from api.problems import ApiProblem, answer, unavailable
from api.service import Service
from api.store import StoreError

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
OWN_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
PIECE = 2**18
"""Bytes of an answer that are sent at once; a smaller answer is not counted as memory in use."""
ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Middleware:
    """Wraps the application; an error inside becomes a problem that reveals nothing of the inside."""

    def __init__(self, app: ASGIApp, service: Service):
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        name = given if ID.fullmatch(given) else secrets.token_hex(16)
        token = request_id.set(name)
        received = _Received(headers, receive)
        sent = Sent(name, send, self._service.memory, received)
        asked = scope
        try:
            if scope["method"] == "HEAD":
                # Answered as GET would be, up to the body; the rest, which may be endless, is not made.
                asked = {**scope, "method": "GET"}
                with CancelScope() as rest:
                    sent.without_body(rest.cancel)
                    await self._guarded(asked, headers, received, sent)
            else:
                await self._guarded(asked, headers, received, sent)
        finally:
            sent.release()
            self._tell(scope["method"], asked, sent)
            request_id.reset(token)

    async def _guarded(self, scope: Scope, headers: Headers, receive: Receive, sent: Sent) -> None:
        try:
            await self._answered(scope, headers, receive, sent)
        except StoreError as error:
            log.error("the database does not answer", exc_info=error)
            if not sent.status:
                await answer(unavailable(error.told), sent.request_id)(scope, receive, sent)
        except Exception as error:  # noqa: BLE001
            # The outermost place: any bug is answered as a problem with the request's id, and logged under it.
            if sent.status and _broken(error):
                log.debug("the client went away", extra={"path": scope["path"]})
                return
            log.exception("bug", extra={"path": scope["path"]})
            if not sent.status:
                problem = ApiProblem("internal_error", "Please report it, with the request id.")
                await answer(problem, sent.request_id)(scope, receive, sent)

    async def _answered(self, scope: Scope, headers: Headers, receive: Receive, sent: Sent) -> None:
        if len(headers.getlist("host")) != 1 and scope["http_version"] == "1.1":
            # Whoever stands in between may have read another of them (RFC 9112, section 3.2).
            problem = ApiProblem("bad_request", "Send exactly one Host header.")
            await answer(problem, sent.request_id)(scope, receive, sent)
            return
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        foreign = not _is_own(host.lower()) and headers.get("host") not in OWN_HOSTS
        if foreign and await run_in_threadpool(lambda: self._service.open):
            # A page in a browser can be made to believe that this service is its own site; its Host gives it away.
            problem = ApiProblem("host_not_allowed", "Without API keys the service answers as localhost only.")
            await answer(problem, sent.request_id)(scope, receive, sent)
            return
        await self._app(scope, receive, sent)

    def _tell(self, method: str, scope: Scope, sent: Sent) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        seconds = (sent.began_at or time.monotonic()) - sent.asked_at
        self._service.metrics.requests.labels(method, route, str(sent.status)).observe(seconds)
        quiet = method in ("GET", "HEAD") and 200 <= sent.status < 400
        fields = {"method": method, "route": route, "status": sent.status, "seconds": round(seconds, 6)}
        (log.debug if quiet else log.info)("request", extra=fields)


def _is_own(host: str) -> bool:
    if host in OWN_HOSTS:
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _broken(error: BaseException) -> bool:
    """Whether the only error is that the client stopped reading a stream."""
    if isinstance(error, BaseExceptionGroup):
        return all(_broken(part) for part in error.exceptions)
    return isinstance(error, BrokenResourceError)


class _Received:
    """Hands the request on, and knows whether a part of its body has not been read."""

    def __init__(self, headers: Headers, receive: Receive):
        self.unread = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        self._receive = receive

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            self.unread = False
        return message


class Sent:
    """Sends on, adds our headers, and remembers what was answered and when.

    Large answers wait for clients that read slowly piece by piece, and meanwhile count as memory that is in use.
    """

    def __init__(self, name: str, send: Send, memory: MemoryBudget, received: _Received):
        self.request_id = name
        self.status = 0
        self.asked_at = time.monotonic()
        self.began_at: float | None = None
        self._send = send
        self._memory = memory
        self._received = received
        self._held = 0
        self._ended = False
        self._end_at_head: Callable[[], None] | None = None

    def without_body(self, end: Callable[[], None]) -> None:
        """Send no body, and call `end` where it would begin."""
        self._end_at_head = end

    def release(self) -> None:
        """Let go of the memory of the answer."""
        self._memory.give_back(self._held)
        self._held = 0

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer."""
        if self._ended:
            return
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif len(body := message.get("body", b"")) <= PIECE:
            await self._send(message)
        else:
            for first in range(0, len(body), PIECE):
                await self._send({**message, "body": body[first : first + PIECE], "more_body": True})
            if not message.get("more_body", False):
                # Returns once nearly all has left this process.
                await self._send({**message, "body": b"", "more_body": False})

    async def _begin(self, message: Message) -> None:
        length = int(Headers(raw=message["headers"]).get("content-length", "0"))
        if length > PIECE and self._end_at_head is None:
            try:
                self._memory.take(ANSWERED * length, alone=True)
            except ApiProblem as problem:
                await self._give_instead(answer(problem, self.request_id))
                return
            self._held = ANSWERED * length
        await self._start(message)
        if self._end_at_head is not None:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            self._ended = True
            self._end_at_head()

    async def _give_instead(self, response: Response) -> None:
        start = {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
        await self._start(start)
        await self._send({"type": "http.response.body", "body": response.body, "more_body": False})
        self._ended = True

    async def _start(self, message: Message) -> None:
        self.status = message["status"]
        self.began_at = time.monotonic()
        headers = MutableHeaders(scope=message)
        headers["X-Request-ID"] = self.request_id
        for header, value in SECURITY_HEADERS.items():
            headers.setdefault(header, value)
        if self._received.unread:
            # The rest would have to be read, however much it is, before another request could be.
            headers["Connection"] = "close"
        await self._send(message)
