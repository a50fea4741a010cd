"""Elements of terminal pages: ruled tables, titled lists, marks that do not rely on colour, and live lines."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from rich.box import Box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from optimizer.export import formatting
from optimizer.export.formatting import shown
from optimizer.export.tables import Column, Judged, Table, Value
from optimizer.money import decimals, from_minor

if TYPE_CHECKING:
    from optimizer.analysis.time_budget import Step
    from optimizer.solve.control import Progress

T = TypeVar("T")

RULED = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")
"""Rules below the head and above the totals only."""
LABEL_WIDTH = 14
INDENT = 2


class Adaptive:
    """Renders by the width of the page; `render` takes that width (columns)."""

    def __init__(self, render: Callable[[int], RenderableType]):
        self.render = render

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the rendering for the width of the page."""
        yield self.render(options.max_width)


def ruled_table(*, totals: bool = False) -> RichTable:
    """Return an empty table as wide as the page, with or without a line of totals."""
    return RichTable(
        box=RULED,
        show_edge=False,
        show_footer=totals,
        expand=True,
        padding=(0, 2, 0, 0),
        collapse_padding=True,
        pad_edge=False,
        header_style="bold",
        footer_style="bold",
    )


def figures_table(table: Table, currency: str, *, years: bool = False) -> RichTable:
    """Return a table as a page shows it: the first column takes the room that is left, figures are set to the right.

    Parameters
    ----------
    currency
        Of all amounts of the table.
    years
        Whether days are shown with their year.
    """
    drawn = ruled_table(totals=bool(table.last))
    first, *others = table.columns
    label, *sums = table.last or [""] * len(table.columns)
    whole = first.kind != "text"
    drawn.add_column(first.title, Text(str(label)), ratio=1, min_width=LABEL_WIDTH, no_wrap=whole)
    for column, total in zip(others, sums, strict=True):
        head = Text(column.title)
        drawn.add_column(head, _cell(total, column, currency, years=years), justify="right", no_wrap=True)
    for row in table.rows:
        pairs = zip(row, table.columns, strict=True)
        drawn.add_row(*(_cell(value, column, currency, years=years) for value, column in pairs))
    return drawn


def _cell(value: Value, column: Column, currency: str, *, years: bool) -> Text:
    text = shown(value, column, currency, years=years)
    return marked(value.good, text) if isinstance(value, Judged) else Text(text)


def titled(title: str, lines: Iterable[tuple[str, str]]) -> RenderableType | None:
    """Return a title above labelled lines, None where there are no lines."""
    table = RichTable.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=LABEL_WIDTH - INDENT, max_width=28)
    table.add_column()
    for label, text in lines:
        table.add_row(Text(label), Text(text))
    return Group(Text(title, style="bold"), Padding(table, (0, 0, 0, INDENT))) if table.row_count else None


def below(title: RenderableType, text: str) -> RenderableType:
    """Return a title with a text below it, every line of which is indented."""
    return Group(title, Padding(Text(text, style="dim"), (0, 0, 0, INDENT)))


def marked(good: bool, text: str) -> Text:
    """Return a text after a mark, ✓ where it is good and ✗ where not; colour only repeats the mark."""
    return Text(f"{'✓' if good else '✗'} {text}", style="green" if good else "bold red")


def spaced(parts: Iterable[RenderableType | None]) -> RenderableType:
    """Return the parts that are not None, with an empty line between them."""
    shown = [part for part in parts if part is not None]
    gaps: list[RenderableType] = []
    for part in shown:
        gaps += [part, Text("")]
    return Group(*gaps[:-1])


class LiveLine(ABC, Generic[T]):
    """Context manager with a live line about long work: latest state and time elapsed; silent without a terminal.

    `tell` sets the state and may be called from any thread.
    """

    def __init__(self, console: Console):
        self._latest: T | None = None
        self._began = time.monotonic()
        self._live = Live(console=console, get_renderable=self.line, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def tell(self, latest: T) -> None:
        """Show this state from now on."""
        self._latest = latest

    def line(self) -> Text:
        """Return the line: the latest state and the time elapsed."""
        parts = ["starting"] if self._latest is None else self.parts(self._latest)
        elapsed = f"{time.monotonic() - self._began:.0f} s"
        return Text(" · ".join([*parts, elapsed]), no_wrap=True, overflow="ellipsis")

    @abstractmethod
    def parts(self, latest: T) -> Sequence[str]:
        """Return the parts of the line that show a state."""


class ProgressLine(LiveLine["Progress"]):
    """Shows the progress of a solve, with amounts in a currency."""

    def __init__(self, console: Console, currency: str):
        super().__init__(console)
        self._currency = currency
        self._digits = decimals(currency)

    def parts(self, latest: Progress) -> Sequence[str]:
        """Return phase, incumbent, bound and gap."""
        if latest.value is None:
            return [latest.phase, "no plan yet"]
        parts = [latest.phase, f"value {latest.value} of at most {latest.value_bound}"]
        parts.append(f"cost {self._money(latest.cost_minor)}")
        if latest.cost_bound_minor is not None:
            parts.append(f"at least {self._money(latest.cost_bound_minor)}")
        if latest.gap is not None:
            parts.append(f"gap {formatting.gap(latest.gap)}")
        return parts

    def _money(self, minor: int | None) -> str:
        return formatting.money(None if minor is None else from_minor(minor, self._digits), self._currency)


class StepLine(LiveLine["Step"]):
    """Shows which of several questions is worked on."""

    def parts(self, latest: Step) -> Sequence[str]:
        """Return the number of the question among all, and the question."""
        return [f"{latest.number} of {latest.of}", latest.what] if latest.of else [latest.what]
