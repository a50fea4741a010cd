"""The command `import-creators`: where it writes, what it tells, and that nothing is written until all is clear."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.scenario.loading import read_scenario
from tests.cli.conftest import Run
from tests.cli.launch import document, write

LIST = "Handle;Niche;Agreed fee;Notes\n@eve;sourdough;75,00 £;new\n@ana_runs;trail-running;60;\n"


def listed(folder: Path, text: str = LIST) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_has_to_be_said_where_the_scenario_goes(groundswell: Run, tmp_path: Path) -> None:
    into, source = write(tmp_path), listed(tmp_path)
    for options in (
        ["--into", into],
        ["--new"],
        ["-o", tmp_path / "out.json"],
        ["--into", into, "--new", "--in-place"],
    ):
        ran = groundswell("import-creators", source, *options)
        assert ran.code == 2
        assert "--" in ran.err
    assert json.loads(into.read_text()) == document()
    assert not (tmp_path / "out.json").exists()


def test_the_answer_tells_what_was_read_how_and_who_is_new(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("import-creators", listed(tmp_path), "--into", write(tmp_path), "-o", tmp_path / "out.json")
    assert ran.code == 0
    assert "UTF-8, separated by semicolons" in ran.out
    assert "75,00 £ → 75.00" in ran.out
    assert "1 creator new: eve" in ran.out
    assert "3 creators not in the list, untouched: ben, cat, dan" in ran.out
    assert "1 column left out: Notes" in ran.err
    assert {item.id for item in read_scenario(tmp_path / "out.json").creators} == {"ana", "ben", "cat", "dan", "eve"}


def test_a_new_scenario_is_valid_and_says_what_is_a_placeholder(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "new.json"
    ran = groundswell(
        "import-creators", listed(tmp_path, LIST.replace("£", "€")), "--new", "--currency", "EUR", "-o", out
    )
    assert (ran.code, "placeholders" in ran.err) == (0, True)
    assert read_scenario(out).currency == "EUR"
    refused = groundswell("import-creators", listed(tmp_path), "--new", "--currency", "XXX", "-o", out)
    assert refused.code == 2


@pytest.mark.parametrize("options", [["--map", "Notes=shoe"], ["--map", "Nots=handle"], ["--sheet", "May"]])
def test_wrong_options_are_told_with_what_would_be_right(groundswell: Run, tmp_path: Path, options: list[str]) -> None:
    into = write(tmp_path)
    ran = groundswell("import-creators", listed(tmp_path), "--into", into, "--in-place", *options)
    assert ran.code == 2
    assert json.loads(into.read_text()) == document()


def test_bad_rows_are_skipped_when_that_is_asked_for(groundswell: Run, tmp_path: Path) -> None:
    into, source = write(tmp_path), listed(tmp_path, LIST + "@bad;sourdough;20%;\n")
    assert groundswell("import-creators", source, "--into", into, "--in-place").code == 2
    ran = groundswell("import-creators", source, "--into", into, "--in-place", "--skip-bad", "--labels")
    assert ran.code == 0
    assert "row 4, column Agreed fee" in ran.err
    assert {item.id for item in read_scenario(into).creators} == {"ana", "ben", "cat", "dan", "eve"}
