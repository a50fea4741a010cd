"""Price, bound, assemble, improve, certify: the search for scenarios one model cannot close.

Every activation is priced alone, coupled ones in pairs and with prices for participations; a knapsack, and where
places, stock, months or gaps bite a schedule of sizes and days, bound value and cost and say which activations to
secure. Those are placed with quick teams, and ruin and recreate, then exact neighbourhoods, make the plan better until
it meets the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST
from optimizer.model.selection import EMPTY
from optimizer.solve.bounding import (
    bound_alone,
    bound_alone_quickly,
    bound_coupled_sets,
    branch_on_people,
    price_rotation,
)
from optimizer.solve.bounds.activation import bound_activations
from optimizer.solve.bounds.lagrangian import raise_bound
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cell_search import search_by_cells
from optimizer.solve.decomposition import Decomposition
from optimizer.solve.heuristics.insertion import insert_exactly
from optimizer.solve.heuristics.neighbourhoods import improve_by_neighbourhoods, make_room
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.heuristics.window_teams import place_window_teams
from optimizer.solve.monolithic import prove_monolithic
from optimizer.solve.problem import SearchProblem
from optimizer.solve.schedule_following import plan_by_schedule
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState


def search_decomposed(problem: SearchProblem, state: SearchState) -> Mapping[int, int]:
    """Fill the state; return what each activation costs at least on its own."""
    if not problem.instance.must_secure.any():
        state.try_improve(EMPTY)
    if problem.control.stopped:
        # Covers may be missing: nothing is concluded from what is not there.
        return dict.fromkeys(_with_windows(problem), 0)
    quick = _quick_search(problem, state)
    if quick.done:
        return quick.lower_bounds.own
    search = start_decomposition(problem, state)
    run_phases(search)
    return search.lower_bounds.own


def _quick_search(problem: SearchProblem, state: SearchState) -> Decomposition:
    """Return a search on the quick bounds alone: enough to see that money does not suffice, or that a plan is best."""
    state.set_phase("counting what money buys")
    least = {a: min(problem.window_data[int(w)].least for w in problem.windows_of(a)) for a in _with_windows(problem)}
    lower_bounds = LowerBounds({a: bound for a, bound in least.items() if bound < INFEASIBLE_COST})
    search = Decomposition(problem, state, lower_bounds, {})
    search.bound()
    if not search.done:
        place_window_teams(problem, state)
    return search


def _with_windows(problem: SearchProblem) -> list[int]:
    return [a for a in problem.instance.activations if len(problem.windows_of(a))]


def start_decomposition(problem: SearchProblem, state: SearchState) -> Decomposition:
    """Return a search that knows what each activation costs at least on its own."""
    state.set_phase("pricing each activation")
    blocks = bound_activations(problem, problem.instance.activations)
    lower_bounds = LowerBounds({block.activation: block.lower_bound for block in blocks if not block.impossible})
    windows = {window: lower_bound for block in blocks for window, lower_bound in block.windows.items()}
    return Decomposition(problem, state, lower_bounds, windows)


def run_phases(search: Decomposition) -> None:
    """Bound, place, prove and improve, step by step, until the gap is closed or the time is up.

    Uses, and adds to, the bounds on parts of a search whose instance differs in the total budget only.
    """
    search.bound()
    steps: tuple[tuple[str, Callable[[Decomposition], None]], ...] = (
        ("placing the windows' teams", _place_window_teams),
        ("pricing each activation within what is shared, briefly", bound_alone_quickly),
        ("pricing contested creators", branch_on_people),
        ("assembling a plan", _first_plan),
        ("scheduling money, parcels and windows", _value_by_cells),
        ("pricing participations", price_rotation),
        ("pricing contested creators again", branch_on_people),
        ("pricing each activation within what is shared", bound_alone),
        ("pricing what is coupled together", bound_coupled_sets),
        ("proving with one model", _monolithic_first),
        ("scheduling windows and parcels", plan_by_schedule),
        ("improving the plan", _improve),
        ("scheduling money, parcels and windows", _by_cells),
        ("pricing what is shared", _raise_bounds),
        ("improving the plan", _improve),
        ("proving what is left", _monolithic_last),
        ("improving the plan", _keep_improving),
    )
    for phase, step in steps:
        if search.done:
            break
        search.state.set_phase(phase)
        step(search)


def quick_pass(search: Decomposition) -> None:
    """Bound and place what the bound proposes, and leave it at that."""
    search.bound()
    if not search.done:
        search.state.set_phase("assembling a plan")
        _place_window_teams(search)
        _first_plan(search)


def _first_plan(search: Decomposition) -> None:
    """Place what the knapsack chose with quick teams, then exactly where that fails."""
    _improve_at_once(search)
    if search.done:
        return
    optional = not search.problem.instance.must_secure.all()
    tries = PARAMETERS.first_tries_of_some if optional else PARAMETERS.first_tries
    if optional and search.state.incumbent is not None and search.problem.instance.limits.share_supplies:
        tries = PARAMETERS.first_tries_before_master
    # Where a plan of the highest value is there already, bounds are more often missing than a better plan.
    share = PARAMETERS.first_tries_share if search.state.value_proven else 1.0
    search.rebuild(search.wanted, tries, over_budget=True, share=share)
    if search.done or (search.state.incumbent is not None and search.state.incumbent.windows):
        return
    fixed = EMPTY
    for activation in search.wanted:
        inserted = insert_exactly(search.problem, activation, fixed, search.lower_bounds.own[activation])
        if inserted is not None:
            partial = PartialPlan(search.problem.instance, fixed)
            partial.insert(activation, inserted.windows[activation], np.array(inserted.options, dtype=np.int64))
            fixed = partial.selection()
    if not search.state.try_improve(fixed) and fixed.windows:
        search.state.set_phase("making room")
        search.state.try_improve(make_room(search.problem, fixed, search.lower_bounds.own, search.wanted))


def _place_window_teams(search: Decomposition) -> None:
    place_window_teams(search.problem, search.state)


def _improve_at_once(search: Decomposition) -> None:
    """Where the incumbent has all the value, decide few activations again.

    Bounding has left a best team for every window; what keeps it out is often a single person.
    """
    problem, state = search.problem, search.state
    if not search.done and state.value_proven:
        control, rounds = problem.control, PARAMETERS.neighbourhoods_in_vain
        ends = control.deadline - (1 - PARAMETERS.early_neighbourhoods_share) * control.remaining
        part = problem.under(problem.instance, replace(control, deadline=ends))
        improve_by_neighbourhoods(part, state, search.lower_bounds.own, search.everything(), (), rounds)


def _value_by_cells(search: Decomposition) -> None:
    """Where a plan of the highest value is there, schedules and people are tried before more is proven of it."""
    if not search.state.value_proven:
        _by_cells(search)


def _by_cells(search: Decomposition) -> None:
    search_by_cells(search.problem, search.state, search.lower_bounds)
    search.bound()


def _improve(search: Decomposition) -> None:
    """Ruin and recreate the wanted activations, then all of them, then exact neighbourhoods."""
    state = search.state
    search.rebuild(search.wanted, PARAMETERS.tries, over_budget=True)
    if not search.done and not state.value_proven:
        search.rebuild(search.everything(), PARAMETERS.tries, over_budget=False)
    if not search.done:
        order = search.everything()
        improve_by_neighbourhoods(
            search.problem,
            state,
            search.lower_bounds.own,
            order,
            search.problem.coupled,
            PARAMETERS.neighbourhoods_in_vain,
            None if search.rotation is None else search.rotation.charges,
        )


def _raise_bounds(search: Decomposition) -> None:
    """Raise the bounds by prices for what is shared, as long as that changes what to secure."""
    for _ in range(PARAMETERS.rounds_in_vain):
        before = set(search.wanted)
        enough = search.state.cost if search.state.value_proven else INFEASIBLE_COST
        priced = raise_bound(search.problem, search.lower_bounds.own, search.wanted, enough, search.rotation)
        if priced is None:
            return
        search.lower_bounds.priced.append(priced)
        search.bound()
        if search.done or set(search.wanted) == before:
            return


def _monolithic_first(search: Decomposition) -> None:
    """Small scenarios are proven fastest as a whole, with the bounds on their parts."""
    if len(search.problem.instance.options) <= PARAMETERS.monolithic_first_options:
        control = search.problem.control
        part = replace(control, deadline=control.deadline - (1 - PARAMETERS.monolithic_first_share) * control.remaining)
        prove_monolithic(
            replace(search.problem, control=part), search.state, search.lower_bounds.own, search.window_bounds
        )


def _monolithic_last(search: Decomposition) -> None:
    if len(search.problem.instance.options) <= PARAMETERS.monolithic_last_options:
        prove_monolithic(search.problem, search.state, search.lower_bounds.own, search.window_bounds)


def _keep_improving(search: Decomposition) -> None:
    """Go on until nothing has helped for some rounds."""
    state, in_vain = search.state, 0
    while not search.done and in_vain < PARAMETERS.rounds_in_vain:
        before = (state.value, state.cost)
        _improve(search)
        in_vain = in_vain + 1 if (state.value, state.cost) == before else 0
