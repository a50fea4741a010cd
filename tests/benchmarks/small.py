"""A scenario that every method solves in a second: one activation, a dozen creators, a choice of windows and days."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from tests.benchmarks.cases import Case, Task
from tests.benchmarks.methods.base import Run


def small_scenario(creators: int = 12, goal: str = "min_cost", **changes: Any) -> Scenario:
    """Return the scenario."""
    dice = np.random.default_rng(3)
    document: dict[str, Any] = {
        "schema_version": 1,
        "name": "Small",
        "horizon": {"start": "2027-03-01", "end": "2027-05-02"},
        "objective": {"goal": goal, "cost_slack": 0},
        "budget": {"total": "2000.00"},
        "products": [{"id": "socks", "unit_cost": "28.00"}],
        "shipping": {
            "daily_capacity": 4,
            "services": [
                {"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}},
                {"id": "economy", "cost": "2.10", "transit_days": {"2": 0.7, "3": 0.3}},
            ],
        },
        "communities": [{"id": "trail"}],
        "activations": [
            {"id": "a", "community": "trail", "min_posts": 2, "confidence": 0.8, "start_latest": "2027-03-22"}
        ],
        "creators": [
            {
                "id": f"c{index}",
                "communities": ["trail"],
                "organic_rate": int(dice.integers(20, 41)) / 100,
                "service": str(dice.choice(["tracked", "economy"])),
                **({"paid_fee": int(dice.integers(60, 250))} if dice.random() < 0.5 else {}),
            }
            for index in range(creators)
        ],
        **changes,
    }
    return scenario_from_data(document)


def run_of(method: str, limit: float = 2.0) -> Run:
    """Return a run that is written down nowhere."""
    return Run(Task(Case("S", 1), method, limit))
