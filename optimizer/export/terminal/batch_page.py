"""The page of a batch: one line per job, notes on single jobs, and the number of jobs by ending.

Shows the rows of the summary and computes none of their figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from optimizer.answers.batch import Ending, JobFigures, JobRequest, JobRow
from optimizer.export import formatting
from optimizer.export.terminal.elements import LABEL_WIDTH, marked, ruled_table, spaced, titled

ENDINGS: dict[Ending, str] = {
    "optimal": "optimal",
    "feasible": "feasible",
    "infeasible": "infeasible",
    "unknown": "unknown",
    "bad_input": "bad input",
    "solver_died": "solver died",
    "failed": "failed",
    "interrupted": "interrupted",
    "open": "not solved yet",
}
MOST_NOTES = 20
_GOOD = frozenset({"optimal", "feasible"})


def budget(job: JobRequest) -> str:
    """Return the budget of a job, without a currency where the scenario could not be read."""
    if job.currency is None:
        return job.budget or formatting.NOTHING
    return formatting.money(job.budget, job.currency)


@dataclass(frozen=True)
class _Choice:
    """A setting of a job; shown where jobs of one scenario differ in it."""

    word: str
    shown: Callable[[JobRequest], str]
    head: str = ""


_COLUMNS = (
    _Choice("budget", budget, "Budget"),
    _Choice("confidence", lambda job: formatting.NOTHING if job.confidence is None else f"{job.confidence:g}", "Conf."),
    _Choice("seed", lambda job: str(job.seed), "Seed"),
)
"""Settings with a column of their own."""
_BELOW = (
    _Choice("", lambda job: job.label or ""),
    _Choice("limit", lambda job: f"{job.time_limit:g} s"),
    _Choice("gap allowed", lambda job: f"{job.gap_allowed:g}"),
)
"""Settings that are written below the name of the scenario."""


class BatchPage:
    """Shows the jobs of one batch, with those settings only in which jobs of one scenario differ."""

    def __init__(self, jobs: Sequence[JobRequest]) -> None:
        self._columns = [choice for choice in _COLUMNS if _varies(choice, jobs)]
        self._below = [choice for choice in _BELOW if _varies(choice, jobs)]
        names = {one.scenario: one.scenario.removesuffix(".json") for one in jobs}
        short = {scenario: PurePosixPath(name).name for scenario, name in names.items()}
        self._names = short if len(set(short.values())) == len(names) else names

    def title(self, job: JobRequest) -> str:
        """Return the title of a job: its file and the settings that tell it from the others."""
        return ", ".join([self._names[job.scenario], *_words(self._below, job), *_words(self._columns, job)])

    def line(self, job: JobRequest, figures: JobFigures | None, seconds: float) -> str:
        """Return how a job ended in one line."""
        if figures is None:
            return f"{self.title(job)}: {ENDINGS['open']}"
        parts = [ENDINGS[figures.outcome]]
        if figures.cost is not None and job.currency is not None:
            parts += [
                f"value {value_and_bound(figures.value, figures.value_bound, ' of at most ')}",
                formatting.money(figures.cost, job.currency),
            ]
        parts += [f"{seconds:.1f} s"]
        parts += [figures.message] if figures.message else []
        return f"{self.title(job)}: {', '.join(parts)}"

    def page(self, rows: Sequence[JobRow]) -> RenderableType:
        """Return the whole page: the table, notes on single jobs, and the number of jobs by ending."""
        return spaced([self._table(rows), titled("Worth knowing", self._notes(rows)), Text(tally(rows))])

    def _notes(self, rows: Sequence[JobRow]) -> Iterator[tuple[str, str]]:
        """Yield the messages of jobs, each once per scenario."""
        about: dict[tuple[str, str], list[JobRequest]] = {}
        for row in rows:
            if row.found.message and row.found.outcome != "open":
                about.setdefault((row.asked.scenario, row.found.message), []).append(row.asked)
        for (_, message), jobs in list(about.items())[:MOST_NOTES]:
            yield (
                self.title(jobs[0]) if len(jobs) == 1 else f"{self._names[jobs[0].scenario]} ({len(jobs):,} jobs)",
                message,
            )
        if len(about) > MOST_NOTES:
            yield "…", f"{len(about) - MOST_NOTES:,} more are in the summary."

    def _table(self, rows: Sequence[JobRow]) -> Table:
        table = ruled_table()
        table.add_column("Scenario", ratio=1, min_width=LABEL_WIDTH, overflow="fold")
        for choice in self._columns:
            table.add_column(choice.head, justify="right", no_wrap=True)
        table.add_column("Outcome", no_wrap=True)
        for head in ("Value", "Cost", "Gap"):
            table.add_column(head, justify="right", no_wrap=True)
        for row in rows:
            choices = (Text(choice.shown(row.asked)) for choice in self._columns)
            table.add_row(self._name(row.asked), *choices, *_figures(row))
        return table

    def _name(self, job: JobRequest) -> Text:
        name = Text(self._names[job.scenario])
        below = ", ".join(_words(self._below, job))
        return name.append(f"\n  {below}", style="dim") if below else name


def _varies(choice: _Choice, jobs: Sequence[JobRequest]) -> bool:
    shown: dict[str, set[str]] = {}
    for one in jobs:
        shown.setdefault(one.scenario, set()).add(choice.shown(one))
    return any(len(values) > 1 for values in shown.values())


def _words(choices: Sequence[_Choice], job: JobRequest) -> list[str]:
    shown = [(choice.word, choice.shown(job)) for choice in choices]
    return [f"{word} {text}".strip() for word, text in shown if text]


def tally(rows: Sequence[JobRow]) -> str:
    """Return the number of jobs, in all and by ending."""
    counts = Counter(row.found.outcome for row in rows)
    parts = ", ".join(f"{counts[ending]:,} {name}" for ending, name in ENDINGS.items() if counts[ending])
    return f"{formatting.count(len(rows), 'job')}: {parts}."


def _figures(row: JobRow) -> Iterator[Text]:
    figures = row.found
    yield _outcome(figures)
    yield Text(value_and_bound(figures.value, figures.value_bound, " / "))
    yield Text(formatting.money(figures.cost, row.asked.currency) if row.asked.currency else formatting.NOTHING)
    yield Text(formatting.NOTHING if figures.gap is None else formatting.gap(figures.gap))


def _outcome(figures: JobFigures) -> Text:
    """Return how a job ended and, where activations are left out, how many are secured."""
    words = ENDINGS[figures.outcome]
    plain = figures.outcome in ("open", "interrupted")
    outcome = Text(words) if plain else marked(figures.outcome in _GOOD, words)
    if figures.secured is not None and figures.activations and figures.secured < figures.activations:
        outcome.append(f"\nsecured {figures.secured:,} of {figures.activations:,}", style="not bold default")
    return outcome


def value_and_bound(value: int | None, bound: int | None, between: str) -> str:
    """Return a value beside its bound; alone where there is none, or one that was taken before the value was found.

    Examples
    --------
    >>> value_and_bound(3, 4, " / "), value_and_bound(3, None, " / "), value_and_bound(3, 2, " / ")
    ('3 / 4', '3', '3')
    """
    if value is None:
        return formatting.NOTHING
    return f"{value:,}" if bound is None or bound < value else f"{value:,}{between}{bound:,}"
