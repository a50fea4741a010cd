"""The price of certainty: what each activation costs by itself, at each confidence.

A plan that holds at a confidence holds at every lower one, so a cheaper plan from higher up replaces a dearer one
below; a lower bound on the cost at a confidence holds at every higher one too. Hence cost and bound never fall along a
curve, however far each single search came in its time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from optimizer.analysis.certify import certified
from optimizer.analysis.diagnosis.documents import posed
from optimizer.analysis.gaps import closes, cost_gap
from optimizer.analysis.judging import effort_of, facts_of
from optimizer.analysis.time_budget import LEAST_SECONDS, Step, TimeBudget, side_by_side
from optimizer.answers.certainty import CertaintyCurve, CertaintyPoint, PriceOfCertainty
from optimizer.errors import InputError, Problem, VerificationError, pointer
from optimizer.money import decimals, from_minor, to_minor
from optimizer.plan import Plan, Status
from optimizer.scenario.fields import Budget
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, waves
from optimizer.solve.settings import Settings

WORTH_ASKING_AGAIN = 1.5
"""An open question is asked again when it can have this many times the seconds it had before."""

SETTLED: frozenset[Status] = frozenset({"optimal", "infeasible"})
"""A question with one of these answers is not asked again."""


def price_of_certainty(
    scenario: Scenario,
    confidences: Sequence[float],
    settings: Settings | None = None,
    *,
    progress: Callable[[Step], None] | None = None,
    cancel: threading.Event | None = None,
) -> PriceOfCertainty:
    """Return what each activation of a checked scenario costs at least, alone, at each confidence.

    Each is planned with all other activations and the total and monthly budgets taken out; all other rules hold.

    Parameters
    ----------
    confidences
        Probabilities, in any order.
    settings
        Time for the whole answer, shared fairly; gap, seed, and how many questions are worked on side by side.
    progress
        Called with every question that is put.
    cancel
        Set it to end early; points without an answer are `unknown` then.

    Raises
    ------
    InputError
        If a confidence is not between 0 and 1, or comes twice.
    VerificationError
        If a plan fails its verification, or a bound contradicts a verified plan: a bug.
    """
    began = time.monotonic()
    settings, cancel = settings or Settings(), cancel or threading.Event()
    asked = checked(confidences)
    search = _Search(scenario, asked, settings, cancel)
    search.run(began + settings.time_limit_seconds, progress)
    curves = [search.curve(wave) for wave in search.waves]
    return PriceOfCertainty(
        schema_version=1,
        scenario=facts_of(scenario).reference,
        confidences=asked,
        activations=curves,
        totals=[_total([curve.points[index] for curve in curves], search.digits) for index in range(len(asked))],
        asked_total=_total([curve.asked for curve in curves if curve.asked is not None], search.digits),
        run=effort_of(settings, began),
    )


def checked(confidences: Sequence[float]) -> list[float]:
    """Return confidences in order; raise InputError with everything that is wrong with them."""
    problems = []
    if not confidences:
        problems.append(Problem("missing", "", "no confidence is given", "Give at least one, such as 0.9."))
    for index, confidence in enumerate(confidences):
        where = pointer(index)
        if not 0 < confidence < 1:
            remedy = "Give it as a fraction, such as 0.9."
            problems.append(Problem("out_of_range", where, "should lie between 0 and 1", remedy, confidence))
        elif confidence in confidences[:index]:
            problems.append(Problem("duplicate", where, "this confidence comes twice", "List it once.", confidence))
    if problems:
        raise InputError(problems)
    return sorted(confidences)


@dataclass(frozen=True)
class Finding:
    """The result of one search.

    Attributes
    ----------
    plan
        A verified plan; None where the search has none.
    bound_minor
        No plan at this confidence costs less (minor units); None where nothing is proven.
    impossible
        It is proven that there is no plan.
    """

    confidence: float
    plan: Plan | None
    bound_minor: int | None
    impossible: bool


@dataclass(frozen=True)
class Combined:
    """What all searches together show for one confidence; fields as in `Finding`."""

    plan: Plan | None
    cost_minor: int | None
    bound_minor: int | None
    impossible: bool

    def status(self, gap: float) -> Status:
        """Return the status, given the gap at which a plan counts as optimal."""
        if self.cost_minor is None:
            return "infeasible" if self.impossible else "unknown"
        return "optimal" if closes(self.cost_minor, self.bound_minor, gap) else "feasible"


def together(findings: Sequence[Finding], confidence: float, digits: int) -> Combined:
    """Return what the findings of one activation show for a confidence.

    Plans count that were made for it or a higher one, or whose exact (and verified) probability reaches it; bounds
    and proofs that there is no plan count from lower ones too.

    Raises
    ------
    VerificationError
        If they contradict each other.
    """
    plans = [
        (to_minor(Decimal(item.plan.totals.cost or 0), digits), item.plan)
        for item in findings
        if item.plan is not None
        and (item.confidence >= confidence or item.plan.activations[0].probability >= confidence)
    ]
    below = [item for item in findings if item.confidence <= confidence]
    bound = max((item.bound_minor for item in below if item.bound_minor is not None), default=None)
    impossible = any(item.impossible for item in below)
    cost, plan = min(plans, key=lambda priced: priced[0], default=(None, None))
    if plan is not None and cost is not None and (impossible or (bound is not None and bound > cost)):
        name = plan.activations[0].activation
        least = "is impossible" if impossible or bound is None else f"costs at least {from_minor(bound, digits)}"
        raise VerificationError(
            [f"bound: {name} at {confidence:g} {least}, yet a verified plan costs {plan.totals.cost}"]
        )
    return Combined(plan, cost, bound, impossible)


class _Search:
    """Asks the open questions in rounds: those that had too little time are asked again with the time that is left."""

    def __init__(self, scenario: Scenario, confidences: list[float], settings: Settings, cancel: threading.Event):
        self.scenario, self.confidences, self.settings, self.cancel = scenario, confidences, settings, cancel
        self.waves = waves(scenario)
        self.digits = decimals(scenario.currency)
        self.findings: dict[str, list[Finding]] = {wave.id: [] for wave in self.waves}

    def run(self, deadline: float, progress: Callable[[Step], None] | None) -> None:
        """Ask until everything is settled, or nothing can be given noticeably more time than it had before."""
        lanes = min(self.settings.workers, len(self.waves))
        chosen = self._open()
        while chosen and not self.cancel.is_set():
            share = max(LEAST_SECONDS, (deadline - time.monotonic()) * lanes / len(chosen))
            clock = TimeBudget(deadline, self.cancel, len(chosen), lanes, progress)
            asked = [wave for wave in self.waves if any(wave is other for other, _ in chosen)]
            side_by_side(partial(self._ask, clock, chosen), asked, lanes, self.cancel)
            left, least = deadline - time.monotonic(), share * WORTH_ASKING_AGAIN
            chosen = self._open()[: int(left * lanes / least)] if left >= least else []

    def levels(self, wave: Wave) -> list[float]:
        """Return the confidences an activation is asked about: those listed, and the one the scenario asks for."""
        return sorted({*self.confidences, wave.confidence})

    def _open(self) -> list[tuple[Wave, float]]:
        """Return the open questions: first those without a plan, then those with the largest gap."""
        questions = []
        for wave in self.waves:
            for confidence in self.levels(wave):
                combined = together(self.findings[wave.id], confidence, self.digits)
                if combined.status(self.settings.gap) not in SETTLED:
                    left = cost_gap(combined.cost_minor, combined.bound_minor)
                    questions.append(
                        (combined.cost_minor is not None, -1.0 if left is None else -left, (wave, confidence))
                    )
        return [question for _, _, question in sorted(questions, key=lambda item: item[:2])]

    def _ask(self, clock: TimeBudget, chosen: Sequence[tuple[Wave, float]], wave: Wave) -> None:
        """Ask for the chosen confidences, the lowest first: its proof often settles the next."""
        for confidence in sorted(confidence for other, confidence in chosen if other is wave):
            if together(self.findings[wave.id], confidence, self.digits).status(self.settings.gap) in SETTLED:
                clock.skip()
                continue
            seconds = clock.take(f"{wave.id} at {confidence * 100:g}%")
            if seconds:
                self.findings[wave.id].append(self._searched(wave, confidence, seconds))

    def _searched(self, wave: Wave, confidence: float, seconds: float) -> Finding:
        settings = self.settings.model_copy(update={"time_limit_seconds": seconds, "workers": 1})
        question = alone(self.scenario, wave, confidence)
        plan = certified(question, settings, cancel=self.cancel, draws=0, people=False).plan
        bound = plan.objective.cost_bound
        return Finding(
            confidence,
            None if plan.totals.cost is None else plan,
            None if bound is None else to_minor(Decimal(bound), self.digits),
            plan.status == "infeasible",
        )

    def curve(self, wave: Wave) -> CertaintyCurve:
        """Return the points of one activation at all confidences."""
        return CertaintyCurve(
            activation=wave.id,
            community=wave.community,
            min_posts=wave.min_posts,
            confidence=wave.confidence,
            points=[self._point(self.findings[wave.id], confidence) for confidence in self.confidences],
            asked=self._point(self.findings[wave.id], wave.confidence),
        )

    def _point(self, findings: Sequence[Finding], confidence: float) -> CertaintyPoint:
        combined = together(findings, confidence, self.digits)
        plan, bound = combined.plan, combined.bound_minor
        return CertaintyPoint(
            confidence=confidence,
            status=combined.status(self.settings.gap),
            probability=None if plan is None else plan.activations[0].probability,
            cost=None if plan is None else plan.totals.cost,
            cost_bound=None if bound is None or combined.impossible else from_minor(bound, self.digits),
            gap=cost_gap(combined.cost_minor, bound),
            gifts=0 if plan is None else plan.totals.gifts,
            paid=0 if plan is None else plan.totals.paid,
        )


def alone(scenario: Scenario, wave: Wave, confidence: float) -> Scenario:
    """Return the question what one activation costs at least at a confidence, without others and without budgets."""
    question = posed(scenario, {wave.id})
    (activation,) = question.activations or []
    asked = activation.model_copy(update={"confidence": confidence})
    return question.model_copy(update={"activations": [asked], "budget": Budget()})


def _total(points: Sequence[CertaintyPoint], digits: int) -> str | None:
    amounts = [to_minor(Decimal(point.cost), digits) for point in points if point.cost is not None]
    return from_minor(sum(amounts), digits) if len(amounts) == len(points) else None
