from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.launch import Ran, run

Run = Callable[..., Ran]


@pytest.fixture
def groundswell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command in this process, on a page of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("GROUNDSWELL_DEBUG", raising=False)
    return lambda *arguments: run(capsys, *arguments)
