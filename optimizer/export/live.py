"""One live line on a terminal: the latest of what long work tells, and how long it has been going."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from rich.console import Console
from rich.live import Live
from rich.text import Text

T = TypeVar("T")


class LiveLine(ABC, Generic[T]):
    """Context manager that shows the latest that it was told until it is left; silent where nobody watches.

    `tell` may be called from any thread.
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
        """Show this from now on."""
        self._latest = latest

    def line(self) -> Text:
        """Return what is shown: the latest, and the time elapsed."""
        told = ["starting"] if self._latest is None else self.parts(self._latest)
        elapsed = f"{time.monotonic() - self._began:.0f} s"
        return Text(" · ".join([*told, elapsed]), no_wrap=True, overflow="ellipsis")

    @abstractmethod
    def parts(self, latest: T) -> Sequence[str]:
        """Return what is shown of the latest."""
