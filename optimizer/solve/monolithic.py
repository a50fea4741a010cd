"""The whole model: all activations and all shared limits at once, strengthened by the bounds on each alone."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.derive.instance import INFEASIBLE_COST
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import EMPTY
from optimizer.model.variables import Approximation, Variables, part_of
from optimizer.solve.cpsat.cut_loop import solve_with_cuts
from optimizer.solve.cpsat.solve_model import CallLimits, optimise
from optimizer.solve.problem import SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState


def bounding_model(
    problem: SearchProblem, lower_bounds: Mapping[int, int], window_bounds: Mapping[int, int], value_bound: int
) -> Variables:
    """Return the bounding model of everything; activations without a lower bound cannot be secured."""
    part = part_of(problem.instance, problem.covers, Approximation.OUTER, windows=problem.windows)
    v = Variables(part, Approximation.OUTER)
    add_rules(v)
    objective.add_cost_bounds(v, lower_bounds)
    objective.add_window_bounds(
        v, {window: lower_bound for window, lower_bound in window_bounds.items() if lower_bound < INFEASIBLE_COST}
    )
    for window, lower_bound in window_bounds.items():
        if lower_bound >= INFEASIBLE_COST and window in v.window:
            v.model.add(v.window[window] == 0)
    for activation, secured in v.secured.items():
        if activation not in lower_bounds:
            v.model.add(secured == 0)
    v.model.add(objective.value(v) <= value_bound)
    return v


def search_monolithic(problem: SearchProblem, state: SearchState) -> dict[int, int]:
    """Fill the state by the plain model alone; return what each activation that may be secured costs at least.

    The search itself does without that; it is looked up, by the quick bounds, for those that were left out.
    """
    lower_bounds = {a: 0 for a in problem.instance.activations if len(problem.windows_of(a))}
    if not problem.instance.must_secure.any():
        state.try_improve(EMPTY)
    state.set_phase("searching for a plan")
    for share, cheaper in ((PARAMETERS.plan_share, False), (PARAMETERS.plan_share, True)):
        if (cheaper and state.incumbent is None) or problem.control.stopped:
            break
        part = part_of(problem.instance, problem.covers, Approximation.INNER, windows=problem.windows)
        v = Variables(part, Approximation.INNER)
        add_rules(v)
        target = objective.cost(v) if cheaper else objective.value(v)
        if cheaper:
            v.model.add(objective.value(v) >= state.value)
        limits = CallLimits(gap=problem.gap / 2 if cheaper else 0.0, seconds=share * problem.control.remaining)
        hint = state.incumbent if state.value > 0 else None
        result = optimise(v, target, problem.control, seed=problem.seed, maximise=not cheaper, limits=limits, hint=hint)
        state.try_improve(result.selection)
    if not state.closed and not problem.control.stopped:
        prove_monolithic(problem, state, lower_bounds, {})
    secured = state.incumbent.windows if state.incumbent is not None else {}
    for activation in () if problem.control.stopped else [a for a in lower_bounds if a not in secured]:
        least = min(problem.window_data[int(w)].least for w in problem.windows_of(activation))
        lower_bounds[activation] = least if least < INFEASIBLE_COST else 0
    return lower_bounds


def prove_monolithic(
    problem: SearchProblem, state: SearchState, lower_bounds: Mapping[int, int], window_bounds: Mapping[int, int]
) -> None:
    """Prove the value, then the cost at that value, in the time left; selections that hold improve the incumbent."""
    if not state.value_proven:
        _prove_value(problem, state, lower_bounds, window_bounds)
    if not (state.infeasible or state.incumbent is None or state.closed):
        _prove_cost(problem, state, lower_bounds, window_bounds)


def _prove_value(
    problem: SearchProblem, state: SearchState, lower_bounds: Mapping[int, int], window_bounds: Mapping[int, int]
) -> None:
    """Bound the value from above, in a share of the time left; or prove that no plan keeps every rule."""
    state.set_phase("proving the value")
    v = bounding_model(problem, lower_bounds, window_bounds, state.value_bound)
    share = 0.5 if state.incumbent is not None else 0.8
    limits = CallLimits(seconds=share * problem.control.remaining)
    result = solve_with_cuts(
        v,
        objective.value(v),
        problem.control,
        seed=problem.seed,
        limits=limits,
        maximise=True,
        hint=state.incumbent,
        pool=problem.dominance,
    )
    if result.infeasible:
        state.infeasible = True
        return
    state.try_improve(result.selection)
    if result.bound is not None:
        state.tighten_value_bound(result.bound)


def _prove_cost(
    problem: SearchProblem, state: SearchState, lower_bounds: Mapping[int, int], window_bounds: Mapping[int, int]
) -> None:
    """Bound from below what the incumbent's value costs, in the time left."""
    state.set_phase("proving the cost")
    v = bounding_model(problem, lower_bounds, window_bounds, state.value_bound)
    v.model.add(objective.value(v) >= state.value)
    bound = state.cost_bound
    if bound:
        v.model.add(objective.cost(v) >= bound)
    result = solve_with_cuts(
        v,
        objective.cost(v),
        problem.control,
        seed=problem.seed,
        limits=CallLimits(gap=problem.gap / 2),
        hint=state.incumbent,
        pool=problem.dominance,
    )
    state.try_improve(result.selection)
    if result.bound is not None:
        state.tighten_cost_bound(state.value, result.bound)
