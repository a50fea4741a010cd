"""Building blocks of terminal pages: ruled tables, titled lists, marks that do not rely on colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.box import Box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

RULED = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")
"""Rules under the head and above the totals, nothing else."""
LABEL_WIDTH = 14
INDENT = 2


class Adaptive:
    """Renders by the width there is: `render` is given it in columns."""

    def __init__(self, render: Callable[[int], RenderableType]):
        self.render = render

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what fits."""
        yield self.render(options.max_width)


def ruled_table(*, totals: bool = False) -> Table:
    """Return an empty table as wide as the page, with or without a line of totals."""
    return Table(
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


def titled(title: str, lines: Iterable[tuple[str, str]]) -> RenderableType | None:
    """Return a title with labelled lines under it, None where there are none."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=LABEL_WIDTH - INDENT, max_width=28)
    table.add_column()
    for label, text in lines:
        table.add_row(Text(label), Text(text))
    return Group(Text(title, style="bold"), Padding(table, (0, 0, 0, INDENT))) if table.row_count else None


def marked(good: bool, text: str) -> Text:
    """Return a text with a sign of whether it is good; colour only repeats what the sign says."""
    return Text(f"{'✓' if good else '✗'} {text}", style="green" if good else "bold red")


def spaced(parts: Iterable[RenderableType | None]) -> RenderableType:
    """Return the parts that there are, with an empty line between them."""
    shown = [part for part in parts if part is not None]
    gaps: list[RenderableType] = []
    for part in shown:
        gaps += [part, Text("")]
    return Group(*gaps[:-1])
