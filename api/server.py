"""A server: one service on one address, until it is asked to stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from api import logs
from api.app import make_app
from api.connections import Config, ConnectionLimits
from api.process import room_for
from api.service import Service
from api.settings import ServiceSettings, injected
from api.store import DatabaseInUse, Store, holding, make_engine, upgrade, upgrade_exclusively
from optimizer.cli.console import ExitCode
from optimizer.errors import InputError, Problem

BACKLOG = 2048
SWITCH_SECONDS = 0.0005
"""For a thread to hold the interpreter while another waits for it. The event loop gives it up at every read and write,
and gets it back after each of the threads that decode bodies has had its turn: with the usual 5 ms, five floods at once
had `/livez` wait two to four times as long (99th percentile, on a machine that others used as well)."""


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

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear SIGHUP, as it comes when a terminal goes, like SIGTERM; not where it is ignored, as under nohup."""
        number = getattr(signal, "SIGHUP", None)
        if number is None or signal.getsignal(number) == signal.SIG_IGN:
            with super().capture_signals():
                yield
            return
        before = signal.signal(number, self.handle_exit)
        try:
            # Raises the signal once more as it ends, when there is nothing left to stop.
            with super().capture_signals():
                yield
        finally:
            signal.signal(number, before)

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
    sys.setswitchinterval(SWITCH_SECONDS)
    if settings.clustered:
        # Together with others there is no changing the tables.
        upgrade_exclusively(settings.database_url)
    with holding(settings.database_url, together=settings.clustered, lost=lost.set):
        engine = make_engine(settings.database_url)
        try:
            upgrade(engine)
            store = Store(engine)
            store.keep_reserve()
            _refuse_open(settings, store)
            with _bound(settings) as listener:
                logs.set_up(settings.log_level)
                for name in injected():
                    logs.log.info("variable ignored, as Kubernetes sets it", extra={"variable": name})
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
    config = Config(
        make_app(service),
        ConnectionLimits(room_for(settings.connections), settings.write_seconds),
        timeout_keep_alive=settings.keep_alive_seconds,
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
