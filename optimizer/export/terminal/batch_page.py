"""A batch for the terminal: one line per job, what is worth saying, and how many ended how.

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

from optimizer.answers.batch import Asked, Ending, Found, Row
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


def budget(asked: Asked) -> str:
    """Return the budget of a job for people; without currency where the scenario could not be read."""
    if asked.currency is None:
        return asked.budget or formatting.NOTHING
    return formatting.money(asked.budget, asked.currency)


@dataclass(frozen=True)
class _Choice:
    """Something of which a job is made; shown where jobs of one scenario differ in it."""

    word: str
    shown: Callable[[Asked], str]
    head: str = ""


_COLUMNS = (
    _Choice("budget", budget, "Budget"),
    _Choice(
        "confidence", lambda asked: formatting.NOTHING if asked.confidence is None else f"{asked.confidence:g}", "Conf."
    ),
    _Choice("seed", lambda asked: str(asked.seed), "Seed"),
)
"""Those that have a column of their own."""
_BELOW = (
    _Choice("", lambda asked: asked.label or ""),
    _Choice("limit", lambda asked: f"{asked.time_limit:g} s"),
    _Choice("gap allowed", lambda asked: f"{asked.gap_allowed:g}"),
)
"""Those that stand below the scenario's name, where there is room for words."""


class BatchPage:
    """Shows the jobs of one batch, and of what they are made only that in which jobs of one scenario differ."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._columns = [choice for choice in _COLUMNS if _varies(choice, asked)]
        self._below = [choice for choice in _BELOW if _varies(choice, asked)]
        names = {one.scenario: one.scenario.removesuffix(".json") for one in asked}
        short = {scenario: PurePosixPath(name).name for scenario, name in names.items()}
        self._names = short if len(set(short.values())) == len(names) else names

    def title(self, asked: Asked) -> str:
        """Return a job in words: its file and what makes it another than the others."""
        return ", ".join([self._names[asked.scenario], *_words(self._below, asked), *_words(self._columns, asked)])

    def line(self, asked: Asked, found: Found | None, seconds: float) -> str:
        """Return how a job ended in one line."""
        if found is None:
            return f"{self.title(asked)}: {ENDINGS['open']}"
        parts = [ENDINGS[found.outcome]]
        if found.cost is not None and asked.currency is not None:
            parts += [
                f"value {found.value} of at most {found.value_bound}",
                formatting.money(found.cost, asked.currency),
            ]
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
            yield (
                self.title(jobs[0]) if len(jobs) == 1 else f"{self._names[jobs[0].scenario]} ({len(jobs):,} jobs)",
                message,
            )
        if len(about) > MOST_NOTES:
            yield "…", f"{len(about) - MOST_NOTES:,} more are in the summary."

    def _table(self, rows: Sequence[Row]) -> Table:
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

    def _name(self, asked: Asked) -> Text:
        name = Text(self._names[asked.scenario])
        below = ", ".join(_words(self._below, asked))
        return name.append(f"\n  {below}", style="dim") if below else name


def _varies(choice: _Choice, asked: Sequence[Asked]) -> bool:
    shown: dict[str, set[str]] = {}
    for one in asked:
        shown.setdefault(one.scenario, set()).add(choice.shown(one))
    return any(len(values) > 1 for values in shown.values())


def _words(choices: Sequence[_Choice], asked: Asked) -> list[str]:
    shown = [(choice.word, choice.shown(asked)) for choice in choices]
    return [f"{word} {text}".strip() for word, text in shown if text]


def tally(rows: Sequence[Row]) -> str:
    """Return how many jobs there are and how many ended how."""
    counts = Counter(row.found.outcome for row in rows)
    parts = ", ".join(f"{counts[ending]:,} {name}" for ending, name in ENDINGS.items() if counts[ending])
    return f"{formatting.count(len(rows), 'job')}: {parts}."


def _figures(row: Row) -> Iterator[Text]:
    found = row.found
    outcome = ENDINGS[found.outcome]
    yield Text(outcome) if found.outcome in ("open", "interrupted") else marked(found.outcome in _GOOD, outcome)
    yield Text(_of(found.value, found.value_bound))
    yield Text(formatting.money(found.cost, row.asked.currency) if row.asked.currency else formatting.NOTHING)
    yield Text(formatting.NOTHING if found.gap is None else formatting.gap(found.gap))


def _of(part: int | None, whole: int | None) -> str:
    if part is None:
        return formatting.NOTHING
    return f"{part:,}" if whole is None else f"{part:,} / {whole:,}"
