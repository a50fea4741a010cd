"""One live line that says which of many questions is worked on, on a terminal only."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from optimizer.analysis.sharing import Step


class StepLine:
    """Context manager that shows the latest `Step` until it is left; silent where nobody watches.

    `tell` may be called from any thread.
    """

    def __init__(self, console: Console):
        self._latest: Step | None = None
        self._began = time.monotonic()
        self._live = Live(console=console, get_renderable=self.line, transient=True)

    def __enter__(self) -> StepLine:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def tell(self, step: Step) -> None:
        """Show this step from now on."""
        self._latest = step

    def line(self) -> Text:
        """Return what is shown: which question of how many, what it is, elapsed."""
        step = self._latest
        parts = ["starting"] if step is None else [step.what]
        if step is not None and step.of:
            parts.insert(0, f"{step.number} of {step.of}")
        parts.append(f"{time.monotonic() - self._began:.0f} s")
        return Text(" · ".join(parts), no_wrap=True, overflow="ellipsis")
