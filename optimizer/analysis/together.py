"""Certainty for all: what is left of a budget, spent on one common confidence of everything that is secured.

A plan at a confidence is a plan at every lower one, and a lower bound on the cost at a confidence is one at every
higher one. So the highest confidence that the budget carries is found by halving, and cost and bound never fall along
the points. Where the scenario asks an activation for more than the common confidence, its own counts: every plan is
one of the scenario as it is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from optimizer.analysis.certainty import checked
from optimizer.analysis.certify import certified
from optimizer.analysis.diagnosis.documents import posed
from optimizer.analysis.gaps import closes, cost_gap
from optimizer.analysis.judging import effort_of, facts_of
from optimizer.analysis.report import budget_and_left
from optimizer.analysis.time_budget import Step, TimeBudget
from optimizer.answers.together import CertaintyTogether, JointPoint
from optimizer.money import decimals, from_minor, to_minor
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from optimizer.solve.settings import Settings

STEPS = (*(percent / 100 for percent in range(1, 100)), 0.995, 0.999)
"""Common confidences among which the highest is looked for."""


@dataclass(frozen=True)
class Finding:
    """The result of one search at a common confidence; fields as in `certainty.Finding`."""

    confidence: float
    plan: Plan | None
    bound_minor: int | None
    impossible: bool


@dataclass(frozen=True)
class TogetherPlans:
    """The answer, and the scenario and plan of every point that has one, by confidence."""

    answer: CertaintyTogether
    plans: dict[float, tuple[Scenario, Plan]]


def certainty_together(
    scenario: Scenario,
    confidences: Sequence[float],
    settings: Settings | None = None,
    *,
    plan: Plan | None = None,
    progress: Callable[[Step], None] | None = None,
    cancel: threading.Event | None = None,
) -> TogetherPlans:
    """Return the plan of everything at each common confidence, up to the highest that the budget carries.

    Parameters
    ----------
    confidences
        Probabilities to plan for, in any order, beside those that lead to the highest.
    settings
        Time for the whole answer; gap, seed and threads.
    plan
        The plan of the scenario as it is; None to solve for it.

    Raises
    ------
    InputError
        If a confidence is not between 0 and 1, or comes twice.
    VerificationError
        If a plan fails its verification: a bug.
    """
    began = time.monotonic()
    settings, cancel = settings or Settings(), cancel or threading.Event()
    listed = checked(confidences)
    questions = len(STEPS).bit_length() + len(listed) + (plan is None)
    clock = TimeBudget(began + settings.time_limit_seconds, cancel, questions, 1, progress)
    search = _Joint(scenario, settings, cancel, clock)
    asked = plan or search.as_asked()
    search.about([result.activation for result in asked.activations if result.secured])
    if search.secured:
        search.find_highest([level for level in STEPS if level > search.lowest])
        search.fill([level for level in listed if level > search.lowest])
    points = search.points(listed)
    return TogetherPlans(
        CertaintyTogether(
            schema_version=1,
            scenario=facts_of(scenario).reference,
            budget=asked.totals.budget,
            secured=search.secured,
            asked=search.described(None, asked, asked.objective.cost_bound, asked.status),
            points=points,
            highest=max((p.confidence for p in points if p.cost is not None and p.confidence), default=None),
            run=effort_of(settings, began),
        ),
        search.plans(points),
    )


class _Joint:
    """Asks for everything at a common confidence, and combines what all searches found."""

    def __init__(self, scenario: Scenario, settings: Settings, cancel: threading.Event, clock: TimeBudget):
        self.scenario, self.settings, self.cancel, self.clock = scenario, settings, cancel, clock
        self.digits = decimals(scenario.currency)
        self.secured: list[str] = []
        self.lowest = 1.0
        self.findings: list[Finding] = []

    def as_asked(self) -> Plan:
        """Return the plan of the scenario as it is."""
        seconds = self.clock.take("the plan as asked")
        return certified(self.scenario, self._settings(max(seconds, 0.1)), cancel=self.cancel, draws=0).plan

    def about(self, secured: list[str]) -> None:
        """Take the activations that all questions are about."""
        self.secured = secured
        self.own = {wave.id: wave.confidence for wave in waves(self.scenario) if wave.id in secured}
        self.lowest = min(self.own.values(), default=1.0)

    def question(self, confidence: float) -> Scenario:
        """Return the scenario that asks for all of them at a common confidence, or their own where that is more."""
        question = posed(self.scenario, set(self.secured))
        raised = [
            activation.model_copy(update={"confidence": max(confidence, self.own[activation.id])})
            for activation in question.activations or []
        ]
        return question.model_copy(update={"activations": raised})

    def find_highest(self, levels: Sequence[float]) -> None:
        """Halve the levels until the highest with a plan is next to one without."""
        carried, refused = -1, len(levels)
        while refused - carried > 1:
            middle = (carried + refused) // 2
            found = self._ask(levels[middle])
            if found is None:
                return
            if found.plan is None:
                refused = middle
            else:
                carried = middle

    def fill(self, levels: Sequence[float]) -> None:
        """Ask at every level whose plan is still that of a higher one, the highest first."""
        known = {finding.confidence for finding in self.findings}
        for level in sorted(set(levels) - known, reverse=True):
            if not any(item.impossible and item.confidence <= level for item in self.findings):
                self._ask(level)

    def _ask(self, confidence: float) -> Finding | None:
        """Search at a common confidence; None where there is no time for it."""
        seconds = self.clock.take(f"everything at {confidence * 100:g}%")
        if not seconds:
            return None
        plan = certified(
            self.question(confidence), self._settings(seconds), cancel=self.cancel, draws=0, people=False
        ).plan
        bound = plan.objective.cost_bound
        found = Finding(
            confidence,
            None if plan.totals.cost is None else plan,
            None if bound is None else to_minor(Decimal(bound), self.digits),
            plan.status == "infeasible",
        )
        self.findings.append(found)
        return found

    def _settings(self, seconds: float) -> Settings:
        return self.settings.model_copy(update={"time_limit_seconds": seconds})

    def points(self, listed: Sequence[float]) -> list[JointPoint]:
        """Return the points at all levels that were asked about or listed."""
        levels = {finding.confidence for finding in self.findings}
        if self.secured:
            levels |= {level for level in listed if level > self.lowest}
        return [self._point(level) for level in sorted(levels)]

    def _point(self, confidence: float) -> JointPoint:
        plan = self._cheapest(confidence)
        below = [item for item in self.findings if item.confidence <= confidence]
        bound = max((item.bound_minor for item in below if item.bound_minor is not None), default=None)
        text = None if bound is None else from_minor(bound, self.digits)
        if plan is None:
            status = "infeasible" if any(item.impossible for item in below) else "unknown"
            return self.described(confidence, None, None if status == "infeasible" else text, status)
        proven = closes(self._minor(plan), bound, self.settings.gap)
        return self.described(confidence, plan, text, "optimal" if proven else "feasible")

    def _cheapest(self, confidence: float) -> Plan | None:
        """Return the cheapest plan found that holds at a common confidence."""
        holding = [item.plan for item in self.findings if item.plan is not None and item.confidence >= confidence]
        return min(holding, key=self._minor, default=None)

    def _minor(self, plan: Plan) -> int:
        return to_minor(Decimal(plan.totals.cost or 0), self.digits)

    def described(self, confidence: float | None, plan: Plan | None, bound: str | None, status: str) -> JointPoint:
        """Return a point, null where it has no plan."""
        has_cost = plan is not None and plan.totals.cost is not None
        cost = self._minor(plan) if plan is not None and has_cost else None
        gap = cost_gap(cost, None if bound is None else to_minor(Decimal(bound), self.digits))
        if confidence is None and plan is not None and not plan.objective.value_gap:
            gap = plan.objective.cost_gap
        return JointPoint(
            confidence=confidence,
            status=status,  # type: ignore[arg-type]
            cost=None if cost is None else from_minor(cost, self.digits),
            cost_bound=bound,
            gap=gap,
            left=budget_and_left(self.scenario, cost)["left"],
            probability_all=None if plan is None else plan.totals.probability_all,
            gifts=0 if plan is None else plan.totals.gifts,
            paid=0 if plan is None else plan.totals.paid,
            verified=plan is not None and plan.certificate.verified,
        )

    def plans(self, points: Sequence[JointPoint]) -> dict[float, tuple[Scenario, Plan]]:
        """Return the question and the plan of every level that was searched and has a plan."""
        wanted = {point.confidence for point in points}
        return {
            found.confidence: (self.question(found.confidence), found.plan)
            for found in self.findings
            if found.plan is not None and found.confidence in wanted
        }
