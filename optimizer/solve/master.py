"""Which activations can be secured together, as far as their floors and the budget tell: bounds on value and cost.

With rc_a the floor of activation a, every plan that secures the set R costs at least Σ_{a∈R} rc_a, so::

    value_bound      = max Σ value_a   over R ⊇ required with Σ_{a∈R} rc_a ≤ budget
    cost_bound(v)    = min Σ rc_a      over R ⊇ required with Σ value_a ≥ v

Activations tied by rotation also have a joint floor that holds when all of them are secured. Both are knapsacks, solved
exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from ortools.sat.python import cp_model

from optimizer.derive.instance import Instance
from optimizer.solve.components import JointFloor


def best_set(instance: Instance, floors: Mapping[int, int], joint: Sequence[JointFloor] = ()) -> tuple[int, ...] | None:
    """Return a set of highest value, cheapest by floors among those, that the budget may carry; None if there is none.

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
    if most is None:
        return None
    value = int(sum(instance.value[a] for a in most[0]))
    cheapest = _knapsack(instance, floors, joint, least_value=value)
    return None if cheapest is None else cheapest[0]


def cost_bound(
    instance: Instance, floors: Mapping[int, int], value: int, joint: Sequence[JointFloor] = ()
) -> int | None:
    """Return the least cost by floors of any set of at least this value; None if no set has it."""
    cheapest = _knapsack(instance, floors, joint, least_value=value)
    return None if cheapest is None else cheapest[1]


def _must(instance: Instance) -> list[int]:
    return [int(a) for a in np.flatnonzero(instance.must_secure)]


def _knapsack(
    instance: Instance, floors: Mapping[int, int], joint: Sequence[JointFloor], *, least_value: int | None
) -> tuple[tuple[int, ...], int] | None:
    """Maximise value, or minimise cost at `least_value`, under the budget; return the set and its cost by floors."""
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
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    return tuple(a for a, flag in secured.items() if solver.boolean_value(flag)), int(solver.value(spent))


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
