"""What each activation costs at least on its own: the lower bounds that every bound is made of.

Each activation is bounded with its own rules. Other activations and shared limits are left out and each creator ships
on the best day, so its least cost bounds that activation's cost in any plan. The quick bounds of its windows and the
quick teams nearly always meet; where they do not, CP-SAT bounds the window on its core. Knapsacks
over these lower bounds then bound value and cost of the whole plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from optimizer.derive.instance import INFEASIBLE_COST, Instance, Ints
from optimizer.model.rules import add_rules, outside_of_parts
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.bounds.lower_bounds import LowerBounds
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus, has_solution, new_solver, proven_bound, solve
from optimizer.solve.problem import SearchProblem, in_parallel
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.windows.candidates import best_days
from optimizer.solve.windows.greedy_team import Team
from optimizer.solve.windows.window import WindowData


@dataclass(frozen=True)
class ActivationBound:
    """One activation, priced alone.

    `impossible`: proven that it cannot be secured whatever the shared limits; else `lower_bound` bounds its cost from
    below (minor units), `windows` has one per window, and `selection`, if any, holds, on the best days.
    """

    activation: int
    impossible: bool
    lower_bound: int
    selection: Selection | None
    windows: dict[int, int]


def bound_activations(problem: SearchProblem, activations: Sequence[int]) -> list[ActivationBound]:
    """Return the bounds of some activations, in order."""
    data = problem.window_data
    # The most work first: an activation with many cells, begun last, would keep the others' threads waiting.
    work = {a: sum(len(data[int(w)].cover.cells) ** 2 for w in problem.windows_of(a)) for a in activations}
    order = sorted(activations, key=lambda a: (-work[a], a))
    bounded = in_parallel(lambda activation: _bound_activation(problem, activation), order, problem.workers)
    return [block for _, block in sorted(zip(order, bounded, strict=True), key=lambda own: activations.index(own[0]))]


def _bound_activation(problem: SearchProblem, activation: int) -> ActivationBound:
    """Bound the windows of an activation, the most promising first, as long as one could be its cheapest."""
    costs = problem.instance.options.cost_minor
    window_data = sorted(
        (problem.window_data[int(w)] for w in problem.windows_of(activation)), key=lambda e: (e.least, e.window)
    )
    lower_bounds = {item.window: item.least for item in window_data}
    best = min(
        ((item.team.cost, item.window, item.team.options) for item in window_data if item.team is not None),
        default=None,
    )
    bounded: dict[int, tuple[int, int, Selection | None]] = {}
    for number, item in enumerate(window_data):
        if best is not None and item.least * (1 + problem.gap / 4) >= best[0]:
            continue
        if item.least >= INFEASIBLE_COST:
            continue
        # Where activations share what runs short, the teams of some dearer windows are of use as well.
        alone = number >= PARAMETERS.windows_bounded_fully or not problem.instance.limits.share_supplies_or_people
        enough = math.ceil(best[0] / (1 + problem.gap / 4)) if best is not None and alone else INFEASIBLE_COST
        twin = problem.twins[item.window]
        if twin in bounded:
            first, lower_bounds[item.window], cheapest = bounded[twin]
            cheapest = None if cheapest is None else _moved(problem.instance, cheapest, first, item.window)
        else:
            lower_bounds[item.window], cheapest = bound_window(problem, item, enough)
            bounded[twin] = item.window, lower_bounds[item.window], cheapest
        if cheapest is not None:
            cost = int(costs[list(cheapest.options)].sum())
            problem.window_data[item.window] = replace(item, team=Team(cheapest.options, cost, cost))
            best = min(best, (cost, item.window, cheapest.options)) if best else (cost, item.window, cheapest.options)
    lower_bound = min(lower_bounds.values(), default=INFEASIBLE_COST)
    selection = None if best is None else Selection(best[2], {activation: best[1]})
    return ActivationBound(
        activation,
        lower_bound >= INFEASIBLE_COST,
        lower_bound if lower_bound < INFEASIBLE_COST else 0,
        selection,
        lower_bounds,
    )


def _moved(instance: Instance, selection: Selection, window: int, other: int) -> Selection:
    """Return a selection of one window in another window of the same shape."""
    step = instance.options.of_window(other).start - instance.options.of_window(window).start
    activation = int(instance.windows.activation[other])
    return Selection(tuple(option + step for option in selection.options), {activation: other})


def bound_window(
    problem: SearchProblem, item: WindowData, enough: int = INFEASIBLE_COST, cost: Ints | None = None
) -> tuple[int, Selection | None]:
    """Return a lower bound on the cost in one window (`INFEASIBLE_COST`: it is impossible) and a selection.

    Parameters
    ----------
    enough
        The caller only asks whether anything costs less; a bound of this is as good as any higher one.
    cost
        What each option of the instance costs, prices included; without it, what it costs (minor units). `item` has
        its bounds at these costs.
    """
    priced = problem.instance.options.cost_minor if cost is None else cost
    options = best_days(problem.instance, item.options, priced[item.options])
    v = window_model(problem, item, options)
    total = v.total(options, priced[options])
    if enough < INFEASIBLE_COST:
        v.model.add(total <= enough - 1)
    limits = CallLimits(gap=problem.gap / 4, effort=PARAMETERS.window_effort)
    result = solve_with_cuts(v, total, problem.control, seed=problem.seed, limits=limits, pool=problem.dominance)
    if result.infeasible:
        return min(item.rest, enough), None
    return min(item.rest, max(item.least, result.bound or 0)), result.selection


def window_model(problem: SearchProblem, item: WindowData, options: Ints) -> Variables:
    """Return the bounding model of one activation in one window, without shared limits."""
    part = part_of(
        problem.instance,
        {item.activation: item.cover},
        Approximation.OUTER,
        activations=[item.activation],
        windows=[item.window],
        options=options,
    )
    v = Variables(part, Approximation.OUTER)
    add_rules(v, without=outside_of_parts())
    v.model.add(v.secured[item.activation] == 1)
    return v


Groups = Sequence[tuple[int, ...]]
"""Coupled groups of activations; those that belong to none stand alone."""


@dataclass(frozen=True)
class Knapsack:
    """The result of a knapsack: its best set with the least cost, a certified bound, or a proof that there is none."""

    chosen: tuple[int, ...] | None
    cost: int
    bound: int | None
    impossible: bool


def value_bound(instance: Instance, lower_bounds: LowerBounds, groups: Groups = ()) -> int | None:
    """Return a certified bound on the value of any plan, None where it is proven that there is no plan."""
    most = solve_knapsack(instance, lower_bounds, groups)
    everything = int(instance.value.sum())
    return None if most.impossible else everything if most.bound is None else min(everything, most.bound)


def best_set(instance: Instance, lower_bounds: LowerBounds, groups: Groups = ()) -> tuple[int, ...] | None:
    """Return a set of the highest value, of least cost among those; None if the solver has none."""
    most = solve_knapsack(instance, lower_bounds, groups).chosen
    if most is None:
        return None
    value = int(sum(instance.value[a] for a in most))
    cheapest = solve_knapsack(instance, lower_bounds, groups, least_value=value).chosen
    return most if cheapest is None else cheapest


def cost_bound(instance: Instance, lower_bounds: LowerBounds, value: int, groups: Groups = ()) -> int | None:
    """Return a certified bound on the cost of any set of at least this value; None where there is none."""
    return solve_knapsack(instance, lower_bounds, groups, least_value=value).bound


def _must(instance: Instance) -> list[int]:
    return [int(a) for a in np.flatnonzero(instance.must_secure)]


def solve_knapsack(
    instance: Instance,
    lower_bounds: LowerBounds,
    groups: Groups,
    *,
    least_value: int | None = None,
) -> Knapsack:
    """Maximise value, or minimise cost at `least_value`, under the budget."""
    if any(activation not in lower_bounds.own for activation in _must(instance)):
        return Knapsack(None, 0, None, True)
    model = cp_model.CpModel()
    secured = {a: model.new_bool_var("") for a in lower_bounds.own}
    value = cp_model.LinearExpr.weighted_sum(list(secured.values()), [int(instance.value[a]) for a in secured])
    spent = _spent(model, secured, lower_bounds, groups)
    for activation in _must(instance):
        model.add(secured[activation] == 1)
    if instance.limits.budget_minor is not None:
        model.add(spent <= instance.limits.budget_minor)
    if least_value is None:
        model.maximize(value)
    else:
        model.add(value >= least_value)
        model.minimize(spent)
    return _answer(model, secured, spent, maximise=least_value is None)


def _answer(
    model: cp_model.CpModel, secured: dict[int, cp_model.IntVar], spent: cp_model.IntVar, *, maximise: bool
) -> Knapsack:
    solver = new_solver(CallLimits(effort=PARAMETERS.knapsack_effort, rounds=PARAMETERS.window_cut_rounds))
    status = solve(solver, model)
    if status is CallStatus.INFEASIBLE:
        return Knapsack(None, 0, None, True)
    if not has_solution(status):
        return Knapsack(None, 0, None, False)
    bound = proven_bound(solver, solved=True, maximise=maximise)
    chosen = tuple(a for a, flag in secured.items() if solver.boolean_value(flag))
    return Knapsack(chosen, int(solver.value(spent)), bound, False)


def _spent(
    model: cp_model.CpModel, secured: dict[int, cp_model.IntVar], lower_bounds: LowerBounds, groups: Groups
) -> cp_model.IntVar:
    """Return a variable that is at least every bound on the cost of the secured set."""
    most = sum(lower_bounds.own.values()) + sum(lower_bounds.joint.values()) + 1
    most += sum(sum(priced.own.values()) for priced in lower_bounds.priced)
    spent = model.new_int_var(0, most, "spent")
    terms: list[tuple[cp_model.IntVar, int]] = []
    grouped: set[int] = set()
    for group in groups:
        members = [a for a in group if a in secured]
        bounded_jointly = any(set(joint) <= set(members) for joint in lower_bounds.joint)
        if not bounded_jointly:
            continue
        grouped.update(members)
        terms.extend(
            (_subsets if len(members) <= PARAMETERS.largest_subset_group else _complete)(
                model, secured, lower_bounds, members
            )
        )
    terms.extend((flag, lower_bounds.own[a]) for a, flag in secured.items() if a not in grouped)
    model.add(spent >= _weighted(terms))
    for priced in lower_bounds.priced:
        known_terms = [(flag, priced.own[a]) for a, flag in secured.items() if a in priced.own]
        model.add(spent >= _weighted(known_terms) - priced.constant)
    return spent


def _weighted(terms: Sequence[tuple[cp_model.IntVar, int]]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum([flag for flag, _ in terms], [weight for _, weight in terms])


def _subsets(
    model: cp_model.CpModel, secured: dict[int, cp_model.IntVar], lower_bounds: LowerBounds, members: Sequence[int]
) -> list[tuple[cp_model.IntVar, int]]:
    """Return cost terms of a group: one Boolean per subset of its members."""
    costs = lower_bounds.subset_costs(members)
    picked = [model.new_bool_var("") for _ in costs]
    model.add_exactly_one(picked)
    for index, a in enumerate(members):
        model.add(sum(flag for mask, flag in enumerate(picked) if mask >> index & 1) == secured[a])
    return list(zip(picked, costs, strict=True))


def _complete(
    model: cp_model.CpModel, secured: dict[int, cp_model.IntVar], lower_bounds: LowerBounds, members: Sequence[int]
) -> list[tuple[cp_model.IntVar, int]]:
    """Return cost terms of a large group: own bounds, and what the dearest disjoint bounded groups cost beyond them."""
    terms = [(secured[a], lower_bounds.own[a]) for a in members]
    taken: set[int] = set()
    extra = {
        joint: lower_bound - sum(lower_bounds.own[a] for a in joint)
        for joint, lower_bound in lower_bounds.joint.items()
        if set(joint) <= set(members)
    }
    for joint in sorted(extra, key=lambda group: (-extra[group], group)):
        if extra[joint] > 0 and not taken & set(joint):
            taken.update(joint)
            complete = model.new_bool_var("")
            model.add(complete + sum(1 - secured[a] for a in joint) >= 1)
            terms.append((complete, extra[joint]))
    return terms
