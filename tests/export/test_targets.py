"""The table of export targets: complete, and what help and docs say follows from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from optimizer.export import targets
from optimizer.export.targets import OPTIONS, TARGETS, Material, Target, TargetName, targets_help, unused
from tests.export.cases import case

DOCS = Path(__file__).parents[2] / "docs" / "exports.md"


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_a_target_writes_a_file_or_the_files_of_a_folder_as_it_declares(target: Target, tmp_path: Path) -> None:
    content = target.write(Material(*case()))
    assert isinstance(content, Mapping) == target.folder
    assert content
    path = target.beside(tmp_path / "plan.json")
    target.check(path)
    target.save(path, Material(*case()))
    written = {path.name: path.read_bytes()} if path.is_file() else {}
    if isinstance(content, Mapping):
        written = {each.name: each.read_bytes() for each in path.iterdir()}
        assert set(written) == set(content)
    assert all(written.values())


def test_no_two_targets_write_the_same_path() -> None:
    assert len({target.suffix for target in TARGETS.values()}) == len(TARGETS)


def test_the_command_line_offers_exactly_the_targets() -> None:
    assert get_args(TargetName) == tuple(TARGETS)
    assert all(f"{target.id}: {target.help}." in targets_help() for target in TARGETS.values())


def test_an_unknown_target_is_no_other_target() -> None:
    assert "warehouse" not in TARGETS
    with pytest.raises(KeyError):
        TARGETS["warehouse"]


def test_the_table_of_the_docs_lists_every_target_and_for_whom_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(target.id, target.reader) for target in TARGETS.values()]


def test_every_option_is_taken_by_a_target_and_refused_by_the_others() -> None:
    for option, detail in OPTIONS.items():
        takers = [target for target in TARGETS.values() if option in target.options]
        assert takers
        for target in TARGETS.values():
            refused = list(unused(target, [option]))
            remedy = f"Leave it out, or export --to {' or '.join(taker.id for taker in takers)}."
            assert refused == ([] if target in takers else [(option, detail, remedy)])


def test_only_targets_with_remarks_make_any(tmp_path: Path) -> None:
    material = Material(*case())
    remarks = {target.id: list(target.remarks(material, tmp_path / "parcels")) for target in TARGETS.values()}
    assert {name for name, lines in remarks.items() if lines} == {"orders"}
    assert [line.split()[0] for line in remarks["orders"]] == ["Note:", "Note:"]


def test_a_target_that_is_added_is_offered_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added = Target("names", "everybody", "a list of names", ".txt", lambda material: material.plan.scenario.name)
    monkeypatch.setattr(targets, "TARGETS", {**TARGETS, added.id: added})
    assert "names: a list of names." in targets_help()
    added.save(tmp_path / "plan.txt", Material(*case()))
    assert (tmp_path / "plan.txt").read_text(encoding="utf-8") == case()[1].scenario.name
