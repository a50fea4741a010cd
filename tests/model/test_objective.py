from __future__ import annotations

from collections.abc import Callable

import pytest
from ortools.sat.python import cp_model

from optimizer.derive.build import build_instance
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.feasibility import holds
from tests.derive.small import activation, creator, instance
from tests.model.desk import Choice, Desk, fixed_to, satisfiable
from tests.solve.searching import found
from tests.tiny import tiny_scenario

PEOPLE = [
    creator("x", embeddedness=0.25),
    creator("y", embeddedness=0.12345, paid_fee="6.50"),
    creator("z", paid_fee="400.00"),
]
TWO = (activation(value=3), activation("b", value=4, start_earliest="2027-03-22", start_latest="2027-03-29"))
DESK = Desk(instance(PEOPLE, *TWO))
PLAN: tuple[Choice, ...] = (("x", "a", "gift"), ("y", "a", "paid"), ("z", "b", "gift>28"))


def model(desk: Desk, approximation: Approximation = Approximation.OUTER) -> Variables:
    v = Variables(part_of(desk.instance, desk.covers, approximation), approximation)
    add_rules(v)
    return v


def worth(measure: Callable[[Variables], cp_model.LinearExpr], *choices: Choice) -> int:
    v = fixed_to(model(DESK), DESK.draft(*choices))
    v.model.minimize(measure(v))
    solver = cp_model.CpSolver()
    assert solver.solve(v.model) == cp_model.OPTIMAL
    return round(solver.objective_value)


def test_value_counts_secured_activations() -> None:
    assert worth(objective.value, *PLAN) == 7
    assert worth(objective.value, *PLAN[:2]) == 3
    assert worth(objective.value) == 0


def test_cost_is_product_shipping_and_fees_in_minor_units() -> None:
    assert worth(objective.cost, *PLAN) == 3 * 1000 + 650
    assert worth(objective.cost) == 0


def test_embeddedness_is_rounded_and_unknown_counts_nothing() -> None:
    assert worth(objective.embeddedness, *PLAN) == 2500 + 1234
    assert worth(objective.embeddedness, ("z", "a", "gift")) == 0


@pytest.mark.parametrize(("lower_bound", "good"), [(2650, True), (2651, False)])
def test_a_cost_floor_holds_for_a_secured_activation_only(lower_bound: int, good: bool) -> None:
    v = model(DESK)
    objective.add_cost_bounds(v, {0: lower_bound, 1: 0, 7: 10**9})
    assert satisfiable(fixed_to(v, DESK.draft(*PLAN))) is good
    v = model(DESK)
    objective.add_cost_bounds(v, {0: lower_bound})
    assert satisfiable(fixed_to(v, DESK.draft(PLAN[2])))


@pytest.mark.parametrize(
    ("lower_bounds", "good"),
    [({}, True), ({0: 2650, 2: 1000}, True), ({0: 2651}, False), ({2: 1001}, False), ({1: 10**9}, True)],
)
def test_a_window_floor_holds_for_the_window_that_is_taken(lower_bounds: dict[int, int], good: bool) -> None:
    v = model(DESK)
    objective.add_window_bounds(v, lower_bounds)
    assert satisfiable(fixed_to(v, DESK.draft(*PLAN))) is good


@pytest.mark.parametrize("approximation", list(Approximation))
def test_a_hint_is_complete_and_feasible(approximation: Approximation) -> None:
    v = model(DESK, approximation)
    chosen = tuple(sorted(DESK.draft(*PLAN).options))
    objective.add_hint(v, Selection(chosen, {0: 0, 1: 2}))
    assert hint_is_taken(v)


@pytest.mark.parametrize("seed", [2, 6, 7, 9])
def test_the_hint_of_a_plan_is_complete_and_feasible_in_the_bounding_model(seed: int) -> None:
    desk = Desk(build_instance(scenario_from_data(tiny_scenario(seed))))
    plan = found(desk.instance).selection
    assert plan is not None
    assert all(holds(desk.instance, a, plan.options_of(desk.instance, a)) for a in plan.windows)
    v = model(desk)
    objective.add_hint(v, plan)
    assert hint_is_taken(v)


def test_a_hint_names_one_cell_where_several_fit() -> None:
    """Ten are paid, more than thresholds reach: an open cell takes them, and so does one that is certain anyway."""
    crowd = [creator(f"c{n}", 0.4, paid_fee="5.00", paid_reliability=0.1) for n in range(13)]
    desk = Desk(instance(crowd, activation(confidence=0.8)))
    fitting = [
        cell
        for cell in desk.covers[0].cells
        if (cell.paid == 10 or (cell.more_paid and cell.paid < 10))
        and (cell.gifts == 3 or (cell.more_gifts and cell.gifts < 3))
    ]
    assert len(fitting) > 1
    v = model(desk)
    team = tuple(desk.option(f"c{n}", "a", "paid" if n < 10 else "gift") for n in range(13))
    objective.add_hint(v, Selection(team, {0: 0}))
    assert hint_is_taken(v)


def test_a_hint_that_breaks_a_rule_is_seen_in_the_log() -> None:
    v = model(DESK)
    objective.add_hint(v, Selection((), {0: 0}))
    assert not hint_is_taken(v)


def hint_is_taken(v: Variables) -> bool:
    """Whether CP-SAT calls the hint complete and feasible."""
    v.model.minimize(objective.cost(v))
    lines: list[str] = []
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.log_search_progress = True
    solver.parameters.log_to_stdout = False
    solver.log_callback = lines.append
    solver.solve(v.model)
    return any("The solution hint is complete and is feasible" in line for line in lines)
