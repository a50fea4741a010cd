"""CP-SAT's optimum of our models against HiGHS on the same rows: two solvers, two codes, one number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import highspy
import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.chance.covers import cover_of
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from tests.brute_force import best
from tests.seeds import seeds
from tests.tiny import Document, tiny_scenario


@dataclass(frozen=True)
class Row:
    """low ≤ Σ weight · variable ≤ high."""

    weights: dict[int, int]
    low: int
    high: int

    def holds(self, values: Iterable[int]) -> bool:
        taken = list(values)
        return self.low <= sum(weight * taken[index] for index, weight in self.weights.items()) <= self.high


UNBOUNDED = 2**62


def row(terms: Iterable[tuple[int, int]], low: int, high: int) -> Row:
    """Return a row over literals: a negated literal −i − 1 stands for 1 − x_i."""
    weights: dict[int, int] = {}
    for literal, weight in terms:
        if literal >= 0:
            weights[literal] = weights.get(literal, 0) + weight
        else:
            weights[-literal - 1] = weights.get(-literal - 1, 0) - weight
            low, high = low - weight, high - weight
    return Row(weights, low, high)


def rows(model: cp_model.CpModel) -> Iterator[Row]:
    """Yield every constraint of a purely Boolean model as a linear row."""
    for constraint in model.proto.constraints:
        assert not constraint.enforcement_literal
        if constraint.has_linear():
            low, high = constraint.linear.domain
            yield row(zip(constraint.linear.vars, constraint.linear.coeffs, strict=True), low, high)
        elif constraint.has_at_most_one():
            yield row(((literal, 1) for literal in constraint.at_most_one.literals), -UNBOUNDED, 1)
        elif constraint.has_exactly_one():
            yield row(((literal, 1) for literal in constraint.exactly_one.literals), 1, 1)
        else:
            assert constraint.has_bool_or()
            yield row(((literal, 1) for literal in constraint.bool_or.literals), 1, UNBOUNDED)


def by_highs(model: cp_model.CpModel) -> int | None:
    """Return the optimum HiGHS finds, None where it proves that there is no solution.

    Without presolve: that of 1.16 can reduce a model of ours to nothing and return to a solution that breaks its rows.
    """
    # HiGHS keeps one pool of threads a process, and refuses another number of threads than the first solver asked for.
    highspy.Highs.resetGlobalScheduler(True)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.5)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
    solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    goal = model.proto.objective
    weights = dict(zip(goal.vars, goal.coeffs, strict=True))
    for index, variable in enumerate(model.proto.variables):
        low, high = variable.domain
        assert 0 <= low <= high <= 1
        solver.addCol(weights.get(index, 0), low, high, 0, [], [])
        solver.changeColIntegrality(index, highspy.HighsVarType.kInteger)
    given = list(rows(model))
    for each in given:
        ends = (-math.inf if each.low <= -UNBOUNDED else each.low, math.inf if each.high >= UNBOUNDED else each.high)
        solver.addRow(*ends, len(each.weights), np.array([*each.weights], dtype=np.int32), [*each.weights.values()])
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    assert status == highspy.HighsModelStatus.kOptimal
    values = [round(value) for value in solver.getSolution().col_value]
    assert all(each.holds(values) for each in given)
    return sum(int(weight) * values[index] for index, weight in weights.items())


def by_cp_sat(model: cp_model.CpModel) -> int | None:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL
    goal, values = model.proto.objective, solver.response_proto.solution
    return sum(int(weight) * int(values[index]) for index, weight in zip(goal.vars, goal.coeffs, strict=True))


def model_of(instance: Instance, approximation: Approximation, *, step: str) -> cp_model.CpModel:
    covers = {activation: cover_of(instance, activation) for activation in instance.activations}
    v = Variables(part_of(instance, covers, approximation), approximation)
    add_rules(v)
    v.model.minimize(objective.cost(v) if step == "cost" else -objective.value(v))
    return v.model


def tiny(seed: int, goal: str) -> Scenario:
    """Return a tiny scenario with paid shares of two digits: sixteen of 1/3 are more than HiGHS' floats can hold."""
    document = tiny_scenario(seed)
    document["objective"]["goal"] = goal
    for community in document["communities"]:
        if "max_paid_share" in community:
            community["max_paid_share"] = round(community["max_paid_share"], 2)
    return scenario_from_data(document)


def block(creators: int, seed: int) -> Document:
    """One activation with a choice of windows, gifts of many strengths, and payers."""
    rng = np.random.default_rng(seed)
    return {
        "schema_version": 1,
        "name": "Block",
        "horizon": {"start": "2027-03-01", "end": "2027-05-02"},
        "objective": {"goal": "min_cost"},
        "products": [{"id": "socks", "unit_cost": "28.00"}],
        "shipping": {
            "daily_capacity": 6,
            "services": [
                {"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}},
                {"id": "economy", "cost": "2.10", "transit_days": {"2": 0.7, "3": 0.3}},
            ],
        },
        "communities": [{"id": "trail"}],
        "activations": [
            {"id": "a", "community": "trail", "min_posts": 3, "confidence": 0.8, "start_latest": "2027-03-29"}
        ],
        "creators": [
            {
                "id": f"c{index}",
                "communities": ["trail"],
                "organic_rate": int(rng.integers(20, 41)) / 100,
                "service": str(rng.choice(["tracked", "economy"])),
                **({"paid_fee": int(rng.integers(60, 250))} if rng.random() < 0.4 else {}),
            }
            for index in range(creators)
        ],
    }


@pytest.mark.parametrize("approximation", Approximation)
@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_block_costs_the_same(seed: int, approximation: Approximation) -> None:
    model = model_of(build_instance(scenario_from_data(block(14, seed))), approximation, step="cost")
    found = by_highs(model)
    assert found is not None
    assert found == by_cp_sat(model)


@pytest.mark.parametrize("seed", seeds(16, 40))
def test_tiny_scenarios_cost_the_same_on_both_sides_of_the_optimum(seed: int) -> None:
    scenario = tiny(seed, "min_cost")
    instance = build_instance(scenario)
    costs = {}
    for approximation in Approximation:
        model = model_of(instance, approximation, step="cost")
        found = by_highs(model)
        assert found == by_cp_sat(model)
        costs[approximation] = math.inf if found is None else found
    optimum = best(scenario)
    assert costs[Approximation.OUTER] <= (math.inf if optimum is None else optimum.cost) <= costs[Approximation.INNER]


@pytest.mark.parametrize("seed", seeds(48, 60, first=40))
def test_tiny_scenarios_secure_the_same_value(seed: int) -> None:
    model = model_of(build_instance(tiny(seed, "activate_most")), Approximation.OUTER, step="value")
    assert by_highs(model) == by_cp_sat(model)


def test_a_row_over_negated_literals_is_the_same_row() -> None:
    assert row([(0, 2), (-3, 5)], 1, 4) == Row({0: 2, 2: -5}, -4, -1)
    assert Row({0: 2, 2: -5}, -4, -1).holds([1, 0, 1])
    assert not Row({0: 2, 2: -5}, -4, -1).holds([1, 0, 0])
