"""The results of a batch, one row per job in the order of the jobs, as CSV, as a workbook and as Parquet.

Built from the jobs and the records in the folder alone: a batch that was killed and went on has the summary of one that
was not, byte for byte, as long as its solves end at their gap and not by the clock. Times differ and stand apart.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

from optimizer.answers.batch import JobFigures, JobRequest, JobRow
from optimizer.batch.folder import Folder
from optimizer.batch.jobs import Job
from optimizer.batch.record import NOT_BEGUN, refused
from optimizer.export.csv_files import csv_text
from optimizer.export.files import write_atomically
from optimizer.export.tables import Column, Table, Value
from optimizer.plan import Amount

if TYPE_CHECKING:
    import pyarrow

FIELDS = {**JobRequest.model_fields, **JobFigures.model_fields}
COLUMNS = tuple(FIELDS)
TIMES = ("key", "scenario", "wall_seconds")
MONEY_DIGITS, MONEY_DECIMALS = 24, 4
"""Of the decimal type: no currency has more decimals, and no sum of amounts more digits."""


def rows(jobs: Iterable[Job], folder: Folder) -> list[JobRow]:
    """Return one row per job, whether it has ended or not."""
    return [JobRow(asked=job.asked, found=_figures(job, folder)) for job in jobs]


def write_summary(jobs: Sequence[Job], folder: Folder, *, parquet: bool) -> list[JobRow]:
    """Write the summary and the times into the folder, each file whole or not at all; return the rows."""
    job_rows = rows(jobs, folder)
    write_atomically(folder.path / "summary.csv", _csv(COLUMNS, [list(_values(row).values()) for row in job_rows]))
    write_atomically(folder.path / "times.csv", _csv(TIMES, list(_times(jobs, folder))))
    from optimizer.export.workbook.jobs_book import jobs_workbook  # noqa: PLC0415

    write_atomically(folder.path / "summary.xlsx", jobs_workbook(job_rows))
    if parquet:
        write_atomically(folder.path / "summary.parquet", as_parquet(job_rows))
    return job_rows


def as_parquet(job_rows: Sequence[JobRow]) -> bytes:
    """Return rows as a Parquet file with real types: money as decimals, counts as integers, flags as flags."""
    import pyarrow as arrow  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    schema = arrow.schema([(name, _arrow_type(arrow, FIELDS[name].annotation)) for name in COLUMNS])
    records = [_values(row) for row in job_rows]
    for record in records:
        for name in COLUMNS:
            if _is_money(FIELDS[name].annotation) and record[name] is not None:
                record[name] = Decimal(record[name])
    sink = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(records, schema=schema), sink)
    return sink.getvalue()


def _figures(job: Job, folder: Folder) -> JobFigures:
    if job.problems:
        return refused(job)
    result = folder.result(job.key)
    return NOT_BEGUN if result is None else result.found


def _values(row: JobRow) -> dict[str, Any]:
    return {**row.asked.model_dump(), **row.found.model_dump()}


def _times(jobs: Iterable[Job], folder: Folder) -> Iterator[list[Value]]:
    for job in jobs:
        result = folder.result(job.key)
        if result is not None and result.wall_seconds is not None:
            yield [job.key, job.asked.scenario, result.wall_seconds]


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    return csv_text(Table([Column(name, name, "text") for name in columns], rows))


def _is_money(annotation: Any) -> bool:
    return Amount in get_args(annotation)


def _arrow_type(arrow: Any, annotation: Any) -> pyarrow.DataType:
    """Return the column type of a field: a type, or one of it and None."""
    if _is_money(annotation):
        return arrow.decimal128(MONEY_DIGITS, MONEY_DECIMALS)
    (kind,) = [part for part in _alternatives(annotation) if part is not NoneType]
    return {str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_()}[kind]


def _alternatives(annotation: Any) -> set[Any]:
    """Return the bare types a field may have; the choices of a literal are text."""
    if hasattr(annotation, "__metadata__"):
        return {annotation.__origin__}
    parts = get_args(annotation)
    if not parts:
        return {annotation if isinstance(annotation, type) else type(annotation)}
    return {kind for part in parts for kind in _alternatives(part)}
