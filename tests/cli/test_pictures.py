"""Pictures beside answers, and answers inside a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.plan import to_json
from tests.cli.conftest import Run
from tests.cli.launch import decision, document, plan, write

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def launched(tmp_path: Path) -> Path:
    """A folder with a scenario and two plans of it."""
    write(tmp_path)
    (tmp_path / "plan.json").write_text(to_json(plan()), encoding="utf-8")
    (tmp_path / "other.json").write_text(to_json(plan([decision("cat", "paid", "2027-03-10")])), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["frontier", "launch.json", "--budgets", "60,500"],
        ["certainty", "launch.json", "--confidences", "0.5,0.8"],
        ["compare", "other.json", "plan.json"],
        ["cash", "launch.json", "plan.json"],
    ],
    ids=lambda words: words[0],
)
def test_an_answer_is_drawn_where_a_picture_is_named(
    groundswell: Run, launched: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(launched)
    ran = groundswell(*words, "--png", "answer.png")
    assert ran.code == 0, ran.err
    assert (launched / "answer.png").read_bytes().startswith(PNG)
    assert groundswell(*words, "--png", "answer.svg").code == 0
    assert "<svg" in (launched / "answer.svg").read_text("utf-8")
    refused = groundswell(*words, "--png", "answer.gif")
    assert refused.code == 2
    assert "unknown_picture" in refused.err
    assert not (launched / "answer.gif").exists()


def test_a_report_holds_the_answers_that_are_named(
    groundswell: Run, launched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(launched)
    assert groundswell("frontier", "launch.json", "--budgets", "60,500", "-o", "f.json").code == 0
    assert groundswell("certainty", "launch.json", "--confidences", "0.5,0.8", "-o", "c.json").code == 0
    assert groundswell("compare", "other.json", "plan.json", "-o", "d.json").code == 0
    export = ["export", "launch.json", "plan.json", "--to", "html", "-o", "report.html"]
    assert groundswell(*export).code == 0
    alone = (launched / "report.html").read_text("utf-8")
    ran = groundswell(*export, "--with", "f.json", "--with", "c.json", "--with", "d.json", "--png", "pictures")
    assert ran.code == 0, ran.err
    full = (launched / "report.html").read_text("utf-8")
    for title in ("What each budget buys", "What certainty costs", "Beside other plans"):
        assert title in full
        assert title not in alone
    drawn = sorted(file.name for file in (launched / "pictures").iterdir())
    assert drawn == ["cash.png", "posts.png", "timeline.png"]
    assert all((launched / "pictures" / name).read_bytes().startswith(PNG) for name in drawn)


def test_answers_of_another_scenario_and_other_files_are_refused(
    groundswell: Run, launched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(launched)
    write(launched, document(name="Another"), "another.json")
    assert groundswell("frontier", "another.json", "--budgets", "60", "-o", "f.json").code == 0
    export = ["export", "launch.json", "plan.json", "--to", "html", "-o", "report.html"]
    strange = groundswell(*export, "--with", "f.json")
    assert (strange.code, "other_scenario" in strange.err) == (2, True)
    unknown = groundswell(*export, "--with", "launch.json")
    assert (unknown.code, "unknown_answer" in unknown.err) == (2, True)
    unused = groundswell("export", "launch.json", "plan.json", "--to", "csv", "--with", "f.json")
    assert (unused.code, "not_used" in unused.err) == (2, True)
    assert not (launched / "report.html").exists()
