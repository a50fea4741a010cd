"""The search as a whole: by one plain model, or decomposed; then the people are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from optimizer.derive.instance import Instance
from optimizer.model.variables import Selection
from optimizer.solve.control import Control
from optimizer.solve.decomposed import search_decomposed
from optimizer.solve.embed import most_embedded
from optimizer.solve.ledger import Ledger
from optimizer.solve.problem import prepare
from optimizer.solve.settings import Settings
from optimizer.solve.whole import search_plain

PLAIN_OPTIONS = 400
"""Up to so many options (people × modes × days × windows) one plain model is the shortest way."""

SHARE_FOR_PEOPLE, MOST_FOR_PEOPLE = 0.1, 5.0
"""Of the time left, this share, but at most so many seconds, is kept for choosing the most embedded."""


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
    floors
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
    floors: Mapping[int, int]
    method: str = "plain"


def search(instance: Instance, settings: Settings, control: Control, *, people: bool = True) -> Solution:
    """Return the best plan found and certified bounds; ends at the gap, at the deadline or when cancelled.

    `people`: choose the most embedded at the end.
    """
    method = _method(instance, settings)
    ledger = Ledger(instance, control, settings.gap)
    ledger.enter("preparing")
    reserve = min(MOST_FOR_PEOPLE, SHARE_FOR_PEOPLE * control.remaining) if people else 0.0
    working = replace(control, deadline=control.deadline - reserve)
    problem = prepare(instance, working, seed=settings.seed, gap=settings.gap, workers=settings.workers)
    floors = (search_plain if method == "plain" else search_decomposed)(problem, ledger)
    selection = ledger.best
    if people and selection is not None and selection.options:
        ledger.enter("choosing the most embedded")
        selection = most_embedded(replace(problem, control=control), selection, ledger.cost)
        ledger.offer(selection)
    return Solution(
        status_of(ledger),
        selection,
        ledger.value if ledger.best is not None else None,
        ledger.cost if ledger.best is not None else None,
        ledger.value_bound,
        ledger.cost_bound,
        floors,
        method,
    )


def _method(instance: Instance, settings: Settings) -> str:
    """Return the method asked for, or the one that suits the size: small scenarios are proven fastest as they stand."""
    if settings.method != "auto":
        return settings.method
    return "plain" if len(instance.options) <= PLAIN_OPTIONS else "decomposed"


def status_of(ledger: Ledger) -> Status:
    """Return what a ledger amounts to."""
    if ledger.infeasible:
        return Status.INFEASIBLE
    if ledger.best is None:
        return Status.UNKNOWN
    return Status.OPTIMAL if ledger.closed else Status.FEASIBLE
