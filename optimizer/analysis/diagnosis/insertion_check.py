"""A quick check: can the plan as it is take one more activation, once a shared limit is gone?

Nothing that the plan holds is moved, so a yes is a yes, and a no says nothing; it costs one activation's search instead
of a whole one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimizer.analysis.certify import Certified, decisions_of
from optimizer.analysis.diagnosis.documents import Patch, posed
from optimizer.analysis.diagnosis.questions import ANY_PLAN, NOT_KNOWN, Answer, Questions
from optimizer.analysis.evaluate import evaluate
from optimizer.chance.covers import Cover, cover_of
from optimizer.derive.instance import Limits
from optimizer.model.selection import EMPTY
from optimizer.solve.control import Control
from optimizer.solve.heuristics.insertion import insert_exactly
from optimizer.solve.problem import SearchProblem


@dataclass(frozen=True)
class InsertionCheck:
    """The plan as it stands, and one activation that is to join it."""

    inquiry: Questions
    result: Certified
    activation: int

    @cached_property
    def cover(self) -> Cover:
        """The activation's cover."""
        return cover_of(self.result.instance, self.activation)

    def ask(self, relaxed: Limits, patches: tuple[Patch, ...]) -> Answer:
        """Return a verified plan that adds the activation to the plan as it is, where the check yields one.

        Parameters
        ----------
        relaxed, patches
            The shared limits less one of them, and the same as changes of the scenario.
        """
        if self.inquiry.over:
            return NOT_KNOWN
        present = self.result.solution.selection or EMPTY
        instance = replace(self.result.instance, limits=relaxed)
        windows = np.flatnonzero(instance.windows.activation == self.activation)
        control = Control(self.inquiry.question_deadline, self.inquiry.cancel)
        seed = self.inquiry.settings.seed
        problem = SearchProblem(instance, {self.activation: self.cover}, windows, (), control, seed, ANY_PLAN, 1)
        floor = self.result.solution.lower_bounds.get(self.activation, 0)
        team = insert_exactly(problem, self.activation, present, floor)
        scenario = self.inquiry.changed(patches)
        if team is None or scenario is None:
            return NOT_KNOWN
        decisions, starts = decisions_of(instance, present.union(team))
        plan = evaluate(posed(scenario, starts), decisions, starts, self.inquiry.settings, draws=0)
        return Answer(True, plan) if plan.certificate.verified else NOT_KNOWN
