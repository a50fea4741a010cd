from __future__ import annotations

import inspect
import json
from importlib import import_module
from pathlib import Path

import pytest

from optimizer.cli.application import COMMANDS
from optimizer.scenario.loading import read_scenario
from tests.cli.conftest import Run
from tests.cli.launch import document, write

CREATORS = "id,handle,communities,paid_fee\nana,@ana_anew,trail-running,£75.00\neve,@eve,sourdough,\n"


def table(folder: Path, text: str = CREATORS) -> Path:
    path = folder / "creators.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_creators_are_changed_and_added_in_place(groundswell: Run, tmp_path: Path) -> None:
    into = write(tmp_path)
    ran = groundswell("import-creators", table(tmp_path), "--into", into, "--in-place")
    assert ran.code == 0
    assert "1 creator new: eve" in ran.out
    assert "ana: handle @ana_runs → @ana_anew" in ran.out
    assert "5 creators now" in ran.err
    creators = {creator.id: creator for creator in read_scenario(into).creators}
    assert list(creators) == ["ana", "ben", "cat", "dan", "eve"]
    assert (creators["ana"].handle, str(creators["ana"].paid_fee)) == ("@ana_anew", "75.00")


def test_another_file_leaves_the_scenario_alone(groundswell: Run, tmp_path: Path) -> None:
    into = write(tmp_path)
    groundswell("import-creators", table(tmp_path), "--into", into, "-o", tmp_path / "new.json")
    assert json.loads(into.read_text()) == document()
    assert len(read_scenario(tmp_path / "new.json").creators) == 5


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name,shoe_size\nana,40\n", "creators.csv: "),
        ("id,communities,paid_fee\neve,sourdough,-3\n", "creators.csv"),
        ("id,communities,service\neve,sourdough,pigeon\n", "pigeon"),
    ],
)
def test_bad_rows_change_nothing(groundswell: Run, tmp_path: Path, text: str, named: str) -> None:
    into = write(tmp_path)
    ran = groundswell("import-creators", table(tmp_path, text), "--into", into, "--in-place")
    assert ran.code == 2
    assert named in ran.err
    assert json.loads(into.read_text()) == document()


def test_a_file_that_is_no_scenario_is_left_alone(groundswell: Run, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[1]")
    ran = groundswell("import-creators", table(tmp_path), "--into", tmp_path / "list.json", "--in-place")
    assert ran.code == 2
    assert "should be an object" in ran.err
    assert (tmp_path / "list.json").read_text() == "[1]"


def test_generated_scenario_is_valid_and_the_same_again(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "s.json"
    ran = groundswell("generate", "--family", "S", "--seed", 4, "-o", out)
    assert (ran.code, ran.out) == (0, "")
    assert len(read_scenario(out).creators) == 240
    assert groundswell("generate", "--family", "S", "--seed", 4).out == out.read_text()
    assert groundswell("generate", "--family", "S", "--seed", 5).out != out.read_text()


def test_size_and_use_of_the_warehouse_can_be_chosen(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "m.json"
    ran = groundswell("generate", "--family", "M", "--seed", 1, "--scale", 2, "--capacity-use", 0.9, "-o", out)
    assert (ran.code, ran.out) == (0, "")
    made = read_scenario(out)
    assert len(made.communities) == 20
    assert made.name == "Family M, seed 1, scale 2, capacity use 0.9"


@pytest.mark.parametrize(
    "options",
    [
        ["--family", "Q", "--seed", "1"],
        ["--family", "S"],
        ["--family", "S", "--seed", "-1"],
        ["--family", "S", "--seed", "1", "--scale", "0"],
        ["--family", "S", "--seed", "1", "--capacity-use", "1.5"],
    ],
)
def test_wrong_family_or_seed_is_bad_input(groundswell: Run, options: list[str]) -> None:
    ran = groundswell("generate", *options)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("name", "field"),
    [("scenario", "creators"), ("plan", "certificate"), ("comparison", "differences"), ("cash", "months")],
)
def test_schema_is_printed(groundswell: Run, name: str, field: str) -> None:
    ran = groundswell("schema", name)
    assert ran.code == 0
    assert field in json.loads(ran.out)["properties"]


def test_schema_of_anything_else_is_bad_input(groundswell: Run) -> None:
    assert groundswell("schema", "moon").code == 2


def test_version(groundswell: Run) -> None:
    ran = groundswell("--version")
    assert ran.code == 0
    assert ran.out.startswith("groundswell ")


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_is_printed(groundswell: Run, command: str | None) -> None:
    ran = groundswell(*([command] if command else []), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "Usage: groundswell" in ran.out


def test_the_help_lists_commands_by_who_uses_them(groundswell: Run) -> None:
    out = groundswell("--help").out
    panels = list(dict.fromkeys(listed.panel for listed in COMMANDS.values()))
    assert [panel for panel in panels if panel in out] == panels
    assert [out.index(panel) for panel in panels] == sorted(out.index(panel) for panel in panels)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_in_the_list_is_that_of_the_command(name: str) -> None:
    function = getattr(import_module(f"optimizer.cli.{name.replace('-', '_')}"), name.replace("-", "_"))
    first = (inspect.getdoc(function) or "").split("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS[name].summary


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("slove", "solve"), ("exprt", "export"), ("validat", "validate"), ("import_creators", "import-creators")],
)
def test_a_misspelt_command_is_answered_with_the_one_that_is_meant(groundswell: Run, wrong: str, meant: str) -> None:
    ran = groundswell(wrong)
    assert ran.code == 2
    assert f"Did you mean '{meant}'" in " ".join(ran.err.split())
