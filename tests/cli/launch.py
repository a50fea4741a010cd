"""A launch so small that solving it takes no time, and a way to run commands on it."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.report import Decision
from optimizer.cli import outcome
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario

Document = dict[str, Any]

_DOCUMENT: Document = {
    "schema_version": 1,
    "name": "Small launch",
    "horizon": {"start": "2027-03-01", "end": "2027-04-11"},
    "products": [{"id": "socks", "unit_cost": "28.00", "stock": [{"on": "2027-03-01", "units": 50}]}],
    "shipping": {
        "holiday_calendar": "GB-ENG",
        "services": [{"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}}],
    },
    "communities": [
        {"id": "trail-running", "name": "Trail running", "max_paid_share": 1.0},
        {"id": "sourdough", "name": "Sourdough"},
    ],
    "activations": [
        {"id": "trail", "community": "trail-running", "min_posts": 1, "window_days": 14, "value": 3},
        {"id": "bread", "community": "sourdough", "min_posts": 2},
    ],
    "creators": [
        {"id": "ana", "handle": "@ana_runs", "communities": ["trail-running"], "tier": "nano", "embeddedness": 0.5},
        {"id": "ben", "handle": "@ben", "communities": ["trail-running"], "tier": "nano", "paid_fee": "1180.50"},
        {"id": "cat", "handle": "@cat", "communities": ["trail-running"], "tier": "emerging", "paid_fee": "60.00"},
        {"id": "dan", "handle": "@dan", "communities": ["sourdough"]},
    ],
}


def document(**changes: Any) -> Document:
    """Return the launch with some of its fields replaced."""
    return copy.deepcopy(_DOCUMENT) | changes


def scenario(**changes: Any) -> Scenario:
    """Return the launch as a scenario."""
    return scenario_from_data(document(**changes))


def decision(creator: str, mode: Any, ship_on: str, activation: str = "trail") -> Decision:
    """Return a decision of one line."""
    return Decision(creator, activation, mode, date.fromisoformat(ship_on))


GOOD = [decision("cat", "paid", "2027-03-10"), decision("ana", "gift", "2027-03-11")]
"""Secures `trail`; `bread` cannot be secured by anybody."""
START = {"trail": date(2027, 3, 15)}


def plan(decisions: Sequence[Decision] = tuple(GOOD), draws: int = 0, **changes: Any) -> Plan:
    """Return the judged plan of decisions for `trail`."""
    return evaluate(scenario(**changes), decisions, START if decisions else {}, draws=draws)


def write(folder: Path, content: Document | None = None, name: str = "launch.json") -> Path:
    """Write a scenario file."""
    path = folder / name
    path.write_text(json.dumps(document() if content is None else content), encoding="utf-8")
    return path


class Ran(NamedTuple):
    """The exit code of a command, and what it printed."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ran:
    """Run a command in this process."""
    capsys.readouterr()
    code = outcome([str(argument) for argument in arguments])
    return Ran(code, *capsys.readouterr())
