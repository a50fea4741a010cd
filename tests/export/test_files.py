from __future__ import annotations

import os
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.export.files import check_folder, check_writable, write_atomically, write_folder


def test_writes_a_new_file_and_nothing_beside_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "plan.json", "£\n")
    assert (tmp_path / "plan.json").read_bytes() == "£\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_replaces_a_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    write_atomically(tmp_path / "plan.json", "new")
    (tmp_path / "other").write_text("")
    assert (tmp_path / "plan.json").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    write_atomically(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        check_writable(pipe)
        write_atomically(pipe, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_failure_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "plan.json"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_interruption_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "plan.json", "new")
    assert list(tmp_path.iterdir()) == []


def test_writable_paths_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_writable(tmp_path / "plan.json")
    monkeypatch.chdir(tmp_path)
    check_writable(Path("plan.json"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "code"), [("missing/plan.json", "no_such_folder"), ("", "is_a_folder")])
def test_paths_that_cannot_be_written_are_refused(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(InputError) as refusal:
        check_writable(tmp_path / name)
    assert [problem.code for problem in refusal.value.problems] == [code]


def test_closed_folder_and_read_only_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.json").write_text("")
    asked: list[Path] = []

    def closed(path: Path, _: int) -> bool:
        asked.append(path)
        return False

    monkeypatch.setattr(os, "access", closed)
    for name in ("plan.json", "new.json"):
        with pytest.raises(InputError, match="not_writable"):
            check_writable(tmp_path / name)
    assert asked == [tmp_path / "plan.json", tmp_path]


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write_atomically(tmp_path / "plan.xlsx", b"\r\n\xff\x00")
    assert (tmp_path / "plan.xlsx").read_bytes() == b"\r\n\xff\x00"


def test_a_folder_is_made_and_filled_and_other_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "plan_csv"
    check_folder(folder)
    write_folder(folder, {"a.csv": "one\r\n", "b.csv": "two"})
    (folder / "mine.csv").write_text("mine")
    check_folder(folder)
    write_folder(folder, {"a.csv": "£"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "a.csv": "£".encode(),
        "b.csv": b"two",
        "mine.csv": b"mine",
    }


def test_a_folder_stays_as_it_was_where_one_of_its_files_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, {"a.csv": "old", "b.csv": "old"})
    calls: list[int] = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_folder(tmp_path, {"a.csv": "new", "b.csv": "new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "old", "b.csv": "old"}


@pytest.mark.parametrize(("name", "code"), [("missing/plan_csv", "no_such_folder"), ("file", "not_a_folder")])
def test_folders_that_cannot_be_are_refused(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as refusal:
        check_folder(tmp_path / name)
    assert [problem.code for problem in refusal.value.problems] == [code]
