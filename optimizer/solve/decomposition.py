"""Price, bound, assemble, improve, certify: the search for scenarios one model cannot close.

Every activation is priced alone, coupled ones in pairs; a knapsack, and where places, stock, months or gaps bite a
schedule of sizes and days, bound value and cost and say which activations to secure. Those are placed with quick teams,
and ruin and recreate, then exact neighbourhoods, make the plan better until it meets the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.derive.instance import INFEASIBLE_COST
from optimizer.model.selection import EMPTY
from optimizer.solve.bounds.activation import best_set, bound_activations, cost_bound, value_bound
from optimizer.solve.bounds.coupled import bound_coupled, bound_neighbours
from optimizer.solve.bounds.coupled_excess import bound_excess
from optimizer.solve.bounds.lagrangian import raise_bound
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.bounds.parcel_counts import bound_parcel_counts
from optimizer.solve.bounds.schedule import Schedule, make_schedule
from optimizer.solve.cell_search import search_by_cells, shares_by_day
from optimizer.solve.heuristics.from_schedule import plan_from_schedule
from optimizer.solve.heuristics.insertion import insert_exactly
from optimizer.solve.heuristics.neighbourhoods import improve_by_neighbourhoods, make_room
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.heuristics.ruin_recreate import RuinRecreate, scarcity
from optimizer.solve.monolithic import prove_monolithic
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from optimizer.solve.windows.greedy_team import Team


@dataclass
class Decomposition:
    """One decomposed search.

    Attributes
    ----------
    wanted
        Activations to secure by the bounds of now, hardest to insert first.
    proposals
        Teams that go well with those of coupled activations, by activation.
    """

    problem: SearchProblem
    state: SearchState
    lower_bounds: LowerBounds
    window_bounds: dict[int, int]
    wanted: list[int] = field(default_factory=list)
    proposals: dict[int, list[Team]] = field(default_factory=dict)
    draws: int = 0

    @property
    def done(self) -> bool:
        """Whether there is nothing left to find or no time left."""
        return self.state.closed or self.state.infeasible or self.problem.control.stopped

    def bound(self) -> None:
        """Bound value and cost by the lower bounds and choose what to secure."""
        instance, coupled = self.problem.instance, self.problem.coupled
        value = value_bound(instance, self.lower_bounds, coupled)
        if value is None:
            self.state.infeasible = True
            return
        self.state.tighten_value_bound(value)
        target = self.state.value_bound
        bound = cost_bound(instance, self.lower_bounds, target, coupled)
        if bound is not None:
            self.state.tighten_cost_bound(target, bound)
        chosen = best_set(instance, self.lower_bounds, coupled)
        self.wanted = self.in_order(chosen or ())

    def in_order(self, activations: Sequence[int]) -> list[int]:
        """Return activations in the order of insertion: required, then few windows, then high cost."""
        must, lower_bounds = self.problem.instance.must_secure, self.lower_bounds.own
        choices = {a: len(self.problem.windows_of(a)) for a in activations}
        return sorted(activations, key=lambda a: (not must[a], choices[a], -lower_bounds[a], a))

    def rebuild(
        self, wanted: Sequence[int], tries: int, partial: PartialPlan | None = None, *, over_budget: bool
    ) -> None:
        """Fill a partial plan with what is wanted and better it by ruin and recreate."""
        if partial is None:
            # The first plan of all is not built upon: its teams were made before anything was known of their cost.
            built = self.state.incumbent if self.draws else None
            partial = PartialPlan(self.problem.instance, built, over_budget=over_budget)
            for activation in [a for a in partial.windows if a not in wanted]:
                partial.remove(activation)
        self.draws += 1
        charges = scarcity(self.problem, wanted)
        builder = RuinRecreate(
            self.problem,
            partial,
            wanted,
            self.lower_bounds.own,
            charges,
            self.problem.seed + self.draws,
            self.proposals,
        )
        builder.fill()
        builder.run(self.state, tries)

    def everything(self) -> list[int]:
        """Return all activations, those wanted first, the others by what a unit of value costs."""
        value = self.problem.instance.value
        others = [a for a in self.lower_bounds.own if a not in self.wanted]
        return [*self.wanted, *sorted(others, key=lambda a: (self.lower_bounds.own[a] / value[a], a))]


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

    What a search with the same instance but for the total budget has learnt of its parts is used and added to.
    """
    search.bound()
    steps: tuple[tuple[str, Callable[[Decomposition], None]], ...] = (
        ("assembling a plan", _first_plan),
        ("scheduling money, parcels and windows", _value_by_cells),
        ("pricing what is coupled together", _bound_coupled),
        ("proving with one model", _monolithic_first),
        ("scheduling windows and parcels", _schedule),
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
        _first_plan(search)


def _first_plan(search: Decomposition) -> None:
    """Place what the knapsack chose with quick teams, then exactly where that fails."""
    optional = not search.problem.instance.must_secure.all()
    tries = PARAMETERS.first_tries_of_some if optional else PARAMETERS.first_tries
    if optional and search.state.incumbent is not None and shares_by_day(search.problem.instance):
        tries = PARAMETERS.first_tries_before_master
    search.rebuild(search.wanted, tries, over_budget=True)
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


def _bound_coupled(search: Decomposition) -> None:
    if not search.problem.coupled:
        return
    search.proposals = bound_coupled(search.problem, search.lower_bounds, search.proposals)
    search.bound()


def _value_by_cells(search: Decomposition) -> None:
    """Where a plan of the highest value is there, schedules and people are tried before more is proven of it."""
    if not search.state.value_proven:
        _by_cells(search)


def _by_cells(search: Decomposition) -> None:
    search_by_cells(search.problem, search.state, search.lower_bounds)
    search.bound()


def _schedule(search: Decomposition) -> None:
    """Bound value and cost by a schedule, and place people by the best one."""
    limits, problem, state = search.problem.instance.limits, search.problem, search.state
    if limits.daily_capacity is None and not limits.arrivals and not limits.month_caps and not problem.coupled:
        return
    activations = list(search.lower_bounds.own)
    windows = [int(w) for a in activations for w in problem.windows_of(a)]
    bound_parcel_counts(problem, search.lower_bounds, windows, search.window_bounds)
    bound_excess(problem, search.lower_bounds)
    if not state.value_proven:
        most = make_schedule(problem, search.lower_bounds, activations, effort=PARAMETERS.quick_schedule_effort)
        if most.impossible:
            state.infeasible = True
            return
        if most.bound is not None:
            state.tighten_value_bound(most.bound)
    schedule = _with_reserve(search, _cheapest(search))
    if schedule.windows:
        _follow(search, schedule, state.value_bound)


def _cheapest(search: Decomposition) -> Schedule:
    """Return the cheapest schedule of the highest value one was found for; bound value and cost by it.

    What its coupled activations cost together is priced where that is not yet known, as long as there is something new.
    """
    problem, state, lower_bounds = search.problem, search.state, search.lower_bounds
    schedule, target = Schedule(False, None, 0, {}, {}), state.value_bound
    while target >= max(0, state.value) and not search.done:
        schedule = make_schedule(problem, lower_bounds, list(lower_bounds.own), least_value=target)
        if schedule.impossible:
            state.tighten_value_bound(target - 1)
        elif schedule.bound is not None:
            state.tighten_cost_bound(target, schedule.bound)
        fresh = schedule.windows and bound_neighbours(problem, lower_bounds, schedule.windows, search.proposals)
        if fresh and bound_excess(problem, lower_bounds):
            target = state.value_bound
        elif schedule.windows:
            return schedule
        else:
            target -= 1
    return schedule


def _with_reserve(search: Decomposition, schedule: Schedule) -> Schedule:
    """Return a schedule, or one of a little less value where its teams would hardly be paid for.

    People cost a little more than their sizes promise, and a plan over budget loses a whole activation.
    """
    instance = search.problem.instance
    budget, value = instance.limits.budget_minor, int(sum(instance.value[a] for a in schedule.windows)) - 1
    if budget is None or schedule.cost <= (1 - PARAMETERS.money_to_spare) * budget or value <= search.state.value:
        return schedule
    lower = make_schedule(search.problem, search.lower_bounds, list(search.lower_bounds.own), least_value=value)
    return lower if lower.windows else schedule


def _follow(search: Decomposition, schedule: Schedule, target: int) -> None:
    """Turn schedules into plans, ruling out what did not go together, until one is placed as it stands.

    Every other schedule asks for a little less value: it leaves more room for what a schedule does not see.
    """
    problem, state, conflicts = search.problem, search.state, set[frozenset[int]]()
    reserve, lower = PARAMETERS.time_after_schedules * problem.control.remaining, target
    for number in range(PARAMETERS.schedules):
        search.wanted = search.in_order(list(schedule.windows))
        partial, fresh = plan_from_schedule(problem, schedule, search.wanted, search.proposals)
        if len(partial.windows) == len(schedule.windows):
            search.rebuild(search.wanted, PARAMETERS.first_tries, partial, over_budget=True)
        else:
            partial = PartialPlan(problem.instance, partial.within_budget())
            search.rebuild(search.everything(), 0, partial, over_budget=False)
        if search.done or state.value_proven or problem.control.remaining < reserve:
            return
        # A schedule that taught nothing is itself ruled out, so that none comes twice.
        conflicts.update(set(fresh) - conflicts or {frozenset(schedule.windows.values())})
        lower = max(state.value + 1, lower - 1) if number % 2 else lower
        least = lower if number % 2 else target
        wanted = list(search.lower_bounds.own)
        schedule = make_schedule(problem, search.lower_bounds, wanted, least_value=least, without=conflicts)
        if not schedule.windows:
            return


def _improve(search: Decomposition) -> None:
    """Ruin and recreate what is wanted, then with everything else beside it, then exact neighbourhoods."""
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
        )


def _raise_bounds(search: Decomposition) -> None:
    """Raise the bounds by prices for what is shared, as long as that changes what to secure."""
    for _ in range(PARAMETERS.rounds_in_vain):
        before = set(search.wanted)
        enough = search.state.cost if search.state.value_proven else INFEASIBLE_COST
        priced = raise_bound(search.problem, search.lower_bounds.own, search.wanted, enough)
        if priced is None:
            return
        search.lower_bounds.priced.append(priced)
        search.bound()
        if search.done or set(search.wanted) == before:
            return


def _monolithic_first(search: Decomposition) -> None:
    """Small scenarios are proven fastest as a whole, with what is known of their parts."""
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
