from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pyarrow as arrow
import pytest
from pyarrow import parquet

from optimizer.answers.batch import Ending
from optimizer.batch.folder import Folder
from optimizer.batch.jobs import Job, prepare
from optimizer.batch.record import plan_in, result_of
from optimizer.batch.summary import COLUMNS, FIELDS, as_parquet, rows, write_summary
from optimizer.plan import Amount
from tests.batch.batches import DIED, answer, jobs, request


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path / "out")
    with made.locked():
        yield made


def record(folder: Folder, job: Job, outcome: Any) -> None:
    result = result_of(job.key, outcome, interrupted=False)
    assert result is not None
    folder.record(result, plan_in(outcome))


def table(folder: Folder, name: str = "summary.csv") -> list[dict[str, str]]:
    with (folder.path / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_one_row_per_job_in_their_order_whatever_became_of_it(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["b", "a", "c"])
    record(folder, found[1], answer())
    record(folder, found[0], DIED)
    write_summary(found, folder, parquet=False)
    first, second, third = table(folder)
    assert tuple(first) == COLUMNS
    assert (first["scenario"], first["outcome"], first["cost"]) == ("b.json", "solver_died", "")
    assert (second["scenario"], second["outcome"], second["status"]) == ("a.json", "optimal", "optimal")
    assert (second["cost"], second["gifts"], second["verified"], second["confidence"]) == ("123.90", "1", "true", "0.9")
    assert second["plan"] == f"plans/{found[1].key}.json"
    assert (third["outcome"], third["message"]) == ("open", "Not solved yet; the same command goes on with it.")


def test_times_stand_apart(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["a", "b"])
    record(folder, found[0], answer())
    before = write_summary(found, folder, parquet=False)
    bytes_before = (folder.path / "summary.csv").read_bytes()
    slower = json.loads(answer().plan)
    slower["run"]["wall_seconds"] = 9876.5
    record(folder, found[0], type(answer())(json.dumps(slower)))
    assert write_summary(found, folder, parquet=False) == before
    assert (folder.path / "summary.csv").read_bytes() == bytes_before
    assert table(folder, "times.csv") == [{"key": found[0].key, "scenario": "a.json", "wall_seconds": "9876.5"}]


def test_a_scenario_that_cannot_be_used_has_its_row(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"surprise": 1}', encoding="utf-8")
    (prepared,) = prepare([request(tmp_path / "bad.json", "70")])
    (row,) = rows([prepared.job], folder)
    assert (row.found.outcome, row.asked.budget, row.asked.name) == ("bad_input", "70", None)
    assert row.found.message.startswith("The scenario cannot be used: /schema_version: this field is required")
    assert "more)" in row.found.message


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=1\r2\n3"])
def test_no_cell_is_a_formula(folder: Folder, tmp_path: Path, name: str) -> None:
    (file,) = [job.request.file for job in jobs(tmp_path, ["x"])]
    content = json.loads(file.read_text(encoding="utf-8")) | {"name": name}
    file.write_text(json.dumps(content), encoding="utf-8")
    found = [prepared.job for prepared in prepare([request(file)])]
    write_summary(found, folder, parquet=True)
    (row,) = table(folder)
    assert row["name"] == f"'{name}"
    assert parquet.read_table(folder.path / "summary.parquet")["name"].to_pylist() == [name], "no spreadsheet opens it"


def test_parquet_has_real_types(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["a", "b"], budget={"total": "500"})
    record(folder, found[0], answer())
    read = parquet.read_table(io.BytesIO(as_parquet(rows(found, folder))))
    assert tuple(read.column_names) == COLUMNS
    money = {name for name in COLUMNS if Amount in get_args(FIELDS[name].annotation)}
    assert money == {"budget", "cost", "least_cost", "cost_bound"}
    assert {name for name in COLUMNS if arrow.types.is_decimal(read.schema.field(name).type)} == money
    assert read.schema.field("seed").type == read.schema.field("gifts").type == arrow.int64()
    assert read.schema.field("verified").type == arrow.bool_()
    assert read.schema.field("probability_all").type == read.schema.field("gap").type == arrow.float64()
    assert read.schema.field("outcome").type == arrow.string()
    solved, waiting = read.to_pylist()
    assert (solved["cost"], solved["budget"], solved["verified"]) == (Decimal("123.90"), Decimal(500), True)
    assert (waiting["cost"], waiting["gifts"], waiting["verified"]) == (None, None, None)


def test_equal_batches_have_equal_parquet(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["a"])
    assert as_parquet(rows(found, folder)) == as_parquet(rows(found, folder))


def test_an_amount_of_any_currency_fits_the_decimal(folder: Folder, tmp_path: Path) -> None:
    (job,) = jobs(tmp_path, ["a"])
    largest = job.asked.model_copy(update={"budget": "9" * 15 + ".9999"})
    (row,) = rows([job], folder)
    read = parquet.read_table(io.BytesIO(as_parquet([row.model_copy(update={"asked": largest})])))
    assert read["budget"].to_pylist() == [Decimal("9" * 15 + ".9999")]


def test_every_ending_has_words() -> None:
    from optimizer.export.terminal.batch_page import ENDINGS

    assert tuple(ENDINGS) == get_args(Ending)


def test_the_workbook_has_the_rows_of_the_summary_and_what_is_left(folder: Folder, tmp_path: Path) -> None:
    found = jobs(tmp_path, ["a", "=b"], budget={"total": "500"})
    record(folder, found[0], answer())
    write_summary(found, folder, parquet=False)
    for formulas, left in ((True, "=M2-N2"), (False, 376.1)):
        head, first, second = openpyxl.load_workbook(folder.path / "summary.xlsx", data_only=not formulas)["Jobs"].rows
        row = {title.value: cell.value for title, cell in zip(head, first, strict=True)}
        assert (row["Secured"], row["of activations"], row["Not secured"]) == (1, 2, "bread")
        assert (row["Budget"], row["Cost"], row["Left of the budget"]) == (500, 123.9, left)
        assert (second[0].value, second[13].value) == ("=b.json", None)
    before = (folder.path / "summary.xlsx").read_bytes()
    write_summary(found, folder, parquet=False)
    assert (folder.path / "summary.xlsx").read_bytes() == before
