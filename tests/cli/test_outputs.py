"""No command overwrites a file that it reads, however the output is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.plan import to_json
from tests.cli.conftest import Run
from tests.cli.launch import plan, write

COMMANDS = (
    ["solve", "launch.json", "--time-limit", "5"],
    ["baseline", "launch.json", "--rule", "greedy"],
    ["evaluate", "launch.json", "plan.json"],
    ["frontier", "launch.json", "--budgets", "60"],
    ["certainty", "launch.json", "--confidence", "0.5"],
    ["limits", "launch.json", "--time-limit", "5"],
    ["limits", "launch.json", "--plan", "plan.json", "--time-limit", "5"],
    ["cash", "launch.json", "plan.json"],
    ["compare", "plan.json", "plan.json", "--scenario", "launch.json"],
)


@pytest.fixture
def launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a scenario and its plan, and make it the working directory."""
    write(tmp_path)
    (tmp_path / "plan.json").write_text(to_json(plan()), encoding="utf-8")
    (tmp_path / "link.json").symlink_to("launch.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:3:2]))
def test_no_output_overwrites_an_input(groundswell: Run, launched: Path, words: list[str]) -> None:
    read = [word for word in words if word.endswith(".json")]
    before = {name: (launched / name).read_bytes() for name in read}
    for name in {*read, str(launched / "." / read[-1]), "link.json" if "launch.json" in read else read[0]}:
        ran = groundswell(*words, "-o", name)
        assert ran.code == 2
        assert "[would_overwrite]" in ran.err
    assert {name: (launched / name).read_bytes() for name in read} == before


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["solve", "launch.json"], "plan.xlsx"),
        (["cash", "launch.json", "plan.json"], "cash.XLSX"),
        (["compare", "plan.json", "plan.json"], "compare.xls"),
    ],
)
def test_no_other_form_is_written_under_the_name_of_a_spreadsheet(
    groundswell: Run, launched: Path, words: list[str], name: str
) -> None:
    ran = groundswell(*words, "-o", name)
    assert (ran.code, ran.out) == (2, "")
    assert f"this command writes no {Path(name).suffix.lower()} file [unknown_choice] End its name in" in ran.err
    assert not (launched / name).exists()


def test_answer_and_picture_are_two_files(groundswell: Run, launched: Path) -> None:
    ran = groundswell("cash", "launch.json", "plan.json", "-o", "cash.svg", "--png", "cash.svg")
    assert ran.code == 2
    assert "--png: cash.svg is used by this command otherwise" in ran.err
    assert not (launched / "cash.svg").exists()


def test_another_file_may_be_replaced(groundswell: Run, launched: Path) -> None:
    (launched / "old.json").write_text("old", encoding="utf-8")
    assert groundswell("cash", "launch.json", "plan.json", "-o", "old.json").code == 0
    assert (launched / "old.json").read_text("utf-8") != "old"


@pytest.mark.parametrize("folder", ["launch.json", "launch.json/plans"])
def test_the_folder_for_plans_is_checked_before_anything_is_solved(
    groundswell: Run, launched: Path, folder: str
) -> None:
    ran = groundswell("frontier", "launch.json", "--budgets", "60", "--plans", folder)
    assert ran.code == 2
    assert "[not_a_folder]" in ran.err
    assert ran.out == ""
    assert groundswell("frontier", "launch.json", "--budgets", "60", "--plans", "new/plans").code == 0
    assert len(list((launched / "new" / "plans").iterdir())) == 2
