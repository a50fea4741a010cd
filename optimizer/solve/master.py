"""Which activations can be secured together, as far as their floors and the budget tell: bounds on value and cost.

With rc_a the floor of activation a, every plan that secures the set R costs at least Σ_{a∈R} rc_a, so::

    value_bound      = max Σ value_a   over R ⊇ required with Σ_{a∈R} rc_a ≤ budget
    cost_bound(v)    = min Σ rc_a      over R ⊇ required with Σ value_a ≥ v

Both are knapsacks, solved exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from ortools.sat.python import cp_model

from optimizer.derive.instance import Instance


def best_set(instance: Instance, floors: Mapping[int, int]) -> tuple[int, ...] | None:
    """Return a set of highest value, cheapest by floors among those, that the budget may carry; None if there is none.

    Parameters
    ----------
    floors
        Lower bound on the cost of each activation that can be secured at all (minor units).
    """
    if any(activation not in floors for activation in _must(instance)):
        return None
    most = _knapsack(instance, floors, least_value=None)
    if most is None:
        return None
    value = int(sum(instance.value[a] for a in most))
    return _knapsack(instance, floors, least_value=value)


def cost_bound(instance: Instance, floors: Mapping[int, int], value: int) -> int | None:
    """Return the least total floor of any set of at least this value; None if no set has it."""
    cheapest = _knapsack(instance, floors, least_value=value)
    return None if cheapest is None else sum(floors[a] for a in cheapest)


def _must(instance: Instance) -> list[int]:
    return [int(a) for a in np.flatnonzero(instance.must_secure)]


def _knapsack(instance: Instance, floors: Mapping[int, int], *, least_value: int | None) -> tuple[int, ...] | None:
    """Maximise value under the budget, or minimise floors at `least_value` under the budget."""
    model = cp_model.CpModel()
    secured = {a: model.new_bool_var(f"secured[{a}]") for a in floors}
    value = cp_model.LinearExpr.weighted_sum(list(secured.values()), [int(instance.value[a]) for a in floors])
    spent = cp_model.LinearExpr.weighted_sum(list(secured.values()), list(floors.values()))
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
    return tuple(a for a, flag in secured.items() if solver.boolean_value(flag))
