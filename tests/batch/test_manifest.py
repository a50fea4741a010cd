from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.batch.choices import Choices
from optimizer.batch.manifest import Asking, read_manifest
from optimizer.batch.sources import asked_for
from optimizer.errors import InputError
from tests.batch.batches import choice
from tests.cli.launch import write


def read(folder: Path, text: str, choices: Choices | None = None) -> Asking:
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return read_manifest(path, choices or Choices())


def test_rows_are_read_relative_to_the_manifest(tmp_path: Path) -> None:
    text = "\ufeffScenario,Budget,Confidence,Seed,Time limit,Gap,Label\nsub/a.json,2000,0.8,3,9,0.5,base case\n\n"
    asking = read(tmp_path, text)
    assert asking.problems == []
    (one,) = asking.requests
    assert (one.file, one.name, one.where, one.label) == (tmp_path / "sub/a.json", "sub/a.json", "row 2", "base case")
    assert one.choice == choice("2000", 0.8, seed=3, time_limit_seconds=9.0, gap=0.5)


def test_empty_cells_take_every_value_of_the_option(tmp_path: Path) -> None:
    asking = read(tmp_path, "scenario;seed\na.json;\nb.json;9\n", Choices(seed=(1, 2)))
    assert [(one.name, one.choice.settings.seed) for one in asking.requests] == [
        ("a.json", 1),
        ("a.json", 2),
        ("b.json", 9),
    ]


def test_labels_that_were_neutralised_are_read_back(tmp_path: Path) -> None:
    asking = read(tmp_path, "scenario,label\na.json,'=wish\n")
    assert [one.label for one in asking.requests] == ["=wish"]


def test_every_problem_is_told_with_its_row_and_good_rows_stay(tmp_path: Path) -> None:
    rows = ["scenario,budget,seed", "a.json,much,x", ",5,1", "good.json,5,1", "b.json,5,1,6", "b.json,5.00,1"]
    asking = read(tmp_path, "\n".join(rows))
    assert [(problem.code, problem.pointer) for problem in asking.problems] == [
        ("extra_cells", "row 5"),
        ("bad_value", "row 2, column budget"),
        ("bad_value", "row 2, column seed"),
        ("missing_scenario", "row 3, column scenario"),
        ("duplicate_row", "row 6"),
    ]
    assert [one.name for one in asking.requests] == ["good.json", "b.json", "b.json"]


def test_one_file_under_two_names_is_asked_for_twice(tmp_path: Path) -> None:
    asking = read(tmp_path, "scenario,label\na.json,one\nsub/../a.json,two\n")
    assert [(problem.code, problem.pointer) for problem in asking.problems] == [("duplicate_row", "row 3")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["empty_file"]),
        ("scenario\n", ["empty_file"]),
        ("budget,bugdet,budget\n1,2,3\n", ["unknown_column", "duplicate_column", "missing_column"]),
        ('scenario\n"a', ["not_csv"]),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str, codes: list[str]) -> None:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, text)
    assert [problem.code for problem in refusal.value.problems] == codes


def test_a_folder_asks_for_its_files_by_name_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "sub.json").mkdir()
    (tmp_path / "readme.txt").touch()
    (tmp_path / ".hidden.json").touch()
    for name in ("b.json", "a.JSON"):
        write(tmp_path, name=name)
    assert [one.name for one in asked_for(tmp_path, Choices()).requests] == ["a.JSON", "b.json"]


def test_a_file_asks_for_itself(tmp_path: Path) -> None:
    file = write(tmp_path)
    assert [one.file for one in asked_for(file, Choices(seed=(1, 2))).requests] == [file, file]


@pytest.mark.parametrize(
    ("name", "code"), [("", "no_scenarios"), ("none", "file_not_found"), ("x.csv", "file_not_found")]
)
def test_nothing_to_solve_is_bad_input(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(InputError) as refusal:
        asked_for(tmp_path / name, Choices())
    assert [problem.code for problem in refusal.value.problems] == [code]
