"""A rule added with its constraint alone, or with a declaration, leaves all plans and bounds of both methods right.

Each made-up rule is added to the table; tiny scenarios are solved with it and compared with complete enumeration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance, Ints
from optimizer.model import rules
from optimizer.model.rules import Exchange, Rule, Scope, TeamCheck, nobody
from optimizer.model.selection import Selection
from optimizer.model.variables import Variables
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave
from optimizer.solve.search import SearchStatus, Solution
from tests.brute_decisions import ExtraRow
from tests.brute_force import Best, Enumeration, OwnRule
from tests.seeds import seeds
from tests.solve.middle import middle_scenario
from tests.solve.searching import METHODS, found
from tests.solve.whole_model import optimum
from tests.tiny import Document, tiny_scenario

PLATFORMS = ("clips", "pictures", "letters")


def document_of(seed: int) -> Document:
    """Return a tiny scenario whose creators have a platform, and of whom some are named with an A."""
    rng, document = Random(seed), tiny_scenario(seed)
    for number, creator in enumerate(document["creators"]):
        creator["labels"] = {"platform": rng.choice(PLATFORMS)}
        creator["handle"] = f"{rng.choice(('@ana', '@abe', '@bo', '@cy'))}.{number}"
    return document


def platform(instance: Instance) -> Ints:
    """Return the platform of each creator, by its place in `PLATFORMS`."""
    names = [creator.labels["platform"] for creator in instance.scenario.creators]
    return np.array([PLATFORMS.index(name) for name in names], dtype=np.int64)


def with_an_a(scenario: Scenario) -> frozenset[str]:
    """Return the creators whose handle begins with an A, by id."""
    return frozenset(each.id for each in scenario.creators if (each.handle or "").startswith("@a"))


def named(v: Variables) -> Ints:
    """Return the options of creators named with an A."""
    ids, ours = v.instance.creator_ids, with_an_a(v.instance.scenario)
    options = v.part.options
    chosen: Ints = options[np.array([ids[c] in ours for c in v.instance.options.creator[options]], dtype=bool)]
    return chosen


def one_of_a_platform(v: Variables) -> None:
    """An activation has at most one creator of a platform."""
    own = platform(v.instance)
    for activation in v.secured:
        mine = v.options_of(activation)
        for number in range(len(PLATFORMS)):
            v.model.add(v.total(mine[own[v.instance.options.creator[mine]] == number]) <= 1)


def two_named_with_an_a(v: Variables) -> None:
    """At most two places of a plan go to creators named with an A."""
    v.model.add(v.total(named(v)) <= 2)


def an_a_in_every_team(v: Variables) -> None:
    """Every secured activation has somebody named with an A."""
    ours = named(v)
    owner = v.instance.options.activation[ours]
    for activation, secured in v.secured.items():
        v.model.add(v.total(ours[owner == activation]) >= secured)


def no_parcel_on_even_days(v: Variables) -> None:
    """At most one parcel leaves on days of an even number; the ship day decides."""
    options = v.part.options
    v.model.add(v.total(options[v.instance.options.ship_day[options] % 2 == 0]) <= 1)


def no_even_days_in_a_team(v: Variables) -> None:
    """At most one parcel of an activation leaves on days of an even number."""
    days = v.instance.options.ship_day
    for activation in v.secured:
        mine = v.options_of(activation)
        v.model.add(v.total(mine[days[mine] % 2 == 0]) <= 1)


def no_window_from_an_even_day(v: Variables) -> None:
    """No window starts on a day of an even number."""
    for window, taken in v.window.items():
        if v.instance.windows.start_day[window] % 2 == 0:
            v.model.add(taken == 0)


def platform_rows(scenario: Scenario) -> list[ExtraRow]:
    """Return one row per activation and platform: at most one creator."""

    def row(wave: str, name: str) -> ExtraRow:
        return 1, lambda line: int(line.wave.id == wave and line.creator.labels["platform"] == name)

    waves = Enumeration(scenario).premises.waves
    return [row(wave, name) for wave in waves for name in PLATFORMS]


def named_rows(scenario: Scenario) -> list[ExtraRow]:
    """Return the row of places that go to creators named with an A."""
    ours = with_an_a(scenario)
    return [(2, lambda line: int(line.creator.id in ours))]


def even_day_rows(scenario: Scenario) -> list[ExtraRow]:
    """Return the row of parcels on days of an even number."""
    first = scenario.horizon.start
    return [(1, lambda line: int((line.ship_on - first).days % 2 == 0))]


def even_window_rows(scenario: Scenario) -> list[ExtraRow]:
    """Return the row of places in windows that start on a day of an even number."""
    first = scenario.horizon.start
    return [(0, lambda line: int((line.window.start - first).days % 2 == 0))]


def team_day_rows(scenario: Scenario) -> list[ExtraRow]:
    """Return a row of parcels on days of an even number for every activation."""
    first = scenario.horizon.start

    def row(wave: str) -> ExtraRow:
        return 1, lambda line: int(line.wave.id == wave and (line.ship_on - first).days % 2 == 0)

    return [row(wave) for wave in Enumeration(scenario).premises.waves]


def no_rows(_: Scenario) -> list[ExtraRow]:
    """Return no row."""
    return []


def an_a(scenario: Scenario) -> OwnRule:
    """Return the rule that a team has somebody named with an A."""
    ours = with_an_a(scenario)

    def keeps(_: Wave, team: frozenset[str]) -> bool:
        return bool(team & ours)

    return keeps


def few_named(instance: Instance, selection: Selection) -> bool:
    """Return whether a selection gives at most two places to creators named with an A."""
    ours = with_an_a(instance.scenario)
    return sum(instance.creator_ids[instance.options.creator[o]] in ours for o in selection.options) <= 2


def named_classes(instance: Instance, _: int) -> Ints:
    """Return 1 for creators named with an A, else 0."""
    ours = with_an_a(instance.scenario)
    return np.array([name in ours for name in instance.creator_ids], dtype=np.int64)


@dataclass(frozen=True)
class MadeUp:
    """A made-up rule, as it is added to the table, and as enumeration sees it."""

    rule: Rule
    rows: Callable[[Scenario], Sequence[ExtraRow]] = no_rows
    keeps: Callable[[Scenario], OwnRule] | None = None


MADE_UP = {
    "platform, undeclared": MadeUp(Rule(one_of_a_platform), platform_rows),
    "platform, declared": MadeUp(
        Rule(
            one_of_a_platform,
            Scope.OWN,
            exchange=Exchange(lambda instance, _: platform(instance), nobody),
            any_day=True,
            quotas=lambda _instance, _activation: dict.fromkeys(range(len(PLATFORMS)), (0, 1)),
            team=TeamCheck.BY_CONSTRUCTION,
        ),
        platform_rows,
    ),
    "two named with an A, undeclared": MadeUp(Rule(two_named_with_an_a), named_rows),
    "two named with an A, declared": MadeUp(
        Rule(two_named_with_an_a, Scope.PEOPLE, exchange=Exchange(named_classes, nobody), any_day=True, team=few_named),
        named_rows,
    ),
    "somebody named with an A, undeclared": MadeUp(Rule(an_a_in_every_team), keeps=an_a),
    "somebody named with an A, declared": MadeUp(
        Rule(
            an_a_in_every_team,
            Scope.OWN,
            exchange=Exchange(named_classes, lambda _instance, _activation: 1),
            any_day=True,
            quotas=lambda _instance, _activation: {1: (1, None)},
            team=TeamCheck.BY_CONSTRUCTION,
        ),
        keeps=an_a,
    ),
    "no window from an even day, undeclared": MadeUp(Rule(no_window_from_an_even_day), even_window_rows),
    "no window from an even day, declared": MadeUp(
        Rule(no_window_from_an_even_day, Scope.OWN, exchange=Exchange(asks=nobody), any_day=True), even_window_rows
    ),
    "one parcel on even days, undeclared": MadeUp(Rule(no_parcel_on_even_days), even_day_rows),
    "one parcel of a team on even days, half declared": MadeUp(Rule(no_even_days_in_a_team, Scope.OWN), team_day_rows),
}


def check(made_up: MadeUp, seed: int) -> Best | None:
    """Check both methods on one scenario; return its optimum."""
    scenario = scenario_from_data(document_of(seed))
    keeps = None if made_up.keeps is None else made_up.keeps(scenario)
    truth = Enumeration(scenario, rows=made_up.rows(scenario), keeps=keeps).best
    instance = build_instance(scenario, every_day=rules.every_day())
    for method in METHODS:
        agrees(found(instance, seconds=20, method=method), truth)
    return truth


def agrees(solution: Solution, truth: Best | None) -> None:
    """Check that a finished search found the optimum, and that its bounds are valid."""
    if truth is None:
        assert solution.status is SearchStatus.INFEASIBLE
        assert solution.selection is None
        return
    assert solution.status is SearchStatus.OPTIMAL
    assert (solution.value, solution.least_cost) == (truth.value, truth.cost)
    assert solution.value_bound == truth.value
    assert solution.cost_bound == truth.cost


@pytest.mark.parametrize("seed", seeds(5, 300))
@pytest.mark.parametrize("name", MADE_UP)
def test_both_methods_keep_a_made_up_rule(monkeypatch: pytest.MonkeyPatch, name: str, seed: int) -> None:
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, MADE_UP[name].rule))
    check(MADE_UP[name], seed)


@pytest.mark.parametrize("name", MADE_UP)
def test_the_scenarios_ask_something_of_each_rule(name: str) -> None:
    """The rule changes what is best in some of them."""
    changed = 0
    for seed in range(30):
        scenario, made_up = scenario_from_data(document_of(seed)), MADE_UP[name]
        keeps = None if made_up.keeps is None else made_up.keeps(scenario)
        changed += Enumeration(scenario, rows=made_up.rows(scenario), keeps=keeps).best != Enumeration(scenario).best
    assert changed >= 3


@pytest.mark.parametrize("seed", seeds(0, 30))
@pytest.mark.parametrize("name", ["platform, undeclared", "platform, declared", "two named with an A, undeclared"])
def test_a_made_up_rule_is_kept_where_cores_leave_people_out(
    monkeypatch: pytest.MonkeyPatch, name: str, seed: int
) -> None:
    """Scenarios too large to enumerate: both methods against one model of everything, and no false bound."""
    rng, document = Random(seed), middle_scenario(seed, people=14)
    for number, creator in enumerate(document["creators"]):
        creator["labels"] = {"platform": rng.choice(PLATFORMS)}
        creator["handle"] = f"{rng.choice(('@ana', '@bo'))}.{number}"
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, MADE_UP[name].rule))
    instance = build_instance(scenario_from_data(document), every_day=rules.every_day())
    truth = optimum(instance)
    for method in METHODS:
        solution = found(instance, seconds=30, method=method)
        agrees(solution, None if truth is None else Best(*truth))


@pytest.mark.parametrize("seed", [18, 98, 133])
def test_a_rule_that_forgets_to_say_that_it_looks_at_days_is_in_no_bound(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """In bounds of parts, of best days or of windows alike, it would make these plans look better than they are."""
    made_up = MADE_UP["one parcel of a team on even days, half declared"]
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, made_up.rule))
    check(made_up, seed)


def test_quotas_need_classes() -> None:
    with pytest.raises(ValueError, match="classes"):
        Rule(one_of_a_platform, Scope.OWN, quotas=lambda _instance, _activation: {0: (0, 1)})
