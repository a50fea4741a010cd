from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from optimizer.plan import to_json
from tests.cli.conftest import Run
from tests.docs_pages import ROOT
from tests.track.cases import DOCUMENT, event, plan

EVENTS = [
    event("13", "ana", "shipped"),
    event("15", "ana", "delivered"),
    event("20", "ana", "posted"),
    event("21", "ben", "declined"),
]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    names = [tmp_path / name for name in ("scenario.json", "plan.json", "events.csv")]
    document = {**DOCUMENT, "posting": {"organic_rate": {"model": "shared"}}}
    names[0].write_text(json.dumps(document), encoding="utf-8")
    names[1].write_text(to_json(plan()), encoding="utf-8")
    header = "on,creator,activation,event\n"
    rows = "".join(",".join(item.values()) + "\n" for item in EVENTS)
    names[2].write_text(header + rows, encoding="utf-8")
    return names


def test_the_page_speaks_of_handles_days_and_what_to_do(
    groundswell: Run, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = groundswell("track", *files, "--as-of", "2027-04-27")
    assert (ran.code, ran.err) == (0, "")
    assert "On the morning of Tue 27 Apr 2027." in ran.out
    assert "1 declined the gift" in ran.out
    assert "@ben.fell" in ran.out
    assert "Now: offer" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_before_the_decision_day_the_page_says_when(groundswell: Run, files: list[Path]) -> None:
    ran = groundswell("track", *files)
    assert "On the morning of Thu 22 Apr 2027." in ran.out
    assert "On Tue 27 Apr; until then wait." in ran.out


def test_offers_without_an_answer_are_waited_for(groundswell: Run, files: list[Path]) -> None:
    rows = files[2].read_text(encoding="utf-8")
    asked = "".join(f"2027-04-27,{name},trail,asked\n" for name in ("ana", "cat"))
    files[2].write_text(rows.replace("2027-04-20,ana,trail,posted\n", "2027-04-20,dan,trail,posted\n") + asked)
    ran = groundswell("track", *files)
    assert (ran.code, ran.err) == (0, "")
    assert "£140.00 offered" in ran.out
    assert "Wait for the answers: if all agree," in ran.out


def test_json_is_of_its_schema_and_csv_has_a_row_for_everybody(groundswell: Run, files: list[Path]) -> None:
    ran = groundswell("track", *files, "--format", "json", "--as-of", "2027-04-27")
    schema = json.loads((ROOT / "scenarios" / "schema" / "status.schema.json").read_text(encoding="utf-8"))
    status = json.loads(ran.out)
    jsonschema.validate(status, schema)
    rows = list(csv.DictReader(io.StringIO(groundswell("track", *files, "--format", "csv").out)))
    assert {row["creator"] for row in rows} == {line.creator for line in plan().assignments}
    offered = status["activations"][0]["rescue"]["offers"]
    table = files[0].parent / "status.csv"
    assert groundswell("track", *files, "--as-of", "2027-04-27", "-o", table).code == 0
    written = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")))
    asked = {(row["creator"], row["offered"]) for row in written if row["offered"]}
    assert asked == {(offer["creator"], offer["fee"]) for offer in offered}


def test_a_file_that_is_there_is_replaced_by_force_only(groundswell: Run, files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "status.json"
    out.write_text("mine", encoding="utf-8")
    ran = groundswell("track", *files, "-o", out)
    assert (ran.code, out.read_text(encoding="utf-8")) == (2, "mine")
    assert "file_exists" in ran.err
    assert groundswell("track", *files, "-o", out, "--force").code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["as_of"] == "2027-04-22"


def test_a_plan_without_windows_has_nothing_to_track(groundswell: Run, files: list[Path], tmp_path: Path) -> None:
    document = json.loads(to_json(plan()))
    none = [{**item, "window": None, "secured": False} for item in document["activations"]]
    files[1].write_text(json.dumps({**document, "activations": none, "assignments": []}), encoding="utf-8")
    assert "not_planned" in groundswell("track", *files).err
    empty = tmp_path / "empty.json"
    empty.write_text("[]", encoding="utf-8")
    ran = groundswell("track", *files[:2], empty)
    assert (ran.code, "there is nothing to track" in ran.out) == (0, True)


def test_bad_events_days_and_plans_are_bad_input(groundswell: Run, files: list[Path], tmp_path: Path) -> None:
    for day in ("yesterday", "2027-4-1", "1999-01-01", "9999-12-31"):
        assert groundswell("track", *files, "--as-of", day).code == 2
    bad = tmp_path / "bad.csv"
    bad.write_text("on,creator,activation,event\n2027-04-13,zoe,trail,shipped\n2027-04-13,ana,trail,flew\n")
    ran = groundswell("track", *files[:2], bad)
    assert (ran.code, "bad.csv: 2 problems" in ran.err) == (2, True)
    assert "row 2, column creator" in ran.err
    assert groundswell("track", files[0], files[1], tmp_path / "none.csv").code == 2
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**DOCUMENT, "name": "Other"}), encoding="utf-8")
    assert "other_scenario" in groundswell("track", other, *files[1:]).err
    assert groundswell("track", *files, "-o", files[2]).code == 2
