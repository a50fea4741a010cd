"""Judge selections, by their exact tail and by the rules that may be broken, and cut off those that fail.

The tilted covers are nearly exact; no-good cuts close the rest. An optimum of the outer approximation whose exact tail
fails is cut off together with everything that is no better, until an optimum holds: then it is the optimum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.derive.instance import Instance, Ints
from optimizer.model.constraints import outside
from optimizer.model.rules import Rule, to_be_checked
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Part, Variables
from optimizer.solve.cpsat.solve_model import CallLimits, SolveStatus, new_solver, solve


@dataclass(frozen=True)
class NoGoodCut:
    """Creators who cannot reach the confidence together: per (creator, paid), the highest probability covered.

    No selection of options of `activation` with at most these probabilities holds, in whatever window.
    """

    activation: int
    highest: dict[tuple[int, bool], float]


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


def no_good_cut(instance: Instance, activation: int, options: Ints) -> NoGoodCut:
    """Return a large failing set around a selection that fails.

    Starts from the selection, then lets in further creators, the weakest first, with all they can do, while even the
    best of everything still fails. A paid creator's gift is covered too where it is never the better of the two.
    """
    table, wave = instance.options, instance.waves[activation]
    target = wave.confidence - SECURE_TOLERANCE
    best: dict[tuple[int, bool], float] = {
        (int(table.creator[o]), bool(table.paid[o])): float(table.probability[o]) for o in options
    }
    used = {creator for creator, _ in best}
    everyone = _strongest(instance, activation)

    def reaches(members: dict[tuple[int, bool], float]) -> bool:
        gifts = [p for (_, paid), p in members.items() if not paid]
        payers = [p for (_, paid), p in members.items() if paid]
        return tail(gifts, payers, wave.min_posts, instance.rates) >= target

    if reaches(best):
        raise ValueError("a selection that holds has no failing set")
    for creator, (paid, p) in sorted(everyone.items(), key=lambda item: (item[1][1], item[0])):
        if creator in used:
            continue
        wider = {**best, (creator, paid): p}
        if reaches(wider):
            break
        best = wider
    return NoGoodCut(activation, _with_weaker_gifts(instance, activation, best))


def _strongest(instance: Instance, activation: int) -> dict[int, tuple[bool, float]]:
    """Return each creator's strongest mode and probability; a mode that is not surely the stronger is not offered."""
    table = instance.options
    mine = np.flatnonzero(table.activation == activation)
    top: dict[int, dict[bool, float]] = {}
    for option in mine:
        modes = top.setdefault(int(table.creator[option]), {})
        paid = bool(table.paid[option])
        modes[paid] = max(modes.get(paid, 0.0), float(table.probability[option]))
    strongest = {}
    for creator, modes in top.items():
        if len(modes) == 1:
            strongest[creator] = next(iter(modes.items()))
        elif modes[True] >= modes[False] * instance.rates.high:
            strongest[creator] = (True, modes[True])
    return strongest


def _with_weaker_gifts(
    instance: Instance, activation: int, members: dict[tuple[int, bool], float]
) -> dict[tuple[int, bool], float]:
    table = instance.options
    mine = np.flatnonzero((table.activation == activation) & ~table.paid)
    gifts: dict[int, float] = {}
    for option in mine:
        creator = int(table.creator[option])
        gifts[creator] = max(gifts.get(creator, 0.0), float(table.probability[option]))
    covered = dict(members)
    for (creator, paid), p in members.items():
        if paid and creator in gifts and gifts[creator] * instance.rates.high <= p:
            covered[(creator, False)] = gifts[creator]
    return covered


def add_cuts(v: Variables, cuts: Sequence[NoGoodCut]) -> None:
    """Add every cut to a model, in each window of its activation."""
    table = v.instance.options
    for cut in cuts:
        if cut.activation not in v.secured:
            continue
        mine = v.options_of(cut.activation)
        limit = np.array(
            [cut.highest.get((int(table.creator[o]), bool(table.paid[o])), -1.0) for o in mine], dtype=float
        )
        covered = table.probability[mine] <= limit
        for window in v.windows_of(cut.activation):
            inside = table.window[mine] == window
            outside(v, int(window), mine[inside & ~covered])


def keeps_checked_rules(instance: Instance, selection: Selection) -> bool:
    """Return whether a selection keeps every rule that has to be checked; the others it keeps by construction.

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
    """Return whether the constraints of these rules allow a selection."""
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
