"""Branch and bound over contested creators: who of several activations has to do without a person.

The best teams of the activations alone often want the same few people. Wherever a creator stands in more teams than a
row of `rotation_rows` allows, every plan keeps that creator out of one of them, so the activations are bounded again,
one without the creator in each branch. The least sum of bounds over the open branches bounds what the activations cost
together, and teams that contest nobody are a proposal for a plan. Only that sum is a bound, no branch's bound of one
activation: cores hold some cheapest plan whole, not the cheapest team without any set of people. The scheme is that of
conflict-based search (Sharon, Stern, Felner, Sturtevant 2015), activations for agents and creators for places.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST, Ints
from optimizer.model.selection import Selection
from optimizer.solve.bounds.activation import bound_window
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.bounds.rotation_rows import RotationRows, rotation_rows
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days, candidates_of
from optimizer.solve.windows.cell_bounds import cell_bounds
from optimizer.solve.windows.greedy_team import greedy_team
from optimizer.solve.windows.window import WindowData

Without = frozenset[tuple[int, int]]
"""(creator, kind of row): the activation does without the creator in the windows of that kind."""


@dataclass(frozen=True)
class _Best:
    """One activation under its restrictions: a bound on its cost, and the best team met with its window, if any."""

    bound: int
    cost: int
    window: int
    team: tuple[int, ...]


@dataclass(frozen=True)
class _Window:
    """A window without some creators: a bound on its cost, and a team that does without them, if any was met.

    `closed`: no more can be said of it.
    """

    bound: int
    cost: int
    team: tuple[int, ...]
    closed: bool


@dataclass(order=True)
class _Branch:
    """A branch: what its activations cost together at least, and what each one does without."""

    bound: int
    number: int
    without: dict[int, Without] = field(compare=False)


@dataclass(frozen=True)
class ContestedBound:
    """What activations cost together at least (minor units), and a selection that contests nobody, if one was met."""

    bound: int
    selection: Selection | None


class ContestedSearch:
    """Branch and bound over the contested creators of some activations that are all secured.

    Parameters
    ----------
    window_bounds
        Bounds proven of the windows (minor units).

    Attributes
    ----------
    settled
        Whether rotation has no more to say: the target is met, or nobody is contested in the least branch.
    """

    def __init__(self, problem: SearchProblem, activations: Sequence[int], window_bounds: Mapping[int, int]):
        self.problem = problem
        self.activations = list(activations)
        self.rows: RotationRows = rotation_rows(problem.instance, self.activations, problem.windows)
        self.branches = 0
        self.settled = False
        self._floors = window_bounds
        self._best: dict[tuple[int, Without], _Best] = {}
        self._windows: dict[tuple[int, frozenset[int]], _Window] = {}
        self._open: list[_Branch] = []
        self._proven = 0
        self._enough: dict[int, int] = {}

    def run(self, problem: SearchProblem, target: int) -> ContestedBound:
        """Bound branch after branch, the least first; a later run goes on where this one ends.

        Parameters
        ----------
        problem
            The problem, under the control of this run.
        target
            A bound of this is as good as any higher one: the run ends there, or when nobody is contested any more.
        """
        self.problem = problem
        self._enough = dict.fromkeys(self.activations, INFEASIBLE_COST)
        if not self.branches:
            if not self._evaluate([(a, frozenset()) for a in self.activations]):
                return ContestedBound(0, None)
            self._push(dict.fromkeys(self.activations, frozenset()), 0)
        # With this cost of one activation a branch meets the target whatever the others do without.
        least = {a: self._best[a, frozenset()].bound for a in self.activations}
        self._enough = {a: target - sum(least.values()) + bound for a, bound in least.items()}
        most = self.branches + PARAMETERS.contested_branches
        while self._open and self.branches < most and not problem.control.stopped:
            branch = self._open[0]
            self._proven = max(self._proven, branch.bound)
            if self._proven >= target:
                self.settled = True
                break
            conflict = self._conflict(branch.without)
            if conflict is None:
                self.settled = True
                return ContestedBound(self._proven, self._selection(branch.without))
            children = self._children(branch.without, *conflict)
            if not self._evaluate([own for child in children for own in child.items()]):
                break
            heapq.heappop(self._open)
            for without in children:
                self._push(without, branch.bound)
        return ContestedBound(self._proven if self._open else INFEASIBLE_COST, None)

    def _push(self, without: dict[int, Without], floor: int) -> None:
        bound = max(floor, self._sum(without))
        if bound < INFEASIBLE_COST:
            heapq.heappush(self._open, _Branch(bound, self.branches, without))
        self.branches += 1

    def _sum(self, without: Mapping[int, Without]) -> int:
        return min(INFEASIBLE_COST, sum(self._best[a, own].bound for a, own in without.items()))

    def _selection(self, without: Mapping[int, Without]) -> Selection | None:
        """Return the best teams of a branch in which nobody is contested; None where some activation has none."""
        teams = {a: self._best[a, own] for a, own in without.items()}
        if not all(best.team for best in teams.values()):
            return None
        options = sorted(option for best in teams.values() for option in best.team)
        return Selection(tuple(options), {a: best.window for a, best in teams.items()})

    def _conflict(self, without: Mapping[int, Without]) -> tuple[int, int, list[int]] | None:
        """Return the contested creator, kind of row and activations whose branches promise most; None without any."""
        table = self.problem.instance.options
        holders: dict[tuple[int, int], list[int]] = {}
        for a, own in without.items():
            best = self._best[a, own]
            kinds = np.flatnonzero(self.rows.covers[:, best.window]).tolist() if best.team else []
            for creator in table.creator[list(best.team)].tolist():
                for kind in kinds:
                    holders.setdefault((creator, kind), []).append(a)
        contested = [
            (creator, kind, members)
            for (creator, kind), members in holders.items()
            if len(members) > self.rows.capacity[kind]
        ]
        if not contested:
            return None
        contested = _distinct(contested)[: PARAMETERS.contested_looked_at]
        looked_at = [(a, without[a] | {(creator, kind)}) for creator, kind, members in contested for a in members]
        if not self._evaluate(looked_at):
            return contested[0]
        return max(contested, key=lambda conflict: self._promise(without, *conflict))

    def _promise(self, without: Mapping[int, Without], creator: int, kind: int, members: Sequence[int]) -> float:
        """Return the product of what the branches of a conflict add to the bound."""
        promise = 1.0
        for a in members:
            promise *= self._best[a, without[a] | {(creator, kind)}].bound - self._best[a, without[a]].bound + 1.0
        return promise

    def _children(
        self, without: Mapping[int, Without], creator: int, kind: int, members: Sequence[int]
    ) -> list[dict[int, Without]]:
        """Return the branches of a conflict: in each, one of the activations does without the creator.

        Of more than `capacity` + 1 activations, some `capacity` + 1 already include one that does.
        """
        return [{**without, a: without[a] | {(creator, kind)}} for a in members[: int(self.rows.capacity[kind]) + 1]]

    def _evaluate(self, asked: Sequence[tuple[int, Without]]) -> bool:
        """Bound activations under their restrictions, those not yet bounded, side by side; return whether all are.

        What was bounded while the time ran out says less than it could, and is not kept.
        """
        new = [own for own in dict.fromkeys(asked) if own not in self._best]
        bounded = self.problem.in_branches(self._bounded, new) if new else []
        if new and self.problem.control.stopped:
            return False
        self._best.update(zip(new, bounded, strict=True))
        return True

    def _bounded(self, problem: SearchProblem, asked: tuple[int, Without]) -> _Best:
        """Bound one activation: window by window, the cheapest first, as long as one could be its cheapest."""
        activation, without = asked
        floors = sorted((self._floor(problem, int(w)), int(w)) for w in problem.windows_of(activation))
        best, bound = _Best(INFEASIBLE_COST, INFEASIBLE_COST, -1, ()), INFEASIBLE_COST
        for floor, window in floors:
            enough = min(best.cost, self._enough[activation])
            if floor >= min(bound, enough):
                bound = min(bound, floor)
                break
            own = self._bounded_window(problem, problem.window_data[window], without, enough)
            bound = min(bound, max(floor, own.bound))
            if own.cost < best.cost:
                best = _Best(0, own.cost, window, own.team)
        return replace(best, bound=min(bound, best.cost))

    def _floor(self, problem: SearchProblem, window: int) -> int:
        return max(problem.window_data[window].least, self._floors.get(window, 0))

    def _bounded_window(self, problem: SearchProblem, item: WindowData, without: Without, enough: int) -> _Window:
        """Bound a window without some creators; a bound of `enough` is as good as any higher one."""
        table = problem.instance.options
        team = item.team
        absent = frozenset(creator for creator, kind in without if self.rows.covers[kind, item.window]) & frozenset(
            table.creator[item.options].tolist()
        )
        if team is not None and not absent & set(table.creator[list(team.options)].tolist()):
            return _Window(min(self._floor(problem, item.window), team.cost), team.cost, team.options, True)
        # Windows of one shape cost the same without the same people, but a shared limit may raise the floor of one.
        twin = problem.twins[item.window]
        known = self._windows.get((twin, absent))
        if known is None or not (known.closed or known.bound >= enough):
            floor = min(self._floor(problem, w) for w, first in problem.twins.items() if first == twin)
            known = _without(problem, problem.window_data[twin], floor, absent, enough)
            if not problem.control.stopped:
                self._windows[twin, absent] = known
        step = table.of_window(item.window).start - table.of_window(twin).start
        return replace(known, team=tuple(option + step for option in known.team))


def _distinct(contested: Sequence[tuple[int, int, list[int]]]) -> list[tuple[int, int, list[int]]]:
    """Return one conflict for every creator and set of activations, those of fewest activations first."""
    seen: dict[tuple[int, tuple[int, ...]], tuple[int, int, list[int]]] = {}
    for creator, kind, members in sorted(contested, key=lambda own: (len(own[2]), own[0], own[1])):
        seen.setdefault((creator, tuple(members)), (creator, kind, members))
    return list(seen.values())


def _without(problem: SearchProblem, item: WindowData, floor: int, absent: frozenset[int], enough: int) -> _Window:
    """Return bound and team of a window in which some creators are absent."""
    instance = problem.instance
    table = instance.options
    options = item.options[~np.isin(table.creator[item.options], sorted(absent))]
    best: Ints = best_days(instance, options, table.cost_minor[options])
    cost = table.cost_minor[best]
    bounds = cell_bounds(instance, item.cover, best, cost)
    team = greedy_team(instance, item.cover, candidates_of(instance, item.window, best, cost), bounds, None)
    left = replace(item, options=options, bounds=bounds, team=team)
    bound = max(floor, left.least)
    price, members = (INFEASIBLE_COST, ()) if team is None else (team.cost, team.options)
    close = bound * (1 + problem.gap / 4) >= price
    if not close and bound < enough:
        exact, selection = bound_window(problem, left, min(price, enough))
        bound = max(bound, exact)
        close = bound < enough or bound >= price
        chosen = INFEASIBLE_COST if selection is None else int(table.cost_minor[list(selection.options)].sum())
        if selection is not None and chosen < price:
            price, members = chosen, selection.options
    return _Window(min(bound, price), price, members, close)


def bound_contested(
    problem: SearchProblem, search: ContestedSearch, lower_bounds: LowerBounds, incumbent: Selection | None
) -> Selection | None:
    """Raise and keep the bound on what activations cost together; return teams that contest nobody, if any were met.

    They may break other rules of the plan, and locks.

    Parameters
    ----------
    incumbent
        A plan: branches that cost as much, less half of the gap, need no closer look.
    """
    instance, target = problem.instance, INFEASIBLE_COST
    if incumbent is not None and all(a in incumbent.windows for a in search.activations):
        own = np.concatenate([incumbent.options_of(instance, a) for a in search.activations])
        target = math.ceil(int(instance.options.cost_minor[own].sum()) * (1 - problem.gap / 2))
    found = search.run(problem, target)
    beyond = int(instance.options.cost_minor.sum()) + 1
    group = tuple(sorted(search.activations))
    lower_bounds.joint[group] = max(lower_bounds.joint.get(group, 0), min(found.bound, beyond))
    return found.selection
