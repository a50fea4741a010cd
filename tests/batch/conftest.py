from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.cli.conftest import groundswell

__all__ = ["groundswell"]


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are gone after the test."""
    found: list[subprocess.Popen[str]] = []
    yield found
    for process in found:
        process.kill()
        process.communicate()
