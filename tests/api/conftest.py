"""A service of its own for each test file, in this process, with a real database and real solver processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.running import in_process

Serve = Callable[..., TestClient]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An open service on loopback, shared by the tests of a file: they leave nothing behind that others count."""
    with in_process(tmp_path_factory.mktemp("service")) as client:
        yield client


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a service of its own with these settings."""
    started = []

    def start(**settings: object) -> TestClient:
        context = in_process(tmp_path, **settings)
        started.append(context)
        return context.__enter__()

    yield start
    for context in reversed(started):
        context.__exit__(None, None, None)
