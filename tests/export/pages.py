"""Plans with a proof and without, and pages as text."""

from __future__ import annotations

from typing import Any

from rich.console import Console, RenderableType

from optimizer.plan import Plan
from tests.cli.launch import plan


def page(view: RenderableType, width: int = 80) -> str:
    """Return the text of a page of this width, line by line."""
    console = Console(width=width, markup=False, emoji=False, highlight=False, color_system=None)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def squeezed(text: str) -> str:
    """Return a text with single blanks and no line breaks."""
    return " ".join(text.split())


def ours(status: str = "optimal", **objective: Any) -> Plan:
    """Return a plan with the objective that the search would report."""
    judged = plan()
    report = {"value_gap": 0.0, "value_bound": 3, "cost_bound": "121.10", "cost_gap": 0.0225, "gap": 0.0225} | objective
    return judged.model_copy(update={"status": status, "objective": judged.objective.model_copy(update=report)})


def nothing(status: str, **objective: Any) -> Plan:
    """Return the plan of a scenario without one: no totals and no value."""
    empty = plan([])
    null = {"cost": None, "product": None, "shipping": None, "fees": None}
    report = {"value": None, "least_cost": None, "embeddedness": None, "value_gap": None, "gap": None} | objective
    return empty.model_copy(
        update={
            "status": status,
            "totals": empty.totals.model_copy(update=null),
            "objective": empty.objective.model_copy(update=report),
        }
    )
