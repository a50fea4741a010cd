"""The steps of a search that only raise its bounds, and place the teams that come of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from optimizer.solve.bounds.contested import ContestedSearch, bound_contested
from optimizer.solve.bounds.coupled import bound_coupled
from optimizer.solve.bounds.rotation import raise_by_rotation
from optimizer.solve.decomposition import Decomposition
from optimizer.solve.heuristics.neighbourhoods import improve_by_neighbourhoods
from optimizer.solve.heuristics.window_teams import place_teams
from optimizer.solve.problem import coupled_parts
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.within_limits import raise_within_limits


def bound_alone(search: Decomposition) -> None:
    """Raise the bounds of wanted activations whose best teams break shared limits by themselves; place their teams."""
    _bound_alone(search, PARAMETERS.within_limits_share, PARAMETERS.window_cut_rounds)


def bound_alone_quickly(search: Decomposition) -> None:
    """Do the same as far as a few cuts lead."""
    _bound_alone(search, PARAMETERS.first_within_limits_share, PARAMETERS.first_within_limits_cut_rounds)


def _bound_alone(search: Decomposition, share: float, rounds: int) -> None:
    problem, state = search.problem, search.state
    ends = problem.control.deadline - (1 - share) * problem.control.remaining
    part = problem.under(problem.instance, replace(problem.control, deadline=ends))
    asked: set[int] = set()
    while not search.done and not part.control.stopped:
        wanted = [a for a in search.wanted if a not in asked]
        asked.update(wanted)
        teams = raise_within_limits(part, search.lower_bounds, search.window_bounds, wanted, state.incumbent, rounds)
        if teams is None:
            return
        place_teams(problem, state, teams)
        search.bound()


def bound_coupled_sets(search: Decomposition) -> None:
    """Raise the bound by what coupled pairs and larger sets cost together."""
    if _rotation_settled(search):
        return
    search.proposals = bound_coupled(search.problem, search.lower_bounds, search.proposals)
    search.bound()


def branch_on_people(search: Decomposition) -> None:
    """Raise the bound, and place teams, by branching on which activations do without a contested person."""
    problem, state = search.problem, search.state
    groups = _in_each_others_way(search)
    ends = problem.control.deadline - (1 - PARAMETERS.contested_share) * problem.control.remaining
    for left, activations in zip(range(len(groups), 0, -1), groups, strict=True):
        # Each group has an equal part of what the ones before have left.
        now = problem.control.deadline - problem.control.remaining
        part = problem.under(problem.instance, replace(problem.control, deadline=now + (ends - now) / left))
        if activations not in search.contested:
            search.contested[activations] = ContestedSearch(problem, activations, search.window_bounds)
        placed = bound_contested(part, search.contested[activations], search.lower_bounds, state.incumbent)
        if placed is not None:
            place_teams(problem, state, placed)
    if groups:
        search.bound()


def _in_each_others_way(search: Decomposition) -> list[tuple[int, ...]]:
    """Return the groups of wanted activations that rotation ties together, each in order."""
    instance, groups = search.problem.instance, []
    most = instance.limits.max_activations
    for group in search.problem.coupled:
        wanted = tuple(sorted(a for a in group if a in search.wanted))
        few = most is not None and most < len(wanted)
        groups += [wanted] if few and len(wanted) > 1 else coupled_parts(instance, wanted)
    return groups


def _rotation_settled(search: Decomposition) -> bool:
    """Return whether branching on contested creators has said all that there is to say of the wanted activations."""
    instance, groups = search.problem.instance, _in_each_others_way(search)
    spaced = any(
        instance.community[a] == instance.community[b] and instance.gap_days[a] > 0
        for group in groups
        for a, b in combinations(group, 2)
    )
    return not spaced and all(group in search.contested and search.contested[group].settled for group in groups)


def price_rotation(search: Decomposition) -> None:
    """Raise the bound by prices for creators' participations, and place by these prices from now on."""
    state, own = search.state, search.lower_bounds.own
    if _rotation_settled(search):
        return
    priced = raise_by_rotation(search.problem, own, search.wanted, state.incumbent)
    if priced is not None:
        search.rotation = priced
        search.lower_bounds.priced.append(priced)
        search.bound()
        if not search.done:
            # Teams made without prices stand in the way of each other: the groups are decided again.
            improve_by_neighbourhoods(
                search.problem,
                state,
                own,
                search.wanted,
                search.problem.coupled,
                len(search.problem.coupled),
                priced.charges,
            )
