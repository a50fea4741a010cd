"""Earlier plans of a campaign, beside which a new one is written: of any state of its scenario, but of its name."""

from __future__ import annotations

from pathlib import Path

from optimizer.analysis.plan_files import far_days, read_plan
from optimizer.errors import InputError, Problem
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario


def read_earlier(path: Path, scenario: Scenario) -> Plan:
    """Return the plan in a JSON file, made for an earlier state of a scenario.

    Raises
    ------
    InputError
        With everything that is wrong with the file; or if its campaign has another name, by which orders and events of
        a calendar are known.
    """
    plan = read_plan(path)
    problems = list(far_days(plan))
    if plan.scenario.name != scenario.name:
        detail = f"the plan is of another campaign: orders and events are known by its name, here `{scenario.name}`"
        remedy = "Name a plan of this campaign, or give the scenario its earlier name."
        problems.append(Problem("other_campaign", "/scenario/name", detail, remedy, plan.scenario.name))
    if problems:
        raise InputError(problems)
    return plan
