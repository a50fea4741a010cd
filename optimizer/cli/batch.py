"""``groundswell batch``: many scenarios × settings into one folder, resumed where it was left.

Exit codes, the first that applies: 130 interrupted; 1 a job failed or its solver died; 2 bad input; 3 a job is proven
infeasible; 4 nothing was found for a job in its time; 0 every job has a verified plan.
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
from optimizer.cli.on_cluster import executor_at, places_at, tell_of_no_worker
from optimizer.cli.options import Cluster, Gap
from optimizer.errors import InputError, Problem
from optimizer.execution.executor import Executor, Listener
from optimizer.execution.local import LocalExecutor
from optimizer.export import formatting
from optimizer.export.terminal.batch_page import BatchPage

LISTS = {"budgets": "budget", "confidences": "confidence", "seeds": "seed"}

VALUES = {"time_limit": "time_limit", "gap": "gap"}

LOGGED = ("optimizer", "distributed")

_CODES: tuple[tuple[frozenset[Ending], ExitCode], ...] = (
    (frozenset({"interrupted", "open"}), ExitCode.INTERRUPTED),
    (frozenset({"failed", "solver_died"}), ExitCode.FAILED),
    (frozenset({"bad_input"}), ExitCode.BAD_INPUT),
    (frozenset({"infeasible"}), ExitCode.INFEASIBLE),
    (frozenset({"unknown"}), ExitCode.NOTHING_FOUND),
)


@dataclass(frozen=True)
class Manner:
    """How a batch is done.

    Attributes
    ----------
    places
        Solves at once, one thread each.
    cluster
        Address of the Dask scheduler whose workers solve; None for this machine.
    fresh
        Solve everything again.
    parquet
        Write the summary as Parquet too.
    """

    places: int
    cluster: str | None = None
    fresh: bool = False
    parquet: bool = False


def choices_of(**options: str | float | None) -> Choices:
    """Return the values to combine, from the command's options; leave with all that is wrong with them."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, option in options.items():
        if option is None:
            continue
        where = f"--{name.replace('_', '-')}"
        try:
            if name in LISTS:
                found[LISTS[name]] = read_list(LISTS[name], str(option), where)
            else:
                found[VALUES[name]] = (read_value(VALUES[name], str(option), where),)
        except InputError as error:
            problems += error.problems
    with blaming("options"):
        if problems:
            raise InputError(problems)
    return Choices(**found)


def manner_of(workers: int | None, cluster: str | None, *, fresh: bool, parquet: bool) -> Manner:
    """Return how the command's options want a batch done; leave where they cannot be had."""
    if cluster is None:
        return Manner(workers or min(64, os.cpu_count() or 1), fresh=fresh, parquet=parquet)
    return Manner(places_at(cluster, workers), cluster, fresh=fresh, parquet=parquet)


def run(source: Path, output: Path, choices: Choices, manner: Manner) -> ExitCode:
    """Solve all that a source asks for into the folder `output`; return the gravest outcome."""
    if manner.parquet:
        # Told now if it is not installed, not when everything is solved.
        import pyarrow.parquet  # noqa: F401, PLC0415
    with blaming(source):
        asking = asked_for(source, choices)
    if asking.problems:
        complain(source, InputError(asking.problems))
        _told(prepare(asking.requests), lambda _: None)
        return ExitCode.BAD_INPUT
    folder = Folder(output)
    with blaming(output):
        _check_apart(source, output)
        with folder.locked(), _logged(output / "batch.log"):
            return _solved(asking.requests, folder, manner)


def outcome_of(rows: Iterable[JobRow], *, interrupted: bool) -> ExitCode:
    """Return the exit code of a batch (see above)."""
    if interrupted:
        return ExitCode.INTERRUPTED
    endings = {row.found.outcome for row in rows}
    return next((code for some, code in _CODES if endings & some), ExitCode.DONE)


def _solved(requests: Sequence[Request], folder: Folder, manner: Manner) -> ExitCode:
    def keep(prepared: Prepared) -> None:
        if prepared.text is not None:
            folder.keep_scenario(prepared.job.key, prepared.text)
            if manner.fresh:
                folder.forget(prepared.job.key)

    jobs = _told(prepare(requests), keep)
    to_solve = [job for job in jobs if not job.problems and not folder.is_done(job.key)]
    view = BatchPage([job.asked for job in jobs])
    _announce(jobs, len(to_solve), min(manner.places, len(to_solve)))
    if manner.cluster is not None and manner.places == 0:
        tell_of_no_worker()
    # There from the start, so that it is never that of another batch.
    write_summary(jobs, folder, parquet=manner.parquet)
    try:
        interrupted = _run(jobs, to_solve, folder, view, manner)
    finally:
        rows = write_summary(jobs, folder, parquet=manner.parquet)
    show(view.page(rows))
    say(f"Summary written to {folder.path / 'summary.csv'}.")
    return outcome_of(rows, interrupted=interrupted)


def _run(jobs: Sequence[Job], to_solve: Sequence[Job], folder: Folder, view: BatchPage, manner: Manner) -> bool:
    """Solve what is to be solved with a view of how it goes; return whether a signal ended it early."""
    asked = {job.key: job.asked for job in jobs}

    def executor(listener: Listener) -> Executor:
        if manner.cluster is None:
            return LocalExecutor(listener, min(manner.places, len(to_solve)))
        return executor_at(manner.cluster, listener)

    with BatchProgress(notes(), view, asked, len(jobs) - len(to_solve)) as progress:

        def work(cancel: threading.Event) -> None:
            solve(to_solve, folder, executor, progress, cancel)

        _, interrupted = interruptible(work, _tell_of_interrupt)
    return interrupted


def _told(found: Iterable[Prepared], keep: Callable[[Prepared], None]) -> list[Job]:
    """Return the jobs once `keep` has had each, and tell what is wrong with their scenarios, once for each file."""
    jobs: list[Job] = []
    wrong: dict[str, dict[str, Problem]] = {}
    for prepared in found:
        keep(prepared)
        job = prepared.job
        jobs.append(job)
        if job.problems:
            told = wrong.setdefault(_blamed(job.request), {})
            told.update({str(problem): problem for problem in job.problems})
    for name, problems in wrong.items():
        complain(name, InputError(problems.values()))
    return jobs


def _blamed(request: Request) -> str:
    return f"{request.file} ({request.where})" if request.where else str(request.file)


def _announce(jobs: Sequence[Job], to_solve: int, places: int) -> None:
    refused = sum(bool(job.problems) for job in jobs)
    parts = [
        *([f"{refused:,} cannot be solved"] if refused else []),
        f"{len(jobs) - refused - to_solve:,} solved before",
        f"{to_solve:,} to solve" + (f", {places:,} at once" if places else ""),
    ]
    say(f"{formatting.count(len(jobs), 'job')}: {', '.join(parts)}.")


def _tell_of_interrupt() -> None:
    say("Interrupted: what runs ends with its best plan so far, nothing more is begun. Once more to leave at once.")


def _check_apart(source: Path, output: Path) -> None:
    """Refuse to write results among what they are made from."""
    folder = source if source.is_dir() else source.parent
    taken = [output.resolve(), *(output.resolve() / part for part in ("scenarios", "plans", "outcomes"))]
    if folder.resolve() in taken:
        detail = "the scenarios are in this folder"
        raise InputError([Problem("same_folder", "", detail, "Name another folder for the results.", str(output))])


@contextmanager
def _logged(file: Path) -> Iterator[None]:
    """Have what the executor logs in a file instead of on the terminal."""
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

    Exit code, the first that applies: 130 interrupted, 1 a job failed, 2 bad input, 3 infeasible, 4 nothing found.
    """
    choices = choices_of(budgets=budgets, confidences=confidences, seeds=seeds, time_limit=time_limit, gap=gap)
    manner = manner_of(workers, cluster, fresh=fresh, parquet=parquet)
    raise typer.Exit(run(source, output, choices, manner))
