"""Plans of one scenario under many total budgets, each judged; what no budget can change is judged once.

Under two budgets the same decisions with the same bounds are the same plan but for the limits it uses up and the
scenario it names. So the rules that look at the budget are judged under each, all others once, and decisions are
simulated once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from optimizer.analysis.certify import plan_of
from optimizer.analysis.judging import Facts, bound, facts_of, judge
from optimizer.analysis.other_budget import with_budget_of
from optimizer.derive.instance import Instance
from optimizer.errors import VerificationError
from optimizer.plan import Certificate, Check, Plan, Simulation
from optimizer.scenario.loading import canonical_fields, fingerprint_of
from optimizer.scenario.models import Scenario
from optimizer.solve.control import Control
from optimizer.solve.search import Solution
from optimizer.solve.settings import Settings
from optimizer.verify.rules import verify_under


@dataclass
class BudgetJudge:
    """Describes and judges the best solutions under one budget after another.

    Attributes
    ----------
    scenario
        Whatever its total budget is.
    draws
        Simulated campaigns per plan.
    control
        Once its time is up, the simulation, most of the work, is left out.
    seconds
        How long it took to read off what every plan says of the scenario: a measure for what plans take.
    """

    scenario: Scenario
    instance: Instance
    settings: Settings
    draws: int
    control: Control
    seconds: float = field(init=False)
    _plans: dict[object, Plan] = field(default_factory=dict)
    _simulations: dict[object, Simulation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read off what every plan says of the scenario."""
        began = time.monotonic()
        self._facts = facts_of(self.scenario)
        self._fields = canonical_fields(self.scenario)
        self.seconds = time.monotonic() - began

    def plan(self, scenario: Scenario, solution: Solution) -> Plan:
        """Return the judged plan of a solution under the budget that `scenario` has.

        Raises
        ------
        VerificationError
            If it breaks a rule: a bug.
        """
        facts = self._facts_of(scenario)
        decisions = _decisions(solution)
        key = (decisions, _bounds(solution))
        earlier = self._plans.get(key)
        if earlier is None:
            plan = plan_of(scenario, self.instance, solution, self.settings, facts)
            draws = 0 if self.control.stopped else self.draws
            plan = judge(scenario, plan, self.settings.seed, draws, facts, self._simulations.get(decisions))
            self._plans[key] = plan
            if plan.certificate.simulation is not None:
                self._simulations[decisions] = plan.certificate.simulation
        else:
            plan = _again(scenario, earlier.model_copy(update={"scenario": facts.reference}))
        _refuse_broken(plan.certificate.checks)
        return plan

    def _facts_of(self, scenario: Scenario) -> Facts:
        """Return what a plan says of its scenario; of all that, only the fingerprint depends on the total budget."""
        mark = fingerprint_of({**self._fields, **canonical_fields(scenario, {"budget"})})
        return replace(self._facts, reference=self._facts.reference.model_copy(update={"sha256": mark}))


def _decisions(solution: Solution) -> object:
    """Return what a solution decides, as a key."""
    selection = solution.selection
    return None if selection is None else (selection.options, tuple(sorted(selection.windows.items())))


def _bounds(solution: Solution) -> object:
    """Return what else of a solution stands in its plan, as a key."""
    return (solution.status, solution.value, solution.least_cost, solution.value_bound, solution.cost_bound)


def _again(scenario: Scenario, plan: Plan) -> Plan:
    """Return a plan that was judged under another budget, judged under this scenario's."""
    plan = with_budget_of(scenario, plan)
    if plan.totals.cost is not None:
        plan = bound(scenario, plan)
    before = plan.certificate
    checks = verify_under(scenario, plan, fingerprint=plan.scenario.sha256, earlier=before.checks)
    certificate = Certificate(verified=all(check.ok for check in checks), checks=checks, simulation=before.simulation)
    return plan.model_copy(update={"certificate": certificate})


def _refuse_broken(checks: Sequence[Check]) -> None:
    failures = [f"{check.rule}: {check.detail}" for check in checks if not check.ok]
    if failures:
        raise VerificationError(failures)
