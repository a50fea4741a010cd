"""Walk the table of rules: what is declared is complete, and what is not declared is treated in the safe way."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model import rules
from optimizer.model.rules import Rule, Scope, exchange_classes, outside_of_parts, to_be_checked
from optimizer.model.variables import Variables
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.windows.candidates import core
from optimizer.verify.rules import RULES as CHECKS
from tests.derive.small import activation, creator, instance, shipping
from tests.model.test_rules import CASES
from tests.solve.searching import found
from tests.tiny import DRAWN, Document, tiny_scenario

KEPT_BY_THE_INSTANCE = {
    "horizon",
    "ship_days",
    "delivery",
    "membership",
    "embeddedness_floor",
    "accepts",
    "availability",
}
"""Checks of rules that no option of an instance breaks."""
OF_THE_PLAN_FILE = {"scenario", "references", "money", "probabilities", "counts", "objective"}
"""Checks of what a plan states."""
BY_HAND = {"window", "once", "fixed"}
"""Rules whose permitted and forbidden cases are tests of their own in `test_rules`."""


def undeclared(v: Variables) -> None:
    """Ask for nothing."""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Rule:
    """Add a rule that declares nothing to the table."""
    rule = Rule(undeclared)
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, rule))
    return rule


def test_every_rule_has_an_id_of_its_own_and_says_what_it_asks() -> None:
    ids = [rule.id for rule in rules.RULES]
    assert len(set(ids)) == len(ids)
    assert all((rule.constraint.__doc__ or "").strip() for rule in rules.RULES)


def test_every_rule_has_a_check_of_the_verifier_and_every_check_a_rule() -> None:
    checks = {check.__name__ for check in CHECKS}
    declared = {rule.id for rule in rules.RULES if rule.checked}
    assert declared <= checks
    assert checks - declared == KEPT_BY_THE_INSTANCE | OF_THE_PLAN_FILE


def test_every_rule_has_a_permitted_and_a_forbidden_case() -> None:
    assert {case.rule for case in CASES} | BY_HAND == {rule.id for rule in rules.RULES}


def test_every_rule_is_declared_in_full() -> None:
    for rule in rules.RULES:
        assert rule.scope is not None, rule.id
        assert rule.exchange is not None, rule.id
        assert rule.exchange.asks is not None, rule.id
        assert rule.any_day, rule.id
        assert rule.any_window, rule.id
        assert rule.team is not None, rule.id
        assert (rule.quotas is None) or rule.exchange.classes is not None, rule.id


def test_a_drawn_scenario_is_named_for_every_rule() -> None:
    assert set(DRAWN) == {rule.id for rule in rules.RULES if rule.checked}


@pytest.mark.parametrize("name", DRAWN)
def test_random_scenarios_draw_the_rule(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Leaving it out changes the optimum of a tiny scenario, on which enumeration and both methods agree.

    What holds is decided by the exact tail, whatever the model says; so density is left out by asking for next to
    nothing.
    """
    document = tiny_scenario(DRAWN[name])
    whole = best(document)
    if name == "density":
        for wave in document["activations"]:
            wave["confidence"] = 0.001
    else:
        monkeypatch.setattr(rules, "RULES", tuple(rule for rule in rules.RULES if rule.id != name))
    assert best(document) != whole


def best(document: Document) -> tuple[object, ...]:
    """Return status, value and least cost of a scenario."""
    solution = found(build_instance(scenario_from_data(document)), seconds=20, method="plain")
    return solution.status, solution.value, solution.least_cost


def test_a_rule_that_declares_nothing_stands_in_no_bound_of_a_part(bare: Rule) -> None:
    assert bare.id in outside_of_parts()
    shared = (None, Scope.BUDGET, Scope.MONEY, Scope.PARCELS)
    assert outside_of_parts() >= {rule.id for rule in rules.RULES if rule.scope in shared}


@pytest.mark.usefixtures("bare")
def test_a_rule_that_declares_nothing_keeps_every_ship_day() -> None:
    assert rules.every_day()
    given = scenario_from_data(tiny_scenario(3))
    whole, lean = build_instance(given, every_day=True), build_instance(given)
    assert len(whole.options) > len(lean.options)
    assert rows(lean) < rows(whole)


def rows(given: Instance) -> set[tuple[int, ...]]:
    """Return what tells the options of an instance apart."""
    table = given.options
    columns = (table.window, table.creator, table.paid, table.ship_day)
    return {tuple(int(part) for part in row) for row in zip(*columns, strict=True)}


def test_without_it_dominated_ship_days_are_dropped() -> None:
    assert not rules.every_day()


@pytest.mark.usefixtures("bare")
def test_a_rule_that_declares_nothing_leaves_nobody_out_of_a_core() -> None:
    crowd = [creator(f"c{number}", 0.2 + number / 100) for number in range(20)]
    given = instance(crowd, activation(), shipping=shipping())
    options = given.options.in_window(0)
    assert exchange_classes(given, 0) is None
    assert core(given, options, gifts=2, paid=0).tolist() == options.tolist()


def test_without_it_a_core_is_lean() -> None:
    crowd = [creator(f"c{number}", 0.2 + number / 100) for number in range(20)]
    given = instance(crowd, activation(), shipping=shipping())
    kept = core(given, given.options.in_window(0), gifts=2, paid=0)
    assert len(np.unique(given.options.creator[kept])) == 2


def test_a_team_made_without_the_model_is_judged_by_a_rule_that_declares_nothing(bare: Rule) -> None:
    given = build_instance(scenario_from_data(tiny_scenario(3)))
    assert [rule.id for rule in to_be_checked(given)] == [bare.id]
