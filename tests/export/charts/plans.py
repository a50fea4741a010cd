"""Plans to draw: many activations, and names that mean harm."""

from __future__ import annotations

from datetime import date, timedelta

from optimizer.plan import ActivationResult, Plan, Window
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from tests.cli import launch

HOSTILE = "</script><script>alert(1)</script><!--\"'&<img src=x onerror=alert(2)>"


def many(number: int) -> Plan:
    """Return a plan with so many activations, a week apart, of which the last has no window."""
    one = launch.plan()
    secured = one.activations[0]

    def copied(index: int) -> ActivationResult:
        start = date(2027, 1, 4) + timedelta(days=7 * index)
        window = Window(start=start, end=start + timedelta(days=13))
        return secured.model_copy(update={"activation": f"trail-running-wave-{index + 1}", "window": window})

    results = [copied(index) for index in reversed(range(number - 1))]
    lines = [
        line.model_copy(
            update={
                "activation": result.activation,
                "ship_on": result.window.start - timedelta(days=9 - part),
                "expected_delivery": result.window.start - timedelta(days=4),
                "window": result.window,
            }
        )
        for result in results
        if result.window
        for part, line in enumerate(one.assignments)
    ]
    distribution = [1 / number] * number
    return one.model_copy(
        update={
            "activations": [*results, one.activations[1]],
            "assignments": lines,
            "totals": one.totals.model_copy(update={"secured_distribution": distribution}),
        }
    )


def hostile(name: str = HOSTILE) -> tuple[Scenario, Plan]:
    """Return a launch in which everything that is a text means harm, with its plan."""
    # A scenario that is read holds no control characters; a plan may, and nobody is trusted.
    calm, plan = scenario_from_data(launch.document()), launch.plan()
    creators = [one.model_copy(update={"handle": name}) if n == 2 else one for n, one in enumerate(calm.creators)]
    assert calm.activations is not None
    (community, *communities), (activation, *activations) = calm.communities, calm.activations
    scenario = calm.model_copy(
        update={
            "name": name,
            "communities": [community.model_copy(update={"name": name}), *communities],
            "activations": [activation.model_copy(update={"id": name}), *activations],
            "creators": creators,
        }
    )
    named = plan.model_copy(update={"scenario": plan.scenario.model_copy(update={"name": name})})
    return scenario, renamed(named, name)


def renamed(plan: Plan, name: str) -> Plan:
    """Return the plan with another id for its first activation."""
    first, *others = plan.activations
    return plan.model_copy(
        update={
            "activations": [first.model_copy(update={"activation": name}), *others],
            "assignments": [line.model_copy(update={"activation": name}) for line in plan.assignments],
        }
    )
