"""Judge selections: by their exact tail, and by the rules that may be broken."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.derive.instance import Instance, Ints
from optimizer.model.rules import Rule, TeamCheck, to_be_checked
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Part, Variables
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus, new_solver, solve


def probability(instance: Instance, activation: int, options: Ints) -> float:
    """Return the exact probability that these options reach the activation's density."""
    table = instance.options
    paid = table.paid[options]
    return tail(
        table.probability[options[~paid]],
        table.probability[options[paid]],
        instance.waves[activation].min_posts,
        instance.rates,
    )


def holds(instance: Instance, activation: int, options: Ints) -> bool:
    """Return whether the exact probability is ≥ confidence − `SECURE_TOLERANCE`."""
    return probability(instance, activation, options) >= instance.waves[activation].confidence - SECURE_TOLERANCE


def failing(instance: Instance, selection: Selection, activations: Iterable[int]) -> list[int]:
    """Return the activations of a selection, among those given, whose exact probability is too low."""
    return [
        activation
        for activation in activations
        if activation in selection.windows
        and not holds(instance, activation, selection.options_of(instance, activation))
    ]


def keeps_checked_rules(instance: Instance, selection: Selection) -> bool:
    """Return whether a selection keeps every rule that has to be checked; the others it keeps by construction.

    A rule that declares no check of its own is judged by its constraint, in a model that is fixed to the selection.
    """
    undeclared = []
    for rule in to_be_checked(instance):
        if rule.team is None:
            undeclared.append(rule)
        elif not isinstance(rule.team, TeamCheck) and not rule.team(instance, selection):
            return False
    return not undeclared or _allowed(instance, selection, undeclared)


def _allowed(instance: Instance, selection: Selection, rules: list[Rule]) -> bool:
    """Return whether the constraints of these rules allow a selection."""
    everything = tuple(instance.activations)
    windows = np.array(sorted(selection.windows.values()), dtype=np.int64)
    # All activations count as fixed, so that no cells are made: the question here is not density.
    part = Part(instance, everything, windows, np.sort(selection.indices()), {}, frozenset(everything))
    v = Variables(part, Approximation.OUTER)
    for activation, secured in v.secured.items():
        v.model.add(secured == int(activation in selection.windows))
    for flag in (*v.window.values(), *v.option.values()):
        v.model.add(flag == 1)
    for rule in rules:
        rule.constraint(v)
    return solve(new_solver(CallLimits()), v.model) is not CallStatus.INFEASIBLE
