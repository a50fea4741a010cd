"""A service of its own for each test file, in this process, with a real database and real solver processes.

A file whose tests are to hold on every database says ``DATABASES = BOTH``; the others have a SQLite file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.databases import Postgres, postgres
from tests.api.running import in_process

Serve = Callable[..., TestClient]
Lend = Callable[[], AbstractContextManager[str]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have the tests of a file that says so run on each of its databases."""
    kinds = getattr(metafunc.module, "DATABASES", None)
    if kinds and "database" in metafunc.fixturenames:
        metafunc.parametrize("database", kinds, indirect=True, scope="module")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of this process; it starts with the first that asks for it."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> str:
    """Which database the services of a file keep their runs in."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="module")
def lend(request: pytest.FixtureRequest, database: str, tmp_path_factory: pytest.TempPathFactory) -> Lend:
    """Lends the addresses of new databases."""
    if database == "postgres":
        server: Postgres = request.getfixturevalue("postgres_server")
        return server.fresh

    @contextmanager
    def file() -> Iterator[str]:
        yield sqlite(tmp_path_factory.mktemp("service"))

    return file


def sqlite(folder: Path) -> str:
    """Return the address of a database in a folder."""
    return f"sqlite:///{folder}/service.sqlite"


@pytest.fixture(scope="module")
def client(lend: Lend) -> Iterator[TestClient]:
    """An open service on loopback, shared by the tests of a file: they leave nothing behind that others count."""
    with lend() as url, in_process(url) as client:
        yield client


@pytest.fixture
def serve(lend: Lend) -> Iterator[Serve]:
    """Start a service with these settings; all of a test are on one database."""
    started: list[AbstractContextManager[TestClient]] = []

    def start(**settings: object) -> TestClient:
        context = in_process(url, **settings)
        started.append(context)
        return context.__enter__()

    with lend() as url:
        yield start
        for context in reversed(started):
            context.__exit__(None, None, None)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for clients that wait."""
    made = ThreadPoolExecutor()
    yield made
    # Where a test has failed, its streams end with their service.
    made.shutdown(wait=False)
