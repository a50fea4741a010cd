"""Schedules of sizes and days: they bound value and cost, and people are placed by the best of them."""

from __future__ import annotations

from optimizer.solve.bounds.coupled import bound_neighbours
from optimizer.solve.bounds.coupled_excess import bound_excess
from optimizer.solve.bounds.parcel_counts import bound_parcel_counts
from optimizer.solve.bounds.schedule import Schedule, make_schedule
from optimizer.solve.decomposition import Decomposition
from optimizer.solve.heuristics.from_schedule import plan_from_schedule
from optimizer.solve.heuristics.partial_plan import PartialPlan
from optimizer.solve.search_parameters import PARAMETERS


def plan_by_schedule(search: Decomposition) -> None:
    """Bound value and cost by a schedule, and place people by the best one."""
    problem, state = search.problem, search.state
    if not problem.instance.limits.share_supplies and not problem.coupled:
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
    """Return the cheapest schedule of the highest value that has one; bound value and cost by it.

    Price its coupled activations together where they have no joint bound yet, as long as there are new ones.
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
