"""Which activations can be secured together, as far as their floors and the budget tell: bounds on value and cost.

With rc_a the floor of activation a, every plan that secures the set R costs at least Σ_{a∈R} rc_a, so::

    value_bound      = max Σ value_a   over R ⊇ required with Σ_{a∈R} rc_a ≤ budget
    cost_bound(v)    = min Σ rc_a      over R ⊇ required with Σ value_a ≥ v

Activations tied by rotation also have a joint floor that holds when all of them are secured. Both are knapsacks; one
that is not solved to the end still gives a bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.derive.instance import Instance
from optimizer.solve.call import TOLERANCE
from optimizer.solve.components import JointFloor


@dataclass(frozen=True)
class Knapsack:
    """What is known of a knapsack: the best set found with its cost by floors, a certified bound, or impossibility."""

    chosen: tuple[int, ...] | None
    cost: int
    bound: int | None
    impossible: bool


def value_bound(instance: Instance, floors: Mapping[int, int], joint: Sequence[JointFloor] = ()) -> int | None:
    """Return a certified bound on the value of any plan, None where it is proven that there is no plan.

    Parameters
    ----------
    floors
        Lower bound on the cost of each activation that can be secured at all (minor units).
    joint
        Lower bounds on the cost of groups of activations.
    """
    if any(activation not in floors for activation in _must(instance)):
        return None
    most = _knapsack(instance, floors, joint, least_value=None)
    everything = int(instance.value.sum())
    return None if most.impossible else everything if most.bound is None else min(everything, most.bound)


def best_set(instance: Instance, floors: Mapping[int, int], joint: Sequence[JointFloor] = ()) -> tuple[int, ...] | None:
    """Return a set of highest value found, cheapest by floors among those; None if none was found."""
    if any(activation not in floors for activation in _must(instance)):
        return None
    most = _knapsack(instance, floors, joint, least_value=None).chosen
    if most is None:
        return None
    cheapest = _knapsack(instance, floors, joint, least_value=int(sum(instance.value[a] for a in most))).chosen
    return most if cheapest is None else cheapest


def cost_bound(
    instance: Instance, floors: Mapping[int, int], value: int, joint: Sequence[JointFloor] = ()
) -> int | None:
    """Return a certified bound on the cost by floors of any set of at least this value; None where there is none."""
    return _knapsack(instance, floors, joint, least_value=value).bound


def _must(instance: Instance) -> list[int]:
    return [int(a) for a in np.flatnonzero(instance.must_secure)]


def _knapsack(
    instance: Instance, floors: Mapping[int, int], joint: Sequence[JointFloor], *, least_value: int | None
) -> Knapsack:
    """Maximise value, or minimise cost at `least_value`, under the budget."""
    model = cp_model.CpModel()
    secured = {a: model.new_bool_var(f"secured[{a}]") for a in floors}
    value = cp_model.LinearExpr.weighted_sum(list(secured.values()), [int(instance.value[a]) for a in floors])
    spent = _spent(model, secured, floors, joint)
    for activation in _must(instance):
        model.add(secured[activation] == 1)
    if instance.limits.budget_minor is not None:
        model.add(spent <= instance.limits.budget_minor)
    if least_value is None:
        model.maximize(value)
    else:
        model.add(value >= least_value)
        model.minimize(spent)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False
    solver.parameters.max_deterministic_time = 30
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Knapsack(None, 0, None, True)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Knapsack(None, 0, None, False)
    best = solver.best_objective_bound
    bound = math.floor(best + TOLERANCE) if least_value is None else math.ceil(best - TOLERANCE)
    chosen = tuple(a for a, flag in secured.items() if solver.boolean_value(flag))
    return Knapsack(chosen, int(solver.value(spent)), bound, False)


def _spent(
    model: cp_model.CpModel,
    secured: Mapping[int, cp_model.IntVar],
    floors: Mapping[int, int],
    joint: Sequence[JointFloor],
) -> cp_model.LinearExpr:
    """Return the cost by floors: own ones, plus what a complete group costs beyond the sum of its members' floors."""
    terms: list[tuple[cp_model.IntVar, int]] = [(flag, floors[a]) for a, flag in secured.items()]
    for number, group in enumerate(joint):
        if all(a in secured for a in group.activations):
            complete = model.new_bool_var(f"complete[{number}]")
            missing = [1 - secured[a] for a in group.activations]
            model.add(complete + cp_model.LinearExpr.sum(missing) >= 1)
            terms.append((complete, group.floor - sum(floors[a] for a in group.activations)))
    return cp_model.LinearExpr.weighted_sum([flag for flag, _ in terms], [weight for _, weight in terms])
