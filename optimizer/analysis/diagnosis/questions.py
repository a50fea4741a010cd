"""Questions to the solver: can these activations be secured together once this is changed, and at what cost?"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from optimizer.analysis.certify import certified
from optimizer.analysis.diagnosis.documents import Patch, document, patched, posed
from optimizer.analysis.judging import judge
from optimizer.errors import InputError, VerificationError
from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint, scenario_from_data, scenario_with_creators
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings

ANY_PLAN = 0.05
"""Gap of a question that asks whether, not how cheaply."""
SHORTEST_SECONDS = 0.2
"""With less time left than this no question is put."""
LEAST_ALLOWANCE = 2.0
"""Every question may take this many seconds, as long as that much time is left."""
FIRST_PART = 0.75
"""Share of a short time that goes to what is asked first."""
ONE_OF_THE_FIRST = 2 / 3
"""Share of the time of what is asked first that one question of it may take."""


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    Attributes
    ----------
    possible
        True with a verified plan, False where it is proven that there is none, None where time did not tell.
    plan
        The plan of the question; it secures everything that was asked for.
    """

    possible: bool | None
    plan: Plan | None = None


NOT_KNOWN = Answer(None)


@dataclass
class Questions:
    """Puts questions about one scenario, each once, as long as there is time.

    Attributes
    ----------
    deadline
        `time.monotonic()` by which the last answer must be there.
    allowance
        Most seconds for one question.
    """

    scenario: Scenario
    settings: Settings
    deadline: float
    cancel: threading.Event
    allowance: float = LEAST_ALLOWANCE
    _answers: dict[tuple[frozenset[str], tuple[Patch, ...], bool], Answer] = field(default_factory=dict)

    @cached_property
    def document(self) -> Any:
        """The scenario as JSON data."""
        return document(self.scenario)

    @property
    def remaining(self) -> float:
        """Seconds left; 0 once cancelled."""
        return 0.0 if self.cancel.is_set() else max(0.0, self.deadline - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether no further question can be put."""
        return self.remaining < SHORTEST_SECONDS

    @property
    def question_deadline(self) -> float:
        """`time.monotonic()` by which a question put now must be answered."""
        return time.monotonic() + min(self.allowance, self.remaining)

    @contextmanager
    def share(self, parts: int) -> Iterator[None]:
        """Give questions put in the block one of `parts` equal parts of the time that is left, or a little more."""
        deadline, allowance = self.deadline, self.allowance
        self.deadline = min(deadline, time.monotonic() + max(LEAST_ALLOWANCE, self.remaining / parts))
        self.allowance = max(LEAST_ALLOWANCE, self.remaining / 4)
        try:
            yield
        finally:
            self.deadline, self.allowance = deadline, allowance

    @contextmanager
    def first_part(self, parts: int) -> Iterator[None]:
        """Give what is asked first one of `parts` equal parts of the time or, where that is short, most of it."""
        seconds = max(self.remaining / parts, min(LEAST_ALLOWANCE, FIRST_PART * self.remaining))
        deadline, allowance = self.deadline, self.allowance
        self.deadline, self.allowance = min(deadline, time.monotonic() + seconds), ONE_OF_THE_FIRST * seconds
        try:
            yield
        finally:
            self.deadline, self.allowance = deadline, allowance

    def changed(self, patches: Sequence[Patch]) -> Scenario | None:
        """Return the scenario with some fields changed; None where that is no valid scenario."""
        if not patches:
            return self.scenario
        data = patched(self.document, patches)
        try:
            if any(patch.pointer.startswith("/creators") for patch in patches):
                return scenario_from_data(data)
            return scenario_with_creators(data, self.scenario.creators)
        except InputError:
            return None

    def ask(self, asked: frozenset[str], patches: Sequence[Patch] = (), *, cheapest: bool = False) -> Answer:
        """Return whether all of `asked` can be secured together in the changed scenario.

        Parameters
        ----------
        cheapest
            Look for the least cost, not for any plan.
        """
        key = (asked, tuple(patches), cheapest)
        if key not in self._answers:
            answer = self._solved(asked, patches, cheapest)
            if answer.possible is None:
                return answer
            self._answers[key] = answer
        return self._answers[key]

    def _solved(self, asked: frozenset[str], patches: Sequence[Patch], cheapest: bool) -> Answer:
        if self.over:
            return NOT_KNOWN
        scenario = self.changed(patches)
        if scenario is None:
            return Answer(False)
        return self._answered(posed(scenario, asked), 0.0 if cheapest else ANY_PLAN)

    def planned(self, patches: Sequence[Patch]) -> Answer:
        """Return the plan of the changed scenario as it then stands, with its own goal."""
        scenario = None if self.over else self.changed(patches)
        return NOT_KNOWN if scenario is None else self._answered(scenario, self.settings.gap)

    def keeps(self, plan: Plan, asked: frozenset[str], patch: Patch) -> bool:
        """Return whether a plan that secures `asked` keeps every rule of the scenario with one field changed."""
        scenario = self.changed((patch,))
        if scenario is None:
            return False
        question = posed(scenario, asked)
        named = plan.scenario.model_copy(update={"sha256": fingerprint(question)})
        return judge(question, plan.model_copy(update={"scenario": named}), self.settings.seed, 0).certificate.verified

    def _answered(self, scenario: Scenario, gap: float) -> Answer:
        limits = {"time_limit_seconds": min(self.allowance, self.remaining), "gap": gap}
        try:
            plan = certified(
                scenario, self.settings.model_copy(update=limits), cancel=self.cancel, draws=0, people=False
            ).plan
        except VerificationError:
            return NOT_KNOWN  # a plan that fails its verification is no answer
        if plan.status == "infeasible":
            return Answer(False)
        return NOT_KNOWN if plan.status == "unknown" else Answer(True, plan)
