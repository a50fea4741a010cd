"""How each rule can be loosened: what its declaration says is what the diagnosis tries, and nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from optimizer.analysis.diagnosis.own_limits import OwnLimits, locks
from optimizer.analysis.diagnosis.shared_limits import Limit, SharedLimits
from optimizer.derive.limits import limits_of
from optimizer.model.rules import RULES
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import waves
from tests.model.test_rule_table import KEPT_BY_THE_INSTANCE
from tests.tiny import tiny_scenario


def offered() -> dict[str, set[str]]:
    """Return the pointers that the diagnosis offers by rule, over scenarios that use every rule."""
    pointers: defaultdict[str, set[str]] = defaultdict(set)
    for seed in range(60):
        scenario = scenario_from_data(tiny_scenario(seed))
        for rule, pointer in offers(scenario):
            pointers[rule].add(re.sub(r"/(\d+|\d{4}-\d\d)(?=/|$)", "/*", pointer))
    return pointers


def offers(scenario: Scenario) -> Iterator[tuple[str, str]]:
    expanded = waves(scenario)
    limits: list[Limit] = [*locks(scenario, expanded), *SharedLimits(scenario, limits_of(scenario), expanded)]
    for wave in expanded:
        own = OwnLimits(scenario, wave)
        limits += own
        yield from (("density", relaxable.pointer) for relaxable in own.concessions(0.5))
    for limit in limits:
        yield from ((limit.rule, relaxable.pointer) for relaxable in limit.relaxables)
        yield from ((limit.rule, patch.pointer) for patch in limit.removal)


def test_the_diagnosis_tries_what_the_table_declares() -> None:
    tried = offered()
    for rule in RULES:
        under = {
            pointer: [each for each in rule.loosened_by if (pointer + "/").startswith(each + "/")]
            for pointer in tried[rule.id]
        }
        assert all(under.values()), (rule.id, under)
        assert {each for covering in under.values() for each in covering} == set(rule.loosened_by), rule.id


def test_it_tries_nothing_else_but_what_the_instance_keeps() -> None:
    assert set(offered()) <= {rule.id for rule in RULES} | KEPT_BY_THE_INSTANCE
