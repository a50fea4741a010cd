"""The search as a whole: by one plain model, or decomposed; then the people are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from optimizer.derive.instance import Instance
from optimizer.model.selection import Selection
from optimizer.solve.control import Control
from optimizer.solve.decomposition import search_decomposed
from optimizer.solve.embeddedness import most_embedded
from optimizer.solve.monolithic import search_monolithic
from optimizer.solve.problem import prepare
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState
from optimizer.solve.settings import Settings


class Status(Enum):
    """What the search can say; the words of the plan."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Solution:
    """Result of a search.

    Attributes
    ----------
    selection
        The plan's decisions after step 3; None where there is none.
    value, least_cost
        Of the cheapest plan found (minor units); None where there is none.
    value_bound
        No plan has more value.
    cost_bound
        No plan of this value costs less (minor units); None until the value is proven.
    lower_bounds
        Per activation: what it costs at least on its own; absent where it cannot be secured at all.
    method
        `plain` or `decomposed`.
    """

    status: Status
    selection: Selection | None
    value: int | None
    least_cost: int | None
    value_bound: int
    cost_bound: int | None
    lower_bounds: Mapping[int, int]
    method: str = "plain"


def search(instance: Instance, settings: Settings, control: Control, *, people: bool = True) -> Solution:
    """Return the best plan found and certified bounds; ends at the gap, at the deadline or when cancelled.

    `people`: choose the most embedded at the end.
    """
    method = _method(instance, settings)
    state = SearchState(instance, control, settings.gap)
    state.set_phase("preparing")
    reserve = min(PARAMETERS.most_people_seconds, PARAMETERS.people_share * control.remaining) if people else 0.0
    working = replace(control, deadline=control.deadline - reserve)
    problem = prepare(instance, working, seed=settings.seed, gap=settings.gap, workers=settings.workers)
    lower_bounds = (search_monolithic if method == "plain" else search_decomposed)(problem, state)
    selection = state.incumbent
    if people and selection is not None and selection.options:
        state.set_phase("choosing the most embedded")
        selection = most_embedded(replace(problem, control=control), selection, state.cost)
        state.try_improve(selection)
    return Solution(
        status_of(state),
        selection,
        state.value if state.incumbent is not None else None,
        state.cost if state.incumbent is not None else None,
        state.value_bound,
        state.cost_bound,
        lower_bounds,
        method,
    )


def _method(instance: Instance, settings: Settings) -> str:
    """Return the method asked for, or the one that suits the size: small scenarios are proven fastest as they stand."""
    if settings.method != "auto":
        return settings.method
    return "plain" if len(instance.options) <= PARAMETERS.plain_options else "decomposed"


def status_of(state: SearchState) -> Status:
    """Return what a state amounts to."""
    if state.infeasible:
        return Status.INFEASIBLE
    if state.incumbent is None:
        return Status.UNKNOWN
    return Status.OPTIMAL if state.closed else Status.FEASIBLE
