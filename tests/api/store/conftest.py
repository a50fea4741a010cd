"""Stores to test; what the tests demand of one holds on every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.store import Store
from api.store.engine import make_engine, writing
from api.store.migrate import upgrade
from tests.api.databases import BOTH, Postgres


@pytest.fixture(scope="module", params=BOTH)
def database(request: pytest.FixtureRequest) -> str:
    """Which database the store is in."""
    return str(request.param)


@pytest.fixture
def url(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """Lend the address of a database that nobody has used."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path}/data/groundswell.db"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.fresh() as made:
        yield made


@pytest.fixture(scope="session")
def shelf(postgres_server: Postgres) -> Iterator[Store]:
    """Lend a store in PostgreSQL that is emptied for each test, which is quicker than making one."""
    with postgres_server.fresh("migrated") as made:
        store = Store(make_engine(made))
        yield store
        store.close()


@pytest.fixture
def store(request: pytest.FixtureRequest, database: str) -> Iterator[Store]:
    """Lend an empty store."""
    if database == "postgres":
        shelf: Store = request.getfixturevalue("shelf")
        with writing(shelf.engine) as connection:
            connection.execute(text("TRUNCATE workspaces CASCADE"))
        yield shelf
        return
    made = Store(make_engine(request.getfixturevalue("url")))
    upgrade(made.engine)
    yield made
    made.close()


@pytest.fixture
def workspace(store: Store) -> str:
    """Return the id of a workspace."""
    return store.default_workspace().id
