"""One live line that says how far a solve is, on a terminal only."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from optimizer.export import words
from optimizer.money import from_minor, minor_digits
from optimizer.solve.control import Progress


class ProgressLine:
    """Context manager that shows the latest `Progress` until it is left; silent where nobody watches.

    `tell` may be called from any thread.
    """

    def __init__(self, console: Console, currency: str):
        self._currency = currency
        self._digits = minor_digits(currency) or 0
        self._latest: Progress | None = None
        self._began = time.monotonic()
        self._live = Live(console=console, get_renderable=self.line, transient=True)

    def __enter__(self) -> ProgressLine:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def tell(self, moment: Progress) -> None:
        """Show this moment from now on."""
        self._latest = moment

    def line(self) -> Text:
        """Return what is shown: phase, incumbent, bound, gap, elapsed."""
        moment = self._latest
        parts = ["starting" if moment is None else moment.phase]
        if moment is not None:
            parts += self._found(moment)
        parts.append(f"{time.monotonic() - self._began:.0f} s")
        return Text(" · ".join(parts), no_wrap=True, overflow="ellipsis")

    def _found(self, moment: Progress) -> list[str]:
        if moment.value is None:
            return ["no plan yet"]
        parts = [f"value {moment.value} of at most {moment.value_bound}", f"cost {self._money(moment.cost_minor)}"]
        if moment.cost_bound_minor is not None:
            parts.append(f"at least {self._money(moment.cost_bound_minor)}")
        if moment.gap is not None:
            parts.append(f"gap {words.gap(moment.gap)}")
        return parts

    def _money(self, minor: int | None) -> str:
        return words.money(None if minor is None else from_minor(minor, self._digits), self._currency)
