"""Judge a selection by the rules that teams made without the model may break."""

from __future__ import annotations

import numpy as np

from optimizer.derive.instance import Instance
from optimizer.model.rules import Rule, to_be_checked
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Part, Variables
from optimizer.solve.cpsat.solve_model import CallLimits, SolveStatus, new_solver, solve


def keeps_checked_rules(instance: Instance, selection: Selection) -> bool:
    """Tell whether a selection keeps every rule that has to be checked; the others it keeps by construction.

    A rule that declares no check of its own is judged by its constraint, in a model that is fixed to the selection.
    """
    undeclared = []
    for rule in to_be_checked(instance):
        if rule.team is None:
            undeclared.append(rule)
        elif callable(rule.team) and not rule.team(instance, selection):
            return False
    return not undeclared or _allowed(instance, selection, undeclared)


def _allowed(instance: Instance, selection: Selection, rules: list[Rule]) -> bool:
    """Tell whether the constraints of these rules allow a selection."""
    everything = tuple(instance.activations)
    windows = np.array(sorted(selection.windows.values()), dtype=np.int64)
    # All activations count as fixed, so that no cells are made: density is not what is asked here.
    part = Part(instance, everything, windows, np.sort(selection.indices()), {}, frozenset(everything))
    v = Variables(part, Approximation.OUTER)
    for activation, secured in v.secured.items():
        v.model.add(secured == int(activation in selection.windows))
    for flag in (*v.window.values(), *v.option.values()):
        v.model.add(flag == 1)
    for rule in rules:
        rule.constraint(v)
    return solve(new_solver(CallLimits()), v.model) is not SolveStatus.INFEASIBLE
