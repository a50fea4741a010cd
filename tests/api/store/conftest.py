from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.store.engine import make_engine
from api.store.repository import Store
from api.store.upgrading import upgrade


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a database that nobody has used."""
    return f"sqlite:///{tmp_path}/data/groundswell.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Return an empty store; what the tests demand of it holds on every database."""
    made = Store(make_engine(url))
    upgrade(made.engine)
    yield made
    made.close()


@pytest.fixture
def workspace(store: Store) -> str:
    """Return the id of a workspace."""
    return store.default_workspace().id
