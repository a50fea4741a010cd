"""``groundswell batch``: solve many scenarios × settings into one folder, and resume where an earlier run stopped.

Exit codes, the first that applies: 130 interrupted; 1 a job failed or its solver died; 2 bad input; 3 a job is proven
infeasible; 4 a job found no plan in its time; 0 every job has a verified plan.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from optimizer.answers.batch import Ending, JobRow
from optimizer.batch.choices import Choices, read_list, read_value
from optimizer.batch.folder import Folder
from optimizer.batch.jobs import Job, Prepared, Request, prepare
from optimizer.batch.run import solve
from optimizer.batch.sources import asked_for
from optimizer.batch.summary import write_summary
from optimizer.cli.batch_progress import BatchProgress
from optimizer.cli.console import ExitCode, blaming, complain, interruptible, notes, say, show
from optimizer.cli.on_cluster import executor_at, places_at, report_no_worker
from optimizer.cli.options import Cluster, Gap
from optimizer.errors import InputError, Problem
from optimizer.execution.executor import Executor, Listener
from optimizer.execution.local import LocalExecutor
from optimizer.export import formatting
from optimizer.export.terminal.batch_page import BatchPage

LISTS = {"budgets": "budget", "confidences": "confidence", "seeds": "seed"}
"""Options that take several values, and the field of `Choices` that receives them."""

VALUES = {"time_limit": "time_limit", "gap": "gap"}
"""Options that take one value, and the field of `Choices` that receives it."""

LOGGED = ("optimizer", "distributed")
"""Loggers whose messages go to the batch's log file."""

_CODES: tuple[tuple[frozenset[Ending], ExitCode], ...] = (
    (frozenset({"interrupted", "open"}), ExitCode.INTERRUPTED),
    (frozenset({"failed", "solver_died"}), ExitCode.FAILED),
    (frozenset({"bad_input"}), ExitCode.BAD_INPUT),
    (frozenset({"infeasible"}), ExitCode.INFEASIBLE),
    (frozenset({"unknown"}), ExitCode.NOTHING_FOUND),
)


@dataclass(frozen=True)
class BatchOptions:
    """Where and how the jobs of a batch are solved.

    Attributes
    ----------
    places
        Number of solves at once, one thread each.
    cluster
        Address of the Dask scheduler whose workers solve; None for this machine.
    fresh
        Solve jobs again that an earlier run solved.
    parquet
        Write the summary as Parquet too.
    """

    places: int
    cluster: str | None = None
    fresh: bool = False
    parquet: bool = False


def choices_of(**options: str | float | None) -> Choices:
    """Return the values to combine, read from the command's options; leave with every problem of theirs."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, option in options.items():
        if option is None:
            continue
        where = f"--{name.replace('_', '-')}"
        try:
            if name in LISTS:
                values[LISTS[name]] = read_list(LISTS[name], str(option), where)
            else:
                values[VALUES[name]] = (read_value(VALUES[name], str(option), where),)
        except InputError as error:
            problems += error.problems
    with blaming("options"):
        if problems:
            raise InputError(problems)
    return Choices(**values)


def options_of(workers: int | None, cluster: str | None, *, fresh: bool, parquet: bool) -> BatchOptions:
    """Return where and how to solve; leave with `BAD_INPUT` where the cluster cannot be reached."""
    if cluster is None:
        return BatchOptions(workers or min(64, os.cpu_count() or 1), fresh=fresh, parquet=parquet)
    return BatchOptions(places_at(cluster, workers), cluster, fresh=fresh, parquet=parquet)


def run(source: Path, output: Path, choices: Choices, options: BatchOptions) -> ExitCode:
    """Solve every job of a source into the folder `output`; return the gravest outcome."""
    if options.parquet:
        # Fails now where it is not installed, not once everything is solved.
        import pyarrow.parquet  # noqa: F401, PLC0415
    with blaming(source):
        asking = asked_for(source, choices)
    if asking.problems:
        complain(source, InputError(asking.problems))
        _checked(prepare(asking.requests), lambda _: None)
        return ExitCode.BAD_INPUT
    folder = Folder(output)
    with blaming(output):
        _check_apart(source, output)
        with folder.locked(), _logged(output / "batch.log"):
            return _solved(asking.requests, folder, options)


def outcome_of(rows: Iterable[JobRow], *, interrupted: bool) -> ExitCode:
    """Return the exit code of a batch whose jobs ended as these rows say."""
    if interrupted:
        return ExitCode.INTERRUPTED
    endings = {row.found.outcome for row in rows}
    return next((code for reasons, code in _CODES if endings & reasons), ExitCode.DONE)


def _solved(requests: Sequence[Request], folder: Folder, options: BatchOptions) -> ExitCode:
    """Solve what is not solved yet, write the summary and show it; return the gravest outcome."""

    def keep(prepared: Prepared) -> None:
        if prepared.text is not None:
            folder.keep_scenario(prepared.job.key, prepared.text)
            if options.fresh:
                folder.forget(prepared.job.key)

    jobs = _checked(prepare(requests), keep)
    to_solve = [job for job in jobs if not job.problems and not folder.is_done(job.key)]
    view = BatchPage([job.asked for job in jobs])
    _announce(jobs, len(to_solve), min(options.places, len(to_solve)))
    if options.cluster is not None and options.places == 0:
        report_no_worker()
    # Written at once, so that the folder never shows the summary of another batch.
    write_summary(jobs, folder, parquet=options.parquet)
    try:
        interrupted = _run(jobs, to_solve, folder, view, options)
    finally:
        rows = write_summary(jobs, folder, parquet=options.parquet)
    show(view.page(rows))
    say(f"Summary written to {folder.path / 'summary.csv'} and {folder.path / 'summary.xlsx'}.")
    return outcome_of(rows, interrupted=interrupted)


def _run(jobs: Sequence[Job], to_solve: Sequence[Job], folder: Folder, view: BatchPage, options: BatchOptions) -> bool:
    """Solve jobs while their progress is shown; return whether a signal ended the batch early."""
    asked = {job.key: job.asked for job in jobs}

    def executor(listener: Listener) -> Executor:
        if options.cluster is None:
            return LocalExecutor(listener, min(options.places, len(to_solve)))
        return executor_at(options.cluster, listener)

    with BatchProgress(notes(), view, asked, len(jobs) - len(to_solve)) as progress:

        def work(cancel: threading.Event) -> None:
            solve(to_solve, folder, executor, progress, cancel)

        _, interrupted = interruptible(work, _report_interrupt)
    return interrupted


def _checked(prepared_jobs: Iterable[Prepared], keep: Callable[[Prepared], None]) -> list[Job]:
    """Return the jobs after handing each to `keep`; print the problems of their scenarios, once for each file."""
    jobs: list[Job] = []
    problems_by_file: dict[str, dict[str, Problem]] = {}
    for prepared in prepared_jobs:
        keep(prepared)
        job = prepared.job
        jobs.append(job)
        if job.problems:
            of_file = problems_by_file.setdefault(_source_name(job.request), {})
            of_file.update({str(problem): problem for problem in job.problems})
    for name, problems in problems_by_file.items():
        complain(name, InputError(problems.values()))
    return jobs


def _source_name(request: Request) -> str:
    return f"{request.file} ({request.where})" if request.where else str(request.file)


def _announce(jobs: Sequence[Job], to_solve: int, places: int) -> None:
    """Say how many jobs there are and how many of them are to be solved."""
    refused = sum(bool(job.problems) for job in jobs)
    parts = [
        *([f"{refused:,} cannot be solved"] if refused else []),
        f"{len(jobs) - refused - to_solve:,} solved before",
        f"{to_solve:,} to solve" + (f", {places:,} at once" if places else ""),
    ]
    say(f"{formatting.count(len(jobs), 'job')}: {', '.join(parts)}.")


def _report_interrupt() -> None:
    say("Interrupted: what runs ends with its best plan so far, nothing more is begun. Once more to leave at once.")


def _check_apart(source: Path, output: Path) -> None:
    """Raise InputError where the results would be written among the scenarios."""
    folder = source if source.is_dir() else source.parent
    taken = [output.resolve(), *(output.resolve() / part for part in ("scenarios", "plans", "outcomes"))]
    if folder.resolve() in taken:
        detail = "the scenarios are in this folder"
        raise InputError([Problem("same_folder", "", detail, "Name another folder for the results.", str(output))])


@contextmanager
def _logged(file: Path) -> Iterator[None]:
    """Write the executor's log messages to a file instead of the terminal."""
    logs = [logging.getLogger(name) for name in LOGGED]
    handler = logging.FileHandler(file, delay=True, encoding="utf-8")
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for log in logs:
        log.addHandler(handler)
    try:
        yield
    finally:
        for log in logs:
            log.removeHandler(handler)
        handler.close()


def batch(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|MANIFEST.csv",
            help="Folder of scenario files (*.json); or a CSV: scenario, budget, confidence, seed, time_limit, gap, "
            "label, all but the first optional; or one scenario file.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="Folder of results, new or resumed.")],
    budgets: Annotated[
        str | None,
        typer.Option(metavar="A,B,…", help="Total budgets to try.", show_default="the scenario's"),
    ] = None,
    confidences: Annotated[
        str | None,
        typer.Option(
            metavar="P,Q,…", help="Confidences to try, each for every activation.", show_default="the scenario's"
        ),
    ] = None,
    seeds: Annotated[str, typer.Option(metavar="N,M,…", help="Seeds to try.")] = "1",
    time_limit: Annotated[float, typer.Option(help="Seconds allowed for each solve.", metavar="S")] = 60.0,
    gap: Gap = 0.001,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="Solves at once, one thread each.", show_default="one per core"),
    ] = None,
    cluster: Cluster = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Solve again what is solved.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write OUT/summary.parquet too.")] = False,
) -> None:
    """Solve many scenarios with several budgets, confidences and seeds.

    Plans, the scenarios as solved and one summary go to OUT.

    The same command goes on where an earlier one was ended or killed.

    The first Ctrl-C ends what runs with its best plan so far, the second leaves at once.

    Exit code, the first that applies: 130 interrupted, 1 a job failed, 2 bad input, 3 infeasible, 4 no plan found.
    """
    choices = choices_of(budgets=budgets, confidences=confidences, seeds=seeds, time_limit=time_limit, gap=gap)
    options = options_of(workers, cluster, fresh=fresh, parquet=parquet)
    raise typer.Exit(run(source, output, choices, options))
