"""Step 3: within the cost slack, the people who are most at home in their communities."""

from __future__ import annotations

import math

from optimizer.derive.instance import Instance
from optimizer.model import objective
from optimizer.model.parts import part_of
from optimizer.model.rules import add_rules
from optimizer.model.variables import Selection, Side, Variables
from optimizer.money import exact
from optimizer.solve.blocks import Problem
from optimizer.solve.call import Limits, optimise
from optimizer.solve.exact import failing, options_of

EFFORT = 6.0


def embeddedness_of(instance: Instance, selection: Selection) -> float:
    """Return the total embeddedness of a selection (unknown counts 0)."""
    return float(math.fsum(instance.embeddedness[instance.options.creator[o]] for o in selection.options))


def most_embedded(problem: Problem, cheapest: Selection, cost: int) -> Selection:
    """Return a selection of at least the embeddedness of `cheapest`, best effort.

    It secures the same activations in the same windows, uses no more creators in each, and costs at most
    ⌊(1 + cost_slack) · cost⌋ (exact fractions).
    """
    instance = problem.instance
    slack = exact(instance.scenario.objective.cost_slack)
    part = part_of(
        instance,
        problem.covers,
        Side.CHOOSING,
        activations=cheapest.windows.keys(),
        windows=cheapest.windows.values(),
    )
    v = Variables(part, Side.CHOOSING)
    add_rules(v)
    for activation in cheapest.windows:
        v.model.add(v.secured[activation] == 1)
        v.model.add(v.total(v.options_of(activation)) <= len(options_of(instance, cheapest, activation)))
    v.model.add(objective.cost(v) <= math.floor((1 + slack) * cost))
    limits = Limits(gap=1e-4, effort=EFFORT)
    out = optimise(
        v, objective.embeddedness(v), problem.control, seed=problem.seed, maximise=True, limits=limits, hint=cheapest
    )
    found = out.selection
    if found is None or failing(instance, found, found.windows):
        return cheapest
    return found if embeddedness_of(instance, found) > embeddedness_of(instance, cheapest) else cheapest
