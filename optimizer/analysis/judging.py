"""Compose a plan of its parts and judge it: verifier, simulation, the limits it uses up.

Nothing here loads a solver, so that the commands and calls which only judge are quick.
"""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from optimizer.analysis.binding import binding
from optimizer.analysis.report import Figures
from optimizer.answers.common import Effort
from optimizer.plan import (
    Certificate,
    Check,
    ObjectiveReport,
    Plan,
    Run,
    ScenarioReference,
    Simulation,
    Totals,
    WarningNote,
)
from optimizer.scenario.loading import assumptions, fingerprint
from optimizer.scenario.models import Scenario
from optimizer.scenario.scenario_warnings import scenario_warnings
from optimizer.solve.settings import Settings
from optimizer.verify import verify
from optimizer.verify.simulate import agrees, simulate

LIBRARIES = ("groundswell", "ortools", "numpy", "scipy", "holidays")


def library_versions() -> dict[str, str]:
    """Return the versions of groundswell and of the libraries that decide a plan."""
    return {name: _version(name) for name in LIBRARIES}


def versions() -> dict[str, str]:
    """Return the versions that a plan and every answer name: Python's too."""
    return {"python": platform.python_version(), **library_versions()}


@lru_cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


SIMULATED_CAMPAIGNS = 20_000


@dataclass(frozen=True)
class Facts:
    """The parts of a plan that depend on the scenario alone, not on the decisions."""

    reference: ScenarioReference
    assumptions: list[str]
    warnings: list[WarningNote]


def facts_of(scenario: Scenario) -> Facts:
    """Return what any plan of a scenario says of it."""
    return Facts(
        ScenarioReference(name=scenario.name, sha256=fingerprint(scenario), currency=scenario.currency),
        assumptions(scenario),
        [WarningNote(code=note.code, pointer=note.pointer, detail=note.detail) for note in scenario_warnings(scenario)],
    )


def judge(
    scenario: Scenario,
    plan: Plan,
    seed: int,
    draws: int,
    facts: Facts | None = None,
    simulation: Simulation | None = None,
) -> Plan:
    """Return the plan with the certificate of verifier and simulator.

    `facts`, where given, are the scenario's; `simulation`, where given, is one of the same decisions.
    """
    mark = fingerprint(scenario) if facts is None else facts.reference.sha256
    checks = verify(scenario, plan, fingerprint=mark)
    if simulation is None and draws and any(result.secured for result in plan.activations):
        simulation = simulate(scenario, plan, draws=draws, seed=seed)
    if simulation is not None:
        checks = [*checks, agrees(simulation, plan)]
    certificate = Certificate(verified=all(check.ok for check in checks), checks=checks, simulation=simulation)
    return plan.model_copy(update={"certificate": certificate})


def compose(facts: Facts, figures: Figures, objective: ObjectiveReport, status: str, run: Run) -> Plan:
    """Return a plan made of its parts, with an empty certificate and no binding limits."""
    return Plan(
        schema_version=1,
        scenario=facts.reference,
        status=status,  # type: ignore[arg-type]
        objective=objective,
        totals=figures.totals,
        activations=figures.activations,
        assignments=figures.assignments,
        cash=figures.cash,
        binding=[],
        assumptions=facts.assumptions,
        warnings=facts.warnings,
        certificate=Certificate(verified=False, checks=list[Check](), simulation=None),
        diagnosis=None,
        run=run,
    )


def bound(scenario: Scenario, plan: Plan) -> Plan:
    """Return the plan with the limits it uses up."""
    return plan.model_copy(update={"binding": binding(scenario, plan)})


def run_of(settings: Settings, method: str) -> Run:
    """Return how the plan was computed; the time used is filled in at the end."""
    return Run(
        seed=settings.seed,
        time_limit_seconds=settings.time_limit_seconds,
        wall_seconds=0.0,
        workers=settings.workers,
        method=method,
        versions=versions(),
    )


def effort_of(settings: Settings, began: float) -> Effort:
    """Return how an answer was computed that was begun at a `time.monotonic()` and is complete now."""
    return Effort(
        seed=settings.seed,
        time_limit_seconds=settings.time_limit_seconds,
        wall_seconds=round(time.monotonic() - began, 3),
        workers=settings.workers,
        versions=versions(),
    )


def without_plan(figures: Figures) -> Figures:
    """Return figures in which money is null, because there is no plan."""
    nothing = {"cost": None, "product": None, "shipping": None, "fees": None, "left": None}
    totals: Totals = figures.totals.model_copy(update=nothing)
    results = [result.model_copy(update={"cost": None}) for result in figures.activations]
    return Figures(totals, results, [], [], 0, 0, 0.0)
