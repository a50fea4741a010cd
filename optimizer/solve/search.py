"""The search as a whole: price each activation, bound, assemble, improve, prove; then choose the people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from optimizer.derive.instance import Instance
from optimizer.model.variables import Selection
from optimizer.solve.assemble import EMPTY, assemble
from optimizer.solve.blocks import Problem, prepare, price
from optimizer.solve.components import JointFloor, components, joint_floors
from optimizer.solve.control import Control
from optimizer.solve.embed import most_embedded
from optimizer.solve.floors import refine_floors
from optimizer.solve.improve import complete, improve
from optimizer.solve.ledger import Ledger
from optimizer.solve.master import best_set, cost_bound, value_bound
from optimizer.solve.settings import Settings
from optimizer.solve.whole import solve_whole


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
    """

    status: Status
    selection: Selection | None
    value: int | None
    least_cost: int | None
    value_bound: int
    cost_bound: int | None
    floors: Mapping[int, int]
    method: str = "plain"


def search(instance: Instance, settings: Settings, control: Control) -> Solution:
    """Return the best plan found and certified bounds; ends at the gap, at the deadline or when cancelled."""
    ledger = Ledger(instance, control, settings.gap)
    ledger.enter("pricing each activation")
    problem = prepare(instance, control, seed=settings.seed, gap=settings.gap, workers=settings.workers)
    floors = _search_plan(problem, ledger)
    selection = ledger.best
    if selection is not None and selection.options:
        ledger.enter("choosing the most embedded")
        selection = most_embedded(problem, selection, ledger.cost)
        ledger.offer(selection)
    return Solution(
        _status(ledger),
        selection,
        ledger.value if ledger.best is not None else None,
        ledger.cost if ledger.best is not None else None,
        ledger.value_bound,
        ledger.cost_bound,
        floors,
    )


def _search_plan(problem: Problem, ledger: Ledger) -> dict[int, int]:
    """Fill the ledger; return the floors."""
    instance = problem.instance
    blocks = price(problem, instance.activations)
    floors = {block.activation: block.floor for block in blocks if not block.impossible}
    window_floors: dict[int, int] = {}
    joint: list[JointFloor] = []
    if not _bound(ledger, instance, floors, joint):
        return floors
    ledger.enter("assembling a plan")
    if not instance.must_secure.any():
        ledger.offer(EMPTY)
    wanted = _order(instance, best_set(instance, floors) or (), floors)
    assembled = assemble(problem, wanted, floors)
    if not ledger.offer(assembled) and assembled.windows:
        ledger.enter("making room")
        ledger.offer(complete(problem, assembled, floors, wanted))
    if not ledger.closed:
        ledger.enter("pricing each window")
        refine_floors(problem, ledger, floors, window_floors)
        _bound(ledger, instance, floors, joint)
    tied = components(instance)
    if not ledger.closed and not ledger.infeasible and tied:
        ledger.enter("pricing what is tied together")
        joint.extend(joint_floors(problem, tied, floors))
        _bound(ledger, instance, floors, joint)
    if not ledger.closed and not ledger.infeasible:
        ledger.enter("improving the plan")
        improve(problem, ledger, floors, _order(instance, tuple(floors), floors), tied)
    if not ledger.closed and not ledger.infeasible and not problem.control.stopped:
        solve_whole(problem, ledger, floors, window_floors)
    return floors


def _bound(ledger: Ledger, instance: Instance, floors: Mapping[int, int], joint: Sequence[JointFloor]) -> bool:
    """Bound value and cost by the floors; tell whether a plan is still possible."""
    value = value_bound(instance, floors, joint)
    if value is None:
        ledger.infeasible = True
        return False
    ledger.prove_value(value)
    bound = cost_bound(instance, floors, value, joint)
    if bound is not None:
        ledger.prove_cost(value, bound)
    return True


def _order(instance: Instance, activations: Sequence[int], floors: Mapping[int, int]) -> list[int]:
    """Return activations in the order they are placed: what must be secured, then few windows, then dear ones."""
    choices = {a: int((instance.windows.activation == a).sum()) for a in activations}
    return sorted(activations, key=lambda a: (not instance.must_secure[a], choices[a], -floors[a], a))


def _status(ledger: Ledger) -> Status:
    if ledger.infeasible:
        return Status.INFEASIBLE
    if ledger.best is None:
        return Status.UNKNOWN
    return Status.OPTIMAL if ledger.closed else Status.FEASIBLE
