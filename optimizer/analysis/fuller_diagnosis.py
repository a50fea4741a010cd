"""The diagnosis of a plan that was made before: what its own diagnosis had no time to ask is asked now.

Nothing is planned anew. Decisions are read off the plan, and what each missing activation costs at least, or that it
cannot be secured at all, is bounded as the search does.
"""

from __future__ import annotations

import threading
import time
from decimal import Decimal

from optimizer.analysis.certify import Certified, selection_of
from optimizer.analysis.diagnose import diagnose
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.rules import every_day
from optimizer.money import to_minor
from optimizer.plan import Diagnosis, Plan
from optimizer.scenario.models import Scenario
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.control import Control
from optimizer.solve.problem import prepare
from optimizer.solve.search import SearchStatus, Solution
from optimizer.solve.settings import Settings
from optimizer.solve.windows.counting import count

SHARE_FOR_BOUNDS = 0.25
"""Of the time, at most, to bound what each missing activation costs."""


def diagnosed_further(scenario: Scenario, plan: Plan, settings: Settings, *, cancel: threading.Event) -> Plan:
    """Return a plan with a diagnosis that tells of more limits, or as it is where the time did not suffice for that.

    Parameters
    ----------
    scenario
        The one that the plan was made for.
    plan
        A verified plan whose diagnosis is not complete.
    settings
        Seed and workers of the questions; `time_limit_seconds` is the time for all.
    cancel
        Set it to end with what is answered by then.
    """
    began = time.monotonic()
    limit = settings.time_limit_seconds
    control = Control(began + SHARE_FOR_BOUNDS * limit, cancel)
    result = _recovered(scenario, plan, settings, control)
    patient = settings.model_copy(update={"diagnose_seconds": limit})
    fuller = diagnose(scenario, result, patient, deadline=began + limit, cancel=cancel, patience=limit)
    if plan.diagnosis is not None and _told(fuller) <= _told(plan.diagnosis):
        return plan
    return plan.model_copy(update={"diagnosis": fuller})


def _told(diagnosis: Diagnosis) -> tuple[int, int]:
    """Return how much a diagnosis tells: the fewer limits it left out, and then the more ways out, the more."""
    return -len(diagnosis.not_asked), len(diagnosis.ways_out)


def _recovered(scenario: Scenario, plan: Plan, settings: Settings, control: Control) -> Certified:
    """Return a plan with what its search left behind, as far as a diagnosis asks for it."""
    instance = build_instance(scenario, every_day=every_day())
    stated = plan.objective
    infeasible = plan.status == "infeasible"
    solution = Solution(
        status=SearchStatus(plan.status),
        selection=None if infeasible else selection_of(instance, plan),
        value=stated.value,
        least_cost=None if stated.least_cost is None else to_minor(Decimal(stated.least_cost), instance.digits),
        value_bound=stated.value_bound or 0,
        cost_bound=None if stated.cost_bound is None else to_minor(Decimal(stated.cost_bound), instance.digits),
        lower_bounds=_lower_bounds(instance, plan, settings, control),
        method=plan.run.method,
    )
    return Certified(plan, instance, solution)


def _lower_bounds(instance: Instance, plan: Plan, settings: Settings, control: Control) -> dict[int, int]:
    """Return what each missing activation costs at least; what cannot be secured at all is absent, as in the search."""
    counted = count(instance, lambda: control.stopped)
    if counted.infeasible:
        return counted.costs
    problem = prepare(
        instance, control, seed=settings.seed, gap=settings.gap, workers=settings.workers, counted=counted
    )
    with_windows = [a for a in instance.activations if len(problem.windows_of(a))]
    missing = [a for a in with_windows if not plan.activations[a].secured]
    if not control.stopped:
        bounds = bound_activations(problem, missing)
        if not control.stopped:
            return {bound.activation: bound.lower_bound for bound in bounds if not bound.impossible}
    # Bounds may be missing: nothing is concluded from what is not there.
    return dict.fromkeys(instance.activations, 0)
