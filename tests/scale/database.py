"""How many small transactions a PostgreSQL that waits for its disk takes: steps of runs, by so many writers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil

from api.store import Store, make_engine, upgrade
from tests.api.databases import postgres
from tests.api.store.runs import progress, running
from tests.scale.house import note
from tests.scale.meter import of_database, spent

SECONDS = 10.0


def measure() -> None:
    """Print steps a second that were recorded, and what each cost."""
    note("| writers | steps a second | database, ms each | writer, ms each |\n|---|---|---|---|")
    with postgres(safe=True) as server, server.fresh() as url:
        engine = make_engine(url)
        upgrade(engine)
        store = Store(engine)
        workspace = store.default_workspace().id
        for writers in (1, 4, 16):
            runs = [running(store, workspace) for _ in range(writers)]
            over = threading.Event()
            database, own = of_database(server), spent(psutil.Process())
            with ThreadPoolExecutor(writers) as pool:
                counted = [pool.submit(_write, store, run, over) for run in runs]
                began = time.monotonic()
                time.sleep(SECONDS)
                over.set()
                steps = sum(count.result() for count in counted)
            seconds = time.monotonic() - began
            database, own = of_database(server) - database, spent(psutil.Process()) - own
            note(f"| {writers} | {steps / seconds:,.0f} | {1000 * database / steps:.2f} | {1000 * own / steps:.2f} |")
        engine.dispose()


def _write(store: Store, run: str, over: threading.Event) -> int:
    done = 0
    while not over.is_set():
        done += 1
        assert store.move(run, progress(done))
    return done
