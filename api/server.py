"""A server: one service on one address, until it is asked to stop; and its limits on what a connection may cost."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api import logs
from api.app import make_app
from api.service import Service
from api.settings import ServiceSettings
from api.store import DatabaseInUse, Store, holding, make_engine, upgrade, upgrade_exclusively
from optimizer.cli.console import ExitCode
from optimizer.errors import InputError, Problem

BACKLOG = 2048
HEAD_SECONDS = 10.0
HEAD_BYTES = 65_536
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """Closes connections on which no request begins in time, or whose head is too long."""

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._head_is_there()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Wait for the rest of the head of a further request."""
        super().on_message_begin()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """Wait no more."""
        self._head_is_there()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Take what came; all of it is head as long as the head is not complete."""
        super().data_received(data)
        if self._head_timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(TOO_LONG)
                self.transport.close()

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _head_is_there(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class Server(uvicorn.Server):
    """Lets solves save their best plan as soon as the signal comes, while answers under way are still given."""

    def __init__(self, config: uvicorn.Config, service: Service, lost: threading.Event):
        super().__init__(config)
        self._service = service
        self._lost = lost

    async def on_tick(self, counter: int) -> bool:
        """Stop at once when another server has taken the database."""
        if self._lost.is_set() and not self.should_exit:
            self._service.begin_stop(give_up=True)
            self.should_exit = True
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop on the first signal; a second Ctrl-C ends at once, and what runs is solved anew later."""
        if self.should_exit and sig == signal.SIGINT:
            os._exit(ExitCode.INTERRUPTED)
        self._service.notifier.soon(self._service.begin_stop)
        super().handle_exit(sig, frame)


def serve(settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises
    ------
    InputError
        If the address cannot be listened on, or the service would be open to others than this machine.
    StoreError
        If the database is in use by another server, or cannot be used.
    """
    lost = threading.Event()
    if settings.clustered:
        # Together with others there is no changing the tables.
        upgrade_exclusively(settings.database_url)
    with holding(settings.database_url, together=settings.clustered, lost=lost.set):
        engine = make_engine(settings.database_url)
        try:
            upgrade(engine)
            store = Store(engine)
            _refuse_open(settings, store)
            with _bound(settings) as listener:
                logs.set_up(settings.log_level)
                logs.log.info("service listens", extra={"url": _url(listener)})
                _run(settings, Service(settings, store), listener, lost)
        finally:
            engine.dispose()
    if lost.is_set():
        raise DatabaseInUse("Another server has taken the database while it could not be reached from here.")


def _refuse_open(settings: ServiceSettings, store: Store) -> None:
    if settings.is_loopback or store.has_keys():
        return
    detail = f"without API keys the service listens on loopback only, not on {settings.host}"
    remedy = "Make a key first: groundswell keys create --workspace NAME --scope run."
    raise InputError([Problem("open_service", "", detail, remedy)])


@contextmanager
def _bound(settings: ServiceSettings) -> Iterator[socket.socket]:
    """Hold the address before anything is begun: a service that cannot be reached must not take up runs."""
    try:
        addresses = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        listener = socket.create_server(addresses[0][4][:2], family=addresses[0][0], backlog=BACKLOG)
    except OSError as error:
        detail = f"cannot listen on {settings.host}, port {settings.port}: {error.strerror}"
        remedy = "Name another --host or --port, or stop what uses it."
        raise InputError([Problem("address", "", detail, remedy)]) from None
    with listener:
        yield listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _run(settings: ServiceSettings, service: Service, listener: socket.socket, lost: threading.Event) -> None:
    config = uvicorn.Config(
        make_app(service),
        http=Protocol,
        ws="none",
        proxy_headers=False,
        log_config=None,
        server_header=False,
        # Solves may take their time to save what they have, and the answer that carries it a little more.
        timeout_graceful_shutdown=int(settings.shutdown_seconds) + 5,
    )
    server = Server(config, service, lost)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        # The signal, raised again once everything has ended in good order.
        return
