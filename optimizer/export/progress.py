"""A live line that says how far a solve is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from optimizer.export import words
from optimizer.export.live import LiveLine
from optimizer.money import from_minor, minor_digits
from optimizer.solve.control import Progress


class ProgressLine(LiveLine[Progress]):
    """Shows the latest `Progress`, with amounts in a currency."""

    def __init__(self, console: Console, currency: str):
        super().__init__(console)
        self._currency = currency
        self._digits = minor_digits(currency) or 0

    def parts(self, latest: Progress) -> Sequence[str]:
        """Return phase, incumbent, bound and gap."""
        if latest.value is None:
            return [latest.phase, "no plan yet"]
        told = [latest.phase, f"value {latest.value} of at most {latest.value_bound}"]
        told.append(f"cost {self._money(latest.cost_minor)}")
        if latest.cost_bound_minor is not None:
            told.append(f"at least {self._money(latest.cost_bound_minor)}")
        if latest.gap is not None:
            told.append(f"gap {words.gap(latest.gap)}")
        return told

    def _money(self, minor: int | None) -> str:
        return words.money(None if minor is None else from_minor(minor, self._digits), self._currency)
