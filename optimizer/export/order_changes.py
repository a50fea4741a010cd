"""What a later plan changes in the orders of an earlier one: which are new, which to cancel, which to change.

An order is known by its campaign, activation and creator (`orders.order_name`), so a parcel that stays is no new order,
whatever else the plan changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.export import formatting
from optimizer.export.orders import order_name
from optimizer.export.tables import Column, Table, Value
from optimizer.plan import Assignment, Plan
from optimizer.scenario.models import Scenario

Parcel = tuple[str, str]
"""Activation and creator."""
FEW = 5
_COLUMNS = tuple(
    Column(name, name, "day" if name == "requested_ship_date" else "text")
    for name in ("order", "action", "handle", "creator", "activation", "requested_ship_date", "detail")
)


@dataclass(frozen=True)
class OrderChanges:
    """The orders of a plan beside those of the plans before it.

    Attributes
    ----------
    new
        Parcels that the last plan before did not have.
    cancelled
        Parcels of the last plan before that this one does not have, as they stood there.
    changed
        Parcels that leave on another day or in another mode, each before and after.
    returning
        Those of `new` that an earlier plan had: the shop may hold a cancelled order of the name.
    """

    new: list[Assignment]
    cancelled: list[Assignment]
    changed: list[tuple[Assignment, Assignment]]
    returning: list[Assignment]


def order_changes(plan: Plan, earlier: Sequence[Plan]) -> OrderChanges:
    """Return what a plan changes beside those before it, the oldest first; of none, every parcel is new."""
    now = _parcels(plan)
    before = _parcels(earlier[-1]) if earlier else {}
    once = {parcel for older in earlier[:-1] for parcel in _parcels(older)}
    new = {parcel: line for parcel, line in now.items() if parcel not in before}
    both = [(before[parcel], line) for parcel, line in now.items() if parcel in before]
    return OrderChanges(
        new=list(new.values()),
        cancelled=[line for parcel, line in before.items() if parcel not in now],
        changed=[(old, line) for old, line in both if (old.ship_on, old.mode) != (line.ship_on, line.mode)],
        returning=[line for parcel, line in new.items() if parcel in once],
    )


def changes_table(scenario: Scenario, plan: Plan, changes: OrderChanges) -> Table:
    """Return one row per order to cancel or to change, for people; an empty table where there is none."""
    handles = {creator.id: creator.handle for creator in scenario.creators}

    def row(line: Assignment, action: str, detail: str) -> list[Value]:
        name = order_name(plan.scenario.name, line.activation, line.creator)
        return [name, action, handles.get(line.creator), line.creator, line.activation, line.ship_on, detail]

    rows = [row(line, "cancel", "not in the new plan") for line in changes.cancelled]
    rows += [row(line, "change", _changed(old, line)) for old, line in changes.changed]
    return Table(_COLUMNS, rows)


def remarks(plan: Plan, changes: OrderChanges, file: str) -> Iterator[str]:
    """Yield what to do in the shop beside importing the new orders; `file` lists it."""
    yield f"{formatting.count(len(changes.new), 'new order')}; what was ordered before is not written again."
    if changes.cancelled:
        orders = formatting.count(len(changes.cancelled), "order")
        yield f"Cancel {orders}, listed in {file}: {named(plan, changes.cancelled)}."
    if changes.changed:
        orders = formatting.count(len(changes.changed), "order")
        yield f"Change {orders}, listed in {file}: {named(plan, [line for _, line in changes.changed])}."
    if changes.returning:
        again = named(plan, changes.returning)
        yield f"Cancelled before and new again; the shop takes none while it has the cancelled one: {again}."


def named(plan: Plan, lines: Sequence[Assignment]) -> str:
    """Return the first few orders with their creators, and how many more there are."""
    orders = [f"{order_name(plan.scenario.name, line.activation, line.creator)} ({line.creator})" for line in lines]
    return formatting.listed(orders, FEW)


def _parcels(plan: Plan) -> dict[Parcel, Assignment]:
    lines = sorted(plan.assignments, key=lambda line: (line.ship_on, line.activation, line.creator))
    return {(line.activation, line.creator): line for line in lines}


def _changed(old: Assignment, line: Assignment) -> str:
    moved = f"ship on {formatting.day(line.ship_on, year=True)} instead of {formatting.day(old.ship_on, year=True)}"
    mode = f"{line.mode} instead of {old.mode}"
    return "; ".join(
        text for text, differs in ((moved, old.ship_on != line.ship_on), (mode, old.mode != line.mode)) if differs
    )
