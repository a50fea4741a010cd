"""Why something was not reached, and what would help: every answer comes from solving a changed scenario.

A limit *stands in the way* of an activation when taking it away alone makes the activation securable together with
everything that the plan secures (of an infeasible scenario: with everything that must be secured). Where an activation
cannot be secured even by itself, its limits are looked for by itself, and a way out says whether it does for the rest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal

from optimizer.analysis.certify import Certified
from optimizer.analysis.diagnosis.documents import Patch, activation_pointer
from optimizer.analysis.diagnosis.examination import Examination
from optimizer.analysis.diagnosis.phrases import ASK_LONGER, names, price
from optimizer.analysis.diagnosis.questions import Questions
from optimizer.analysis.diagnosis.target import Target
from optimizer.money import from_minor, to_minor
from optimizer.plan import Blocked, Diagnosis, WayOut
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings
from optimizer.wording import counted, money

ESSENTIAL_SECONDS = 4.0
"""Time taken beyond the deadline where there is less than this left."""
PATIENT_SECONDS = 20.0
"""Time taken at most, or twice that of the plan, however far the deadline is."""
FEW = 3
"""With more activations than this at once their own rules are not examined, and no more are given up in turn."""


def diagnose(
    scenario: Scenario,
    result: Certified,
    settings: Settings,
    *,
    deadline: float,
    cancel: threading.Event,
    tell: Callable[[str], None] | None = None,
    patience: float | None = None,
) -> Diagnosis:
    """Return what stands in the way of every activation that is not secured, and the smallest single changes that help.

    Parameters
    ----------
    result
        The certified plan; its status is not `unknown`.
    settings
        Seed and workers of the questions.
    deadline
        `time.monotonic()` by which to end; where it is nearly over, a few seconds more are taken for the essentials.
    cancel
        Set it to end at once with the limits and ways out so far.
    tell
        Called with what is being worked on.
    patience
        Seconds to take at most; None for `PATIENT_SECONDS`, or twice the time of the plan.
    """
    now = time.monotonic()
    if patience is None:
        patience = max(PATIENT_SECONDS, 2 * result.plan.run.wall_seconds)
    essential = min(ESSENTIAL_SECONDS, settings.diagnose_seconds)
    most = min(patience, settings.diagnose_seconds)
    inquiry = Questions(scenario, settings, max(now + essential, min(deadline, now + most)), cancel)
    return _Diagnosis(scenario, result, inquiry, tell).diagnosis()


class _Diagnosis:
    """Decides what is examined, in which order and with what share of the time."""

    def __init__(self, scenario: Scenario, result: Certified, inquiry: Questions, tell: Callable[[str], None] | None):
        self.scenario, self.result, self.inquiry = scenario, result, inquiry
        self._tell = tell
        self.instance, self.plan = result.instance, result.plan
        self.infeasible = result.plan.status == "infeasible"
        must = zip(self.instance.waves, self.instance.must_secure, strict=True)
        self.must = tuple(wave for wave, needed in must if needed)
        self.secured = frozenset(item.activation for item in self.plan.activations if item.secured)
        self.for_all: list[Examination] = []
        """The examination of what would make an infeasible scenario possible at once, where there is one."""

    def diagnosis(self) -> Diagnosis:
        examined = self._impossible() if self.infeasible else self._missing()
        ranked = [way for examination in [*self.for_all, *examined] for way in examination.best_ways()]
        ways = [item.way for item in sorted(ranked, key=lambda item: not item.complete)]
        if self.infeasible:
            ways += self._giving_up([item.target for item in examined])
        blocked = [limit for item in self.for_all for limit in item.blocked]
        explained = bool(blocked)
        for item in examined:
            blocked += item.blocked or ([] if explained else [self._unexplained(item.target)])
        not_asked = self._not_asked(examined)
        return Diagnosis(
            blocked=blocked,
            ways_out=list({(way.pointer, way.to, way.effect): way for way in ways}.values()),
            complete=not not_asked,
            not_asked=not_asked,
        )

    def _not_asked(self, examined: list[Examination]) -> list[str]:
        """Return the rules about which time did not tell; of what makes everything possible nothing is left to tell."""
        told = {limit.limit for item in self.for_all for limit in item.blocked}
        alone = {rule for item in examined for rule in item.not_asked} - told
        return sorted(alone.union(*(item.not_asked for item in self.for_all)))

    def _missing(self) -> list[Examination]:
        """Return an examination of every activation not secured, in order; the valuable and cheap get theirs first."""
        missing = [number for number, item in enumerate(self.plan.activations) if not item.secured]
        floors, value = self.result.solution.lower_bounds, self.instance.value
        examinations = {}
        for done, number in enumerate(sorted(missing, key=lambda n: (-value[n], floors.get(n, 0), n))):
            self._enter(f"asking what stands in the way ({done + 1} of {len(missing)})")
            with self.inquiry.share(len(missing) - done):
                examinations[number] = self._examined(self._target(number))
        return [examinations[number] for number in missing]

    def _enter(self, phase: str) -> None:
        if self._tell is not None:
            self._tell(phase)

    def _target(self, number: int) -> Target:
        wave = self.instance.waves[number]
        whole = self.secured | {wave.id}
        asked = frozenset({wave.id}) if self._hopeless(number) else whole
        return Target(wave.id, asked, whole, (wave,), rest_secured=len(asked) > 1)

    def _hopeless(self, number: int) -> bool:
        """Return whether it is proven that an activation cannot be secured even by itself."""
        return number not in self.result.solution.lower_bounds

    def _examined(self, target: Target) -> Examination:
        told = self.for_all[0].told if self.for_all else frozenset()
        examination = Examination(self.inquiry, self.result, target, told=told)
        examination.look()
        stated = self.plan.objective
        if self.infeasible or stated.value_bound == stated.value or not examination.second_look():
            examination.examine()
        return examination

    def _impossible(self) -> list[Examination]:
        """Examine what must be secured: each activation that is impossible by itself, else all of them together."""
        whole = frozenset(wave.id for wave in self.must)
        needed = enumerate(zip(self.instance.waves, self.instance.must_secure, strict=True))
        hopeless = [wave for number, (wave, must) in needed if must and self._hopeless(number)]
        targets = [Target(wave.id, frozenset({wave.id}), whole, (wave,), rest_secured=False) for wave in hopeless]
        if not targets:
            fresh = self.must if len(self.must) <= FEW else ()
            only = self.must[0].id if len(self.must) == 1 else None
            targets = [Target(only, whole, whole, fresh, rest_secured=False)]
        elif len(self.must) > 1:
            self._examine_for_all(Target(None, whole, whole, (), rest_secured=False), targets)
        examinations = []
        for done, target in enumerate(targets):
            self._enter(f"asking what stands in the way ({done + 1} of {len(targets)})")
            with self.inquiry.share(len(targets) - done + 1):
                examinations.append(self._examined(target))
        return examinations

    def _examine_for_all(self, whole: Target, targets: list[Target]) -> None:
        """Look for one change of what activations share that makes everything possible, before one is asked about.

        Where a network is too small no such change can be, and nothing is asked.
        """
        self._enter("asking what would make everything possible at once")
        if not any(Examination(self.inquiry, self.result, target).too_small() for target in targets):
            with self.inquiry.first_part(len(targets) + 1):
                self.for_all = [Examination(self.inquiry, self.result, whole)]
                self.for_all[0].examine_shared()

    def _giving_up(self, targets: list[Target]) -> list[WayOut]:
        """Return the ways out that ask for less: an activation no longer required, or another goal."""
        if self.scenario.objective.goal == "min_cost":
            ask_less = Patch("/objective/goal", "activate_most")
            return self._planned(ask_less, "min_cost", "Goal", "secure everything → secure as much as possible")
        blamed = {wave.id for target in targets for wave in target.fresh or self.must}
        where = {activation_pointer(wave): wave.id for wave in self.must if wave.required and wave.id in blamed}
        return [
            way
            for pointer, name in [*where.items()][:FEW]
            for way in self._planned(
                Patch(f"{pointer}/required", False), True, f"Whether {name} is required", "yes → no"
            )
        ]

    def _planned(self, patch: Patch, given: str | bool, subject: str, change: str) -> list[WayOut]:
        answer = self.inquiry.planned((patch,))
        if not answer.possible or answer.plan is None:
            return []
        secured = [item.activation for item in answer.plan.activations if item.secured]
        count = f"{len(secured)} of {counted(len(answer.plan.activations), 'activation')}"
        effect = (
            f"{count} can be secured ({names(secured)}), for {price(answer.plan, self.scenario.currency)}."
            if secured
            else "Nothing has to be secured then, and the plan is empty."
        )
        fields = {"pointer": patch.pointer, "from": given, "to": patch.value, "effect": effect}
        words = {"subject": subject, "change": change}
        return [WayOut.model_validate({**fields, **words, "verified": answer.plan.certificate.verified})]

    def _unexplained(self, target: Target) -> Blocked:
        """Return what stands in a target's way where the time did not suffice to show that a limit does."""
        number = next((n for n, wave in enumerate(self.instance.waves) if wave.id == target.activation), None)
        floor = self.result.solution.lower_bounds.get(number) if number is not None else None
        digits, budget = self.instance.digits, self.instance.limits.budget_minor
        if floor is not None and budget is not None and self.plan.totals.cost is not None:
            left = budget - to_minor(Decimal(self.plan.totals.cost), digits)
            if floor > left:
                rest, least = (money(from_minor(minor, digits), self.scenario.currency) for minor in (left, floor))
                detail = (
                    f"The plan leaves {rest} of the total budget; this activation alone costs at least {least}. The "
                    f"time was too short to find out what would suffice. {ASK_LONGER}"
                )
                return Blocked(activation=target.activation, limit="budget_total", detail=detail, attainable=None)
        detail = f"The time was too short to find out which limit stands in the way. {ASK_LONGER}"
        return Blocked(activation=target.activation, limit="time_limit", detail=detail, attainable=None)
