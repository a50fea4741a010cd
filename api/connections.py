"""Connections: how many there may be, what each may cost, and how they end.

A connection is the protocol's, which reads requests, and its line's, through which it is written to and closed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.logs import log
from api.middleware import SECURITY_HEADERS
from api.problems import ApiProblem, answer

HEAD_SECONDS = 10.0
HEAD_BYTES = 65_536
MOST_PIPELINED = 16
"""Requests of a connection that wait for the answer to an earlier one; each takes a few kilobytes."""
LINGER_SECONDS = 2.0
LINGER_BYTES = 2**20


@dataclass(frozen=True)
class ConnectionLimits:
    """What connections may cost.

    Attributes
    ----------
    most
        Connections at once.
    write_seconds
        Time for a client to take what waits to be sent to it.
    """

    most: int
    write_seconds: float


class Connections:
    """All connections of a server; where one more is too many, the one that has been idle for longest is closed."""

    def __init__(self, most: int):
        self._most = most
        self._open: set[Protocol] = set()
        self._idle: dict[Protocol, None] = {}

    def admit(self, connection: Protocol) -> bool:
        """Return whether there is room for one more; it is idle until its first request."""
        if len(self._open) >= self._most:
            longest = next(iter(self._idle), None)
            if longest is None:
                return False
            self.forget(longest)
            longest.line.abort()
        self._open.add(connection)
        self.rest(connection)
        return True

    def rest(self, connection: Protocol) -> None:
        """Take note that a connection is idle from now on."""
        if connection in self._open:
            self._idle[connection] = None

    def work(self, connection: Protocol) -> None:
        """Take note that a request of a connection is answered."""
        self._idle.pop(connection, None)

    def forget(self, connection: Protocol) -> None:
        """Take note that a connection is gone."""
        self._open.discard(connection)
        self._idle.pop(connection, None)


class Config(uvicorn.Config):
    """A server's configuration, with the limits of its connections."""

    def __init__(self, app: Any, limits: ConnectionLimits, **options: Any):
        super().__init__(app, http=Protocol, **options)
        self.limits = limits
        self.open_connections = Connections(limits.most)


class Line:
    """A transport that ends in good order: what was written arrives, and neither side is waited for without end.

    Where more of a request is to come than anybody wants, closing at once would have the system tell the client that
    its connection broke, and the answer would be lost. So a little of the rest is taken and thrown away first.
    """

    def __init__(self, transport: Any, more_may_come: Callable[[], bool], seconds: float):
        self._transport = transport
        self._more_may_come = more_may_come
        self._seconds = seconds
        self._ending = False
        self._thrown_away = 0
        self._timer: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        """Be the transport in all else."""
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Return whether nothing more is read or written."""
        return self._ending or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write, unless the line has ended."""
        if not self._ending:
            self._transport.write(data)

    def close(self) -> None:
        """End the line once all is written, and what still comes has had a moment to come."""
        if self._ending:
            return
        self._ending = True
        if self._transport.is_closing() or not self._more_may_come():
            self._finish()
            return
        self._transport.write_eof()
        self._transport.resume_reading()
        self._timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._finish)

    def throw_away(self, data: bytes) -> None:
        """Take what came after the end."""
        self._thrown_away += len(data)
        if self._thrown_away > LINGER_BYTES:
            self._finish()

    def lost(self) -> None:
        """Wait for nothing more: the connection is gone."""
        self._ending = True
        # Connection and line know each other; neither is to wait for the collector of such circles.
        self._more_may_come = bool
        if self._timer is not None:
            self._timer.cancel()

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._transport.abort)


class Protocol(HttpToolsProtocol):
    """Closes connections on which no request begins in time, whose head is too long, or whose client does not read.

    What follows a body in chunks, its trailers, is head as well, and counted like it.
    """

    line: Line
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _body_came = _refused = False

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request, if there is room for one more connection."""
        assert isinstance(self.config, Config)
        self._connections = self.config.open_connections
        self._write_seconds = self.config.limits.write_seconds
        self.line = Line(transport, self._more_may_come, self._write_seconds)
        super().connection_made(self.line)  # type: ignore[arg-type]
        if self._connections.admit(self):
            self._await_head()
            return
        detail = "Every connection is taken by a request under way; try again."
        self.line.write(_raw(ApiProblem("busy", detail, headers={"Retry-After": "2"})))
        self.line.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self.line.lost()
        self._head_is_there()
        self._connections.forget(self)
        if self._write_timer is not None:
            self._write_timer.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Wait for the rest of the head of a further request."""
        if len(self.pipeline) >= MOST_PIPELINED:
            # Ends the parser, and with it what it was given.
            raise ValueError
        super().on_message_begin()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """Wait no more."""
        self._head_is_there()
        self._connections.work(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count anew what is no body."""
        self._head_bytes = 0
        self._body_came = True
        super().on_body(body)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; those behind the body, its trailers, are of no use here."""
        if self._head_timer is not None:
            super().on_header(name, value)

    def on_response_complete(self) -> None:
        """Be idle, unless the next request is there already."""
        if not self.pipeline:
            self._connections.rest(self)
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Take what came; all of it is head as long as the head is not complete, and where no body is in it."""
        if self.line.is_closing():
            self.line.throw_away(data)
            return
        if self._refused:
            return
        self._body_came = False
        super().data_received(data)
        unfinished = self._head_timer is not None or (self.cycle is not None and self.cycle.more_body)
        if unfinished and not self._body_came and not self._refused:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                detail = (
                    f"A head, and what follows a body, may have {HEAD_BYTES:,} bytes; send fewer or shorter headers."
                )
                self._refuse(ApiProblem("head_too_long", detail))

    def pause_writing(self) -> None:
        """Give the client its time to read."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self._write_seconds, self._read_too_slowly)

    def resume_writing(self) -> None:
        """Have the client's time begin anew."""
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Answer what is no HTTP as everything else that is wrong."""
        detail = "What was sent is no request of HTTP/1.1; look for broken headers, lengths or chunks."
        self._refuse(ApiProblem("bad_request", detail))

    def _refuse(self, problem: ApiProblem) -> None:
        """Answer with a problem, if it can only be the answer to what came last, and close."""
        self._refused = True
        self._head_is_there()
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self.line.write(_raw(problem))
        elif cycle.more_body and not cycle.response_started:
            # The request under way is the one that is broken; whoever reads its body hears that no more comes.
            self.line.write(_raw(problem))
            cycle.disconnected = True
            cycle.message_event.set()
        elif not cycle.more_body:
            # What was asked before is still answered; the answer is the last.
            cycle.keep_alive = False
            self.flow.pause_reading()
            return
        self.line.close()

    def _more_may_come(self) -> bool:
        return self._refused or (self.cycle is not None and self.cycle.more_body)

    def _read_too_slowly(self) -> None:
        log.info("a client does not read its answer", extra={"seconds": self._write_seconds})
        self.line.abort()

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.line.close)

    def _head_is_there(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _raw(problem: ApiProblem) -> bytes:
    """Return the whole answer with a problem, as it is sent where no request could be handed on."""
    name = secrets.token_hex(16)
    response = answer(problem, name)
    response.headers.update({**SECURITY_HEADERS, "X-Request-ID": name, "Connection": "close"})
    log.info("refused", extra={"code": problem.code, "request_id": name})
    status = HTTPStatus(response.status_code)
    head = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), *(b": ".join(pair) for pair in response.raw_headers)]
    return b"\r\n".join((*head, b"", bytes(response.body)))
