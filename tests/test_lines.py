from __future__ import annotations

from pathlib import Path

from tests import lines


def test_records_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "kept.jsonl"
    assert lines.read(path) == []
    for number in range(3):
        lines.append(path, {"number": number, "text": "é\n" * 5000})
    assert [record["number"] for record in lines.read(path)] == [0, 1, 2]


def test_a_line_cut_off_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    lines.append(path, {"number": 0})
    with path.open("ab") as file:
        file.write('{"text": "é'.encode()[:-1])
    lines.append(path, {"number": 1})
    lines.append(path, {"number": 2})
    assert [record["number"] for record in lines.read(path)] == [0, 1, 2]
