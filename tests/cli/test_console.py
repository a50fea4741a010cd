"""No text from a file controls the terminal that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.plan import to_json
from tests.cli.conftest import Run
from tests.cli.launch import document, write
from tests.export.charts.plans import hostile

STEERING = "\x1b]0;owned\x07\x1b[2J\x9b31mname"


@pytest.fixture
def launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a launch and a plan whose names hold control characters."""
    content = document(name=STEERING)
    content["communities"][0]["name"] = STEERING
    content["creators"][2]["handle"] = STEERING
    write(tmp_path, content)
    (tmp_path / "plan.json").write_text(to_json(hostile(STEERING)[1]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("launched")
@pytest.mark.parametrize(
    "words",
    [
        ["evaluate", "launch.json", "plan.json"],
        ["compare", "plan.json", "plan.json"],
        ["cash", "launch.json", "plan.json"],
        ["export", "launch.json", "plan.json", "--to", "csv", "-o", STEERING],
        ["validate", STEERING],
    ],
    ids=lambda words: words[0],
)
def test_names_do_not_steer_the_terminal(groundswell: Run, words: list[str]) -> None:
    ran = groundswell(*words)
    assert not set(ran.out + ran.err) & {"\x1b", "\x07", "\x9b"}
    assert "name" in ran.out + ran.err


@pytest.mark.usefixtures("launched")
def test_pages_on_a_terminal_are_still_styled(groundswell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    ran = groundswell("compare", "plan.json", "plan.json")
    assert "\x1b[1m" in ran.out
    assert "\ufffd]0;owned\ufffd[2J\ufffd31mname" in ran.out
