"""A batch for the terminal: one line per job, what is worth saying, and how many ended how.

Shows the rows of the summary and computes none of their figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from optimizer.answers.batch import Asked, Ending, Found, Row
from optimizer.export import words
from optimizer.export.layout import LABEL_WIDTH, marked, ruled_table, spaced, titled

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


def budget(asked: Asked) -> str:
    """Return the budget of a job for people; without currency where the scenario could not be read."""
    if asked.currency is None:
        return asked.budget or words.NOTHING
    return words.money(asked.budget, asked.currency)


@dataclass(frozen=True)
class _Column:
    """A column that is shown only where some job differs from the others in it."""

    head: str
    word: str
    cell: Callable[[Asked], str]


_CHOICES = (
    _Column("Label", "", lambda asked: asked.label or ""),
    _Column("Budget", "budget", budget),
    _Column(
        "Confid.", "confidence", lambda asked: words.NOTHING if asked.confidence is None else f"{asked.confidence:g}"
    ),
    _Column("Seed", "seed", lambda asked: str(asked.seed)),
    _Column("Limit", "limit", lambda asked: f"{asked.time_limit:g} s"),
    _Column("Gap asked", "gap", lambda asked: f"{asked.gap_allowed:g}"),
)


class BatchView:
    """Shows the jobs of one batch, and of what they are made only that in which jobs of one scenario differ."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._varying = [column for column in _CHOICES if _varies(column, asked)]

    def title(self, asked: Asked) -> str:
        """Return a job in words: its file and what makes it another than the others."""
        parts = (f"{column.word} {column.cell(asked)}".strip() for column in self._varying)
        return ", ".join([_file(asked), *(part for part in parts if part)])

    def line(self, asked: Asked, found: Found | None, seconds: float) -> str:
        """Return how a job ended in one line."""
        if found is None:
            return f"{self.title(asked)}: {ENDINGS['open']}"
        parts = [ENDINGS[found.outcome]]
        if found.cost is not None and asked.currency is not None:
            parts += [f"value {found.value} of at most {found.value_bound}", words.money(found.cost, asked.currency)]
        parts += [f"{seconds:.1f} s"]
        parts += [found.message] if found.message else []
        return f"{self.title(asked)}: {', '.join(parts)}"

    def page(self, rows: Sequence[Row]) -> RenderableType:
        """Return the whole: the table, what is worth saying of single jobs, and how many ended how."""
        return spaced([self._table(rows), titled("Worth knowing", self._notes(rows)), Text(tally(rows))])

    def _notes(self, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
        """Yield messages, each once for a scenario however many of its jobs have it."""
        about: dict[tuple[str, str], list[Asked]] = {}
        for row in rows:
            if row.found.message and row.found.outcome != "open":
                about.setdefault((row.asked.scenario, row.found.message), []).append(row.asked)
        for (_, message), jobs in list(about.items())[:MOST_NOTES]:
            yield self.title(jobs[0]) if len(jobs) == 1 else f"{_file(jobs[0])} ({len(jobs):,} jobs)", message
        if len(about) > MOST_NOTES:
            yield "…", f"{len(about) - MOST_NOTES:,} more are in the summary."

    def _table(self, rows: Sequence[Row]) -> Table:
        table = ruled_table()
        table.add_column("Scenario", ratio=1, min_width=LABEL_WIDTH, overflow="fold")
        for column in self._varying:
            table.add_column(column.head, justify="left" if column.head == "Label" else "right", overflow="fold")
        table.add_column("Outcome", no_wrap=True)
        for head in ("Value", "Cost", "Gap"):
            table.add_column(head, justify="right", no_wrap=True)
        for row in rows:
            choices = (Text(column.cell(row.asked)) for column in self._varying)
            table.add_row(Text(_file(row.asked)), *choices, *_figures(row))
        return table


def _varies(column: _Column, asked: Sequence[Asked]) -> bool:
    shown: dict[str, set[str]] = {}
    for one in asked:
        shown.setdefault(one.scenario, set()).add(column.cell(one))
    return any(len(cells) > 1 for cells in shown.values())


def _file(asked: Asked) -> str:
    return asked.scenario.removesuffix(".json")


def tally(rows: Sequence[Row]) -> str:
    """Return how many jobs there are and how many ended how."""
    counts = Counter(row.found.outcome for row in rows)
    parts = ", ".join(f"{counts[ending]:,} {name}" for ending, name in ENDINGS.items() if counts[ending])
    return f"{words.count(len(rows), 'job')}: {parts}."


def _figures(row: Row) -> Iterator[Text]:
    found = row.found
    outcome = ENDINGS[found.outcome]
    yield Text(outcome) if found.outcome in ("open", "interrupted") else marked(found.outcome in _GOOD, outcome)
    yield Text(_of(found.value, found.value_bound))
    yield Text(words.money(found.cost, row.asked.currency) if row.asked.currency else words.NOTHING)
    yield Text(words.NOTHING if found.gap is None else words.gap(found.gap))


def _of(part: int | None, whole: int | None) -> str:
    if part is None:
        return words.NOTHING
    return f"{part:,}" if whole is None else f"{part:,} / {whole:,}"
