from __future__ import annotations

import os
from pathlib import Path

import pytest

from optimizer.answers.batch import JobFigures, JobRecord
from optimizer.batch import folder as module
from optimizer.batch.folder import Folder
from optimizer.errors import InputError


def result(outcome: str = "optimal", plan: str | None = "plans/k.json") -> JobRecord:
    return JobRecord(schema_version=1, key="k", found=JobFigures(outcome=outcome, plan=plan), wall_seconds=1.0)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "deep" / "out")
    with made.locked():
        return made


def codes(refusal: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def test_a_record_comes_back(folder: Folder) -> None:
    folder.record(result(), "{}")
    assert folder.result("k") == result()
    assert folder.is_done("k")
    assert folder.file("plans", "k").read_text(encoding="utf-8") == "{}"


def test_a_folder_is_one_batch_s_at_a_time(folder: Folder) -> None:
    with folder.locked():
        with pytest.raises(InputError) as refusal, Folder(folder.path).locked():
            pass
        assert codes(refusal) == ["folder_in_use"]
    with folder.locked():
        pass


def test_drafts_of_a_batch_that_was_killed_are_removed_and_nothing_else(folder: Folder) -> None:
    drafts = [folder.path / ".summary.csv.ab.tmp", folder.path / "plans" / ".k.json.12.tmp"]
    others = [folder.path / "notes.tmp", folder.path / "plans" / "older.json"]
    for path in (*drafts, *others):
        path.touch()
    with folder.locked():
        assert not any(path.exists() for path in drafts)
        assert all(path.exists() for path in others)


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(InputError) as refusal, Folder(tmp_path).locked():
        pass
    assert codes(refusal) == ["folder_not_empty"]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    for path in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(InputError), Folder(path).locked():
            pass


def test_the_record_is_written_last(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(module, "write_atomically", lambda path, _: written.append(path.parent.name))
    folder.record(result(), "{}")
    assert written == ["plans", "outcomes"]


def test_a_plan_without_its_record_is_not_done(folder: Folder) -> None:
    folder.record(result(), "{}")
    folder.forget("k")
    assert folder.result("k") is None
    assert not folder.is_done("k")
    folder.forget("k")


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema_version": 2}'])
def test_a_damaged_record_is_none(folder: Folder, damage: str) -> None:
    folder.record(result(), "{}")
    folder.file("outcomes", "k").write_text(damage, encoding="utf-8")
    assert folder.result("k") is None


def test_a_record_without_its_plan_is_none(folder: Folder) -> None:
    folder.record(result(), "{}")
    folder.file("plans", "k").unlink()
    assert folder.result("k") is None


def test_a_record_of_another_job_is_none(folder: Folder) -> None:
    folder.record(result(), "{}")
    os.replace(folder.file("outcomes", "k"), folder.file("outcomes", "other"))
    assert folder.result("other") is None


@pytest.mark.parametrize(
    ("outcome", "done"),
    [
        ("optimal", True),
        ("feasible", True),
        ("infeasible", True),
        ("unknown", True),
        ("interrupted", False),
        ("solver_died", False),
        ("failed", False),
        ("bad_input", False),
    ],
)
def test_what_stands_and_what_is_tried_again(folder: Folder, outcome: str, done: bool) -> None:
    folder.record(result(outcome, None), None)
    assert folder.is_done("k") is done


def test_a_scenario_is_written_once_and_mended(folder: Folder) -> None:
    folder.keep_scenario("k", "{}\n")
    path = folder.file("scenarios", "k")
    before = path.stat().st_ino
    folder.keep_scenario("k", "{}\n")
    assert path.stat().st_ino == before
    path.write_text("{", encoding="utf-8")
    folder.keep_scenario("k", "{}\n")
    assert path.read_text(encoding="utf-8") == "{}\n"
