"""What a limit costs: the scenario solved again with each limit that binds one step looser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from optimizer.analysis.certify import certified
from optimizer.analysis.diagnosis.documents import document, patched
from optimizer.analysis.judging import Facts, effort_of, facts_of, judge
from optimizer.analysis.other_budget import with_budget_of
from optimizer.analysis.sensitivity.levels import Best, Bounds, best_of, bounds_of
from optimizer.analysis.sensitivity.steps import Relaxed, looser_limits
from optimizer.analysis.time_budget import Step, TimeBudget, side_by_side
from optimizer.answers.limits import CostOfLimits, LooserLimit
from optimizer.errors import InputError, Problem, VerificationError
from optimizer.money import decimals, from_minor
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from optimizer.solve.settings import Settings

OWN_SHARE = 0.3
"""Share of the time for the scenario as it is: every gain is measured against its plan."""


def cost_of_limits(
    scenario: Scenario,
    settings: Settings | None = None,
    *,
    plan: Plan | None = None,
    progress: Callable[[Step], None] | None = None,
    cancel: threading.Event | None = None,
) -> CostOfLimits:
    """Return what one step looser would buy, for every limit of a checked scenario that `looser_limits` names.

    Parameters
    ----------
    settings
        Time for the whole answer, shared fairly; gap, seed, and how many questions are worked on side by side.
    plan
        The scenario's own plan where there is one; it is judged anew, its bounds are taken as stated.
    progress
        Called with every question that is put.
    cancel
        Set it to end early; limits not examined show the scenario's own plan, and no bounds.

    Raises
    ------
    InputError
        If `plan` is none of the scenario: it breaks a rule, or its bounds contradict a verified plan.
    VerificationError
        If a plan made here fails its verification, or a bound contradicts a verified plan: a bug.
    """
    began = time.monotonic()
    settings, cancel = settings or Settings(), cancel or threading.Event()
    study = _Study(scenario, settings, cancel, facts_of(scenario))
    deadline = began + settings.time_limit_seconds
    own = study.own(plan, deadline, progress)
    best = best_of(own, study.digits)
    if best is None:
        return study.answer(own, None, bounds_of(own, study.digits), [], began)
    limits = looser_limits(scenario, own)
    lanes = min(settings.workers, max(1, len(limits)))
    clock = TimeBudget(deadline, cancel, len(limits), lanes, progress)
    asked = side_by_side(lambda limit: study.loosened(limit, clock), limits, lanes, cancel)
    loosened = [item for item in asked if item is not None]
    try:
        return study.joined(own, best, loosened, began)
    except VerificationError as error:
        if plan is None:
            raise
        raise InputError([_contradiction(error)]) from error


@dataclass(frozen=True)
class Loosened:
    """A limit, one step looser, and what the search made of it; `plan` is None where there was no time for any."""

    limit: Relaxed
    plan: Plan | None


@dataclass(frozen=True)
class _Study:
    scenario: Scenario
    settings: Settings
    cancel: threading.Event
    facts: Facts

    @property
    def digits(self) -> int:
        return decimals(self.scenario.currency)

    def own(self, given: Plan | None, deadline: float, progress: Callable[[Step], None] | None) -> Plan:
        """Return the scenario's own plan: the given one, judged anew, or the one made in a share of the time."""
        if given is not None:
            return self._accepted(given)
        if progress is not None:
            progress(Step(0, 0, "the scenario as it is"))
        seconds = max(1e-3, OWN_SHARE * (deadline - time.monotonic()))
        return self._solved(self.scenario, seconds, self.settings.workers)

    def _accepted(self, given: Plan) -> Plan:
        if given.totals.cost is None:
            raise InputError([Problem("no_plan", "/totals/cost", "this file holds no plan", "Solve the scenario.")])
        judged = judge(self.scenario, given, self.settings.seed, 0, self.facts)
        broken = [check for check in judged.certificate.checks if not check.ok]
        remedy = "Give a plan of this very scenario, as solved."
        if broken:
            raise InputError([Problem("rule_broken", check.rule, check.detail, remedy) for check in broken])
        return judged

    def _solved(self, scenario: Scenario, seconds: float, workers: int) -> Plan:
        settings = self.settings.model_copy(update={"time_limit_seconds": seconds, "workers": workers})
        return certified(scenario, settings, cancel=self.cancel, draws=0, people=False).plan

    @cached_property
    def document(self) -> Any:
        """The scenario as JSON data."""
        return document(self.scenario)

    def loosened(self, limit: Relaxed, clock: TimeBudget) -> Loosened | None:
        """Return what a search makes of the scenario with a limit loosened; None where that is no valid scenario.

        The changed fields are checked like those of any file: a step may go beyond what a field may hold.
        """
        seconds = clock.take(f"{limit.relaxable.subject} {limit.relaxable.current} → {limit.to.value}")
        if not seconds:
            return Loosened(limit, None)
        try:
            scenario = scenario_from_data(patched(self.document, [limit.to]))
        except InputError:
            return None
        return Loosened(limit, self._solved(scenario, seconds, 1))

    def joined(self, own: Plan, best: Best, loosened: Sequence[Loosened], began: float) -> CostOfLimits:
        """Return the answer that all searches give together.

        A plan made under a looser limit may keep every rule of the scenario as it is: then it is not the limit that
        was in the way, and the plan becomes the scenario's own.
        """
        plans = [item.plan for item in loosened if item.plan is not None]
        for plan in plans:
            other = best_of(plan, self.digits)
            if other is not None and other.beats(best) and self._keeps(plan):
                best = other
        all_bounds = [bounds_of(plan, self.digits) for plan in plans if plan.status != "infeasible"]
        bounds = bounds_of(own, self.digits)
        bounds.check(best, "the scenario", self.digits)
        bounds = bounds.tightened(all_bounds, best)
        bounds.check(best, "the scenario", self.digits)
        return self.answer(own, best, bounds, [self._row(item, best) for item in loosened], began)

    def _keeps(self, plan: Plan) -> bool:
        """Return whether a plan of a looser scenario keeps every rule of the scenario as it is."""
        named = with_budget_of(self.scenario, plan).model_copy(update={"scenario": self.facts.reference})
        return judge(self.scenario, named, self.settings.seed, 0, self.facts).certificate.verified

    def _row(self, item: Loosened, own: Best) -> LooserLimit:
        relaxable, bounds, best = item.limit.relaxable, Bounds(), own
        if item.plan is not None:
            if item.plan.status == "infeasible":
                raise VerificationError(
                    [f"bound: {relaxable.subject} {item.limit.to.value} is impossible, yet a stricter plan is verified"]
                )
            bounds = bounds_of(item.plan, self.digits)
            mine = best_of(item.plan, self.digits)
            best = mine if mine is not None and mine.beats(own) else own
            bounds.check(best, f"the scenario with {relaxable.subject} {item.limit.to.value}", self.digits)
        ids = [wave.id for wave in waves(self.scenario)]
        least = bounds.cost_of(best) if best.value == own.value else None
        return LooserLimit.model_validate(
            {
                "limit": item.limit.rule,
                "subject": relaxable.subject,
                "why": item.limit.why,
                "pointer": item.limit.to.pointer,
                "from": relaxable.current,
                "to": item.limit.to.value,
                "status": bounds.status(best, self.settings.gap),
                "value": best.value,
                "value_gain": best.value - own.value,
                "value_gain_bound": None if bounds.value is None else bounds.value - own.value,
                "cost": from_minor(best.cost_minor, self.digits),
                "cost_change": from_minor(best.cost_minor - own.cost_minor, self.digits),
                "cost_change_bound": None if least is None else from_minor(least - own.cost_minor, self.digits),
                "gained": [name for name in ids if name in best.secured - own.secured],
                "lost": [name for name in ids if name in own.secured - best.secured],
                "gap": bounds.gap(best),
                "verified": True,
            }
        )

    def answer(
        self, own: Plan, best: Best | None, bounds: Bounds, rows: Sequence[LooserLimit], began: float
    ) -> CostOfLimits:
        """Return the answer; without a plan of the scenario there is nothing to measure against, and no rows."""
        least = None if best is None else bounds.cost_of(best)
        return CostOfLimits(
            schema_version=1,
            scenario=self.facts.reference,
            status=own.status if best is None else bounds.status(best, self.settings.gap),
            value=None if best is None else best.value,
            value_bound=bounds.value,
            cost=None if best is None else from_minor(best.cost_minor, self.digits),
            cost_bound=None if least is None else from_minor(least, self.digits),
            gap=None if best is None else bounds.gap(best),
            limits=list(rows),
            run=effort_of(self.settings, began),
        )


def _contradiction(error: VerificationError) -> Problem:
    detail = f"what the plan says is proven is not true: {'; '.join(error.failures)}"
    return Problem("false_bound", "/objective", detail, "Solve the scenario again.")
