"""The main job: a checked scenario in, a certified and, where needed, diagnosed plan out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from optimizer.analysis.certify import Incumbents, Keep, certified
from optimizer.analysis.diagnose import diagnose
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

SHARE_FOR_DIAGNOSIS, MOST_FOR_DIAGNOSIS = 0.05, 9.0
"""Where a plan may leave activations out, this share of the time, at most this many seconds, is kept to say why."""

SHARE_FOR_OVERRUN, MOST_OVERRUN = 0.02, 3.0
"""A question that is under way ends with the step it is at, seconds later in a scenario of 50,000 creators."""


def make_plan(
    scenario: Scenario,
    settings: Settings | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    start: Plan | None = None,
    keep: Keep | None = None,
) -> Plan:
    """Return the best verified plan of a scenario, with its certificate and, if an activation is missing, a diagnosis.

    Parameters
    ----------
    scenario
        A checked scenario, as `read_scenario` returns it.
    settings
        Time limit, gap, seed, threads and method; None for the defaults.
    progress
        Called with every change of phase, incumbent and bound, in the thread that solves; with the plan's `status` as
        soon as it is final, which is before the diagnosis.
    cancel
        Set it from another thread to end early with the best plan so far.
    start
        A plan of the same scenario to begin with, such as one that was kept; ignored where it does not fit.
    keep
        Called with each better plan on the way, as a function that returns it once called (see `certified`).

    Returns
    -------
    Plan
        Its `status` is `optimal` (proven within the gap), `feasible`, `infeasible` (proven that no plan keeps every
        rule) or `unknown` (no plan in the time given). The last two have no assignments.

    Raises
    ------
    VerificationError
        If the plan fails its own verification: a bug in groundswell, and the plan is withheld.
    """
    began = time.monotonic()
    settings = settings or Settings()
    cancel = cancel or threading.Event()
    optional = scenario.objective.goal == "activate_most"
    most = min(MOST_FOR_DIAGNOSIS, settings.diagnose_seconds)
    afterwards = min(most, SHARE_FOR_DIAGNOSIS * settings.time_limit_seconds) if optional else 0.0
    reporting = _Reporting(progress, began)
    incumbents = Incumbents(start, keep)
    result = certified(
        scenario, settings, listener=reporting, cancel=cancel, afterwards=afterwards, incumbents=incumbents
    )
    reporting.conclude(result.plan.status)
    missing = any(not activation.secured for activation in result.plan.activations)
    if not missing or result.plan.status == "unknown":
        return result.plan
    if cancel.is_set() and result.plan.status != "infeasible":
        return result.plan  # what is infeasible has a diagnosis always: cancelled, it names what was not asked
    limit = settings.time_limit_seconds
    deadline = began + limit - 2 * result.judging_seconds - min(MOST_OVERRUN, SHARE_FOR_OVERRUN * limit)
    diagnosis = diagnose(scenario, result, settings, deadline=deadline, cancel=cancel, tell=reporting.enter)
    run = result.plan.run.model_copy(update={"wall_seconds": round(time.monotonic() - began, 3)})
    return result.plan.model_copy(update={"diagnosis": diagnosis, "run": run})


class _Reporting:
    """Passes progress on, and names what is worked on after the search with the figures that the search ended with."""

    def __init__(self, listener: Callable[[Progress], None] | None, began: float):
        self._listener, self._began = listener, began
        self._latest: Progress | None = None

    def __call__(self, moment: Progress) -> None:
        self._latest = moment
        if self._listener is not None:
            self._listener(moment)

    def conclude(self, status: str) -> None:
        """Tell the verdict; whatever is told later repeats it, so that who hears only the newest hears it too."""
        if self._latest is not None:
            phase = "proven infeasible" if status == "infeasible" else self._latest.phase
            self._latest = replace(self._latest, status=status)
            self.enter(phase)

    def enter(self, phase: str) -> None:
        """Tell of a phase."""
        if self._latest is not None:
            self(replace(self._latest, phase=phase, elapsed_seconds=time.monotonic() - self._began))
