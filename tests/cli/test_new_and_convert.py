"""From an empty folder to a plan in a spreadsheet, and a scenario from JSON to a workbook and back."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from optimizer.batch.choices import Choices
from optimizer.batch.jobs import prepare
from optimizer.batch.sources import asked_for
from optimizer.cli.console import ExitCode
from optimizer.scenario.loading import fingerprint, read_scenario
from optimizer.scenario.template import template
from tests.cli.conftest import Run
from tests.cli.launch import document, plan, write
from tests.scenario.workbook.sheets import cell


def test_a_new_workbook_solves_as_it_stands(tmp_path: Path, groundswell: Run) -> None:
    file, answer = tmp_path / "campaign.xlsx", tmp_path / "plan.json"
    assert groundswell("new", str(file)).code == ExitCode.DONE
    ran = groundswell("solve", str(file), "-o", str(answer), "--time-limit", "20")
    assert ran.code == ExitCode.DONE
    assert "example-01 to example-12" in ran.err
    found = json.loads(answer.read_text(encoding="utf-8"))
    assert found["certificate"]["verified"]
    assert found["activations"][0]["secured"]
    assert "/posting/brief_compliance" in found["assumptions"]


@pytest.mark.parametrize("name", ["campaign.xlsx", "campaign.json", "CAMPAIGN.XLSX"])
def test_a_new_file_is_the_same_scenario_in_every_form(tmp_path: Path, groundswell: Run, name: str) -> None:
    assert groundswell("new", str(tmp_path / name)).code == ExitCode.DONE
    assert groundswell("validate", str(tmp_path / name)).code == ExitCode.DONE
    assert groundswell("convert", str(tmp_path / name), str(tmp_path / "again.json")).code == ExitCode.DONE
    assert json.loads((tmp_path / "again.json").read_text(encoding="utf-8")) == template()


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path, groundswell: Run) -> None:
    source, file = write(tmp_path), tmp_path / "x.xlsx"
    file.write_text("mine")
    for command in (["new", str(file)], ["convert", str(source), str(file)]):
        ran = groundswell(*command)
        assert (ran.code, file.read_text()) == (ExitCode.BAD_INPUT, "mine")
        assert "file_exists" in ran.err
        assert "--force" in ran.err
    assert groundswell("new", str(file), "--force").code == ExitCode.DONE
    assert groundswell("convert", str(source), str(file), "--force").code == ExitCode.DONE


@pytest.mark.parametrize("command", [["new"], ["convert", "SOURCE"]])
def test_a_name_must_say_which_form_is_meant(tmp_path: Path, groundswell: Run, command: list[str]) -> None:
    words = [str(write(tmp_path)) if word == "SOURCE" else word for word in command]
    ran = groundswell(*words, str(tmp_path / "campaign.xls"))
    assert ran.code == ExitCode.BAD_INPUT
    assert ".xlsx or .json" in ran.err


def test_a_scenario_is_not_written_over_itself(tmp_path: Path, groundswell: Run) -> None:
    source = str(write(tmp_path))
    ran = groundswell("convert", source, source, "--force")
    assert ran.code == ExitCode.BAD_INPUT
    assert "would_overwrite" in ran.err


def test_a_plan_of_the_json_is_a_plan_of_the_workbook(tmp_path: Path, groundswell: Run) -> None:
    source, file, answer = write(tmp_path), tmp_path / "launch.xlsx", tmp_path / "plan.json"
    answer.write_text(plan().model_dump_json(by_alias=True), encoding="utf-8")
    assert groundswell("convert", str(source), str(file)).code == ExitCode.DONE
    assert fingerprint(read_scenario(file)) == fingerprint(read_scenario(source))
    for command in ("verify", "evaluate", "cash"):
        assert groundswell(command, str(file), str(answer)).code == ExitCode.DONE
    assert groundswell("export", str(file), str(answer), "--to", "csv").code == ExitCode.DONE


def test_a_workbook_may_come_through_a_pipe(tmp_path: Path, groundswell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "campaign.xlsx"
    groundswell("new", str(file))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(file.read_bytes())))
    assert groundswell("validate", "-").code == ExitCode.DONE


def test_problems_of_a_workbook_name_its_cells(tmp_path: Path, groundswell: Run) -> None:
    file = tmp_path / "campaign.xlsx"
    groundswell("new", str(file))
    workbook = openpyxl.load_workbook(file)
    cell(workbook, "Creators", 7, "Fee").value = "$140"
    cell(workbook, "Posting", 0, "Brief followed by").value = "most"
    workbook.save(file)
    for command in (["validate", str(file)], ["solve", str(file)], ["frontier", str(file)]):
        ran = groundswell(*command)
        assert ran.code == ExitCode.BAD_INPUT
        assert "2 problems" in ran.err
        assert "Creators row 7, column Fee (/creators/5/paid_fee)" in ran.err
        assert "Posting row 7, column Value (Brief followed by) (/posting/brief_compliance)" in ran.err


def test_a_batch_names_the_cells_of_its_workbooks(tmp_path: Path, groundswell: Run) -> None:
    file = tmp_path / "campaign.xlsx"
    groundswell("new", str(file))
    workbook = openpyxl.load_workbook(file)
    cell(workbook, "Locks", 2, "Creator").value = "nobody"
    workbook.save(file)
    (prepared,) = prepare(asked_for(tmp_path, Choices()).requests)
    assert [problem.place for problem in prepared.job.problems] == ["Locks row 2, column Creator"]


def test_a_batch_takes_the_workbooks_of_its_folder(tmp_path: Path, groundswell: Run) -> None:
    write(tmp_path, document(), "one.json")
    groundswell("new", str(tmp_path / "two.xlsx"))
    (tmp_path / "~$two.xlsx").write_text("a lock of the spreadsheet")
    jobs = list(prepare(asked_for(tmp_path, Choices()).requests))
    assert [prepared.job.request.name for prepared in jobs] == ["one.json", "two.xlsx"]
    assert all(prepared.text is not None for prepared in jobs)
