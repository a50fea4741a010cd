from __future__ import annotations

import io

from rich.console import Console

from optimizer.export.terminal.elements import ProgressLine
from optimizer.solve.control import Progress


def moment(**changes: object) -> Progress:
    fields: dict[str, object] = {
        "phase": "improving the plan",
        "value": 4,
        "value_bound": 5,
        "cost_minor": 123450,
        "cost_bound_minor": 120000,
        "gap": 0.2,
        "elapsed_seconds": 3.0,
    }
    return Progress(**(fields | changes))  # type: ignore[arg-type]


def shown(*moments: Progress, terminal: bool, currency: str = "GBP") -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=120)
    with ProgressLine(console, currency) as line:
        for each in moments:
            line.tell(each)
    return out.getvalue()


def test_silent_where_nobody_watches() -> None:
    assert shown(moment(), terminal=False) == ""


def test_terminal_shows_phase_incumbent_bound_gap_and_time() -> None:
    text = shown(moment(), terminal=True)
    assert "improving the plan · value 4 of at most 5 · cost £1,234.50 · at least £1,200.00 · gap 20% · 0 s" in text


def test_what_is_not_known_is_not_shown() -> None:
    text = shown(moment(cost_bound_minor=None, gap=None), terminal=True)
    assert "cost £1,234.50 · 0 s" in text
    assert "no plan yet" in shown(moment(value=None, cost_minor=None, gap=None), terminal=True)
    assert "starting" in shown(terminal=True)


def test_currency_without_decimals() -> None:
    assert "cost ¥123,450" in shown(moment(), terminal=True, currency="JPY")
