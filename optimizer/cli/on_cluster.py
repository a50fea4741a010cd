"""``--cluster``: the workers of a Dask scheduler in place of this machine."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import typer

from optimizer.cli.console import ExitCode, blaming, say
from optimizer.errors import InputError, Problem
from optimizer.execution.executor import Executor, Failed, Listener, Task
from optimizer.scenario.models import Scenario
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.analysis.frontier import BudgetPlans


BUDGET_PLANS = "optimizer.execution.child:budget_plans_of"


class Place(NamedTuple):
    """A scheduler's address, and the number of solves its workers have slots for."""

    address: str
    places: int


def places_at(cluster: str, workers: int | None) -> int:
    """Return the number of solves a cluster has slots for; leave with `BAD_INPUT` where it cannot be reached.

    Parameters
    ----------
    cluster
        Address of its Dask scheduler.
    workers
        The option ``--workers``, which is for this machine and refused along with a cluster.
    """
    from optimizer.execution.cluster import ClusterError, places_of  # noqa: PLC0415

    with blaming("options"):
        if workers is not None:
            detail = "--workers is for this machine; on a cluster its workers say how many they solve at once"
            raise InputError([Problem("both_given", "--workers", detail, "Leave one of them out.")])
        try:
            return places_of(cluster)
        except ClusterError as error:
            detail = f"the Dask scheduler cannot be reached: {error}"
            remedy = "Check the address, such as tcp://host:8786, and that a scheduler runs there."
            raise InputError([Problem("no_cluster", "--cluster", detail, remedy, cluster)]) from None


def executor_at(cluster: str, listener: Listener) -> Executor:
    """Return an executor that solves on a cluster.

    It has a scope of its own, so that two commands with equal tasks do not end each other's solves.
    """
    from optimizer.execution.cluster import DaskExecutor  # noqa: PLC0415

    return DaskExecutor(listener, cluster, scope=secrets.token_hex(8))


def report_no_worker() -> None:
    """Say that the scheduler has no worker yet, and how to start one."""
    say("The cluster has no worker yet; this waits for one: groundswell worker --scheduler ADDRESS.")


def frontier_at(
    place: Place,
    scenario: Scenario,
    budgets: Sequence[int] | int,
    settings: Settings,
    progress: Callable[[Progress], None],
    cancel: threading.Event,
) -> BudgetPlans | None:
    """Return the frontier that one worker of a cluster searches; None if cancelled before a worker took it up.

    One worker does all budgets: they share one search, while apart each would need a search of its own.

    Raises
    ------
    typer.Exit
        The task failed; the reason has been printed.
    """
    from optimizer.analysis.frontier import read_budget_plans  # noqa: PLC0415
    from optimizer.execution.run_one import outcome_of  # noqa: PLC0415

    if place.places == 0:
        report_no_worker()

    def text() -> str:
        data = scenario.model_dump(mode="json", exclude_unset=True, by_alias=True)
        return json.dumps({"scenario": data, "budgets": budgets})

    task = Task("frontier", settings, text, work=BUDGET_PLANS)
    outcome = outcome_of(task, lambda listener: executor_at(place.address, listener), progress, cancel)
    if outcome is None:
        return None
    if isinstance(outcome, Failed):
        say(f"The frontier failed on the cluster: {outcome.detail}")
        raise typer.Exit(ExitCode.FAILED)
    return read_budget_plans(scenario, outcome.plan)
