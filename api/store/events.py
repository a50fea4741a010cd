"""What happened to a run, in order, for those who watch it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from api.store.base import Base
from api.store.engine import reading
from api.store.records import EventKind, EventRecord
from api.store.states import State
from api.store.tables import events, runs


class Events(Base):
    """Reads the events of a run."""

    def events(self, run_id: str, after: int = 0, limit: int = 1000) -> list[EventRecord]:
        """Return the events numbered above `after`, in order, at most `limit` of them.

        A reader of them all asks again with the last number and misses none: a number is given out and its event
        written in one transaction, and the next number only after that has ended.
        """
        wanted = (
            select(events)
            .where(events.c.run_id == run_id, events.c.sequence > after)
            .order_by(events.c.sequence)
            .limit(limit)
        )
        with reading(self.engine) as connection:
            return [_event(row) for row in connection.execute(wanted)]

    def last_numbers(self, run_ids: Collection[str]) -> dict[str, int]:
        """Return the number of the last event of each of these runs that is there."""
        wanted = select(runs.c.id, runs.c.last_sequence).where(runs.c.id.in_(run_ids))
        with reading(self.engine) as connection:
            return {row.id: row.last_sequence for row in connection.execute(wanted)}


def change_run(
    connection: Connection,
    run_id: str,
    among: Iterable[State],
    values: Mapping[str, Any],
    *further: ColumnElement[bool],
) -> Row[Any] | None:
    """Change a run that is in one of the states `among`, and number the event that will tell of it.

    One statement that looks, changes and counts: of two at once the second waits for the first and then looks again.

    Parameters
    ----------
    further
        What else must hold of the run.

    Returns
    -------
    The number of the event (`last_sequence`) and the run's `attempts`; None, and nothing changed, if the run is in
    another state, does not exist, or does not meet what else must hold.
    """
    changed = (
        update(runs)
        .where(runs.c.id == run_id, runs.c.state.in_([state.value for state in among]), *further)
        .values(**values, last_sequence=runs.c.last_sequence + 1)
        .returning(runs.c.last_sequence, runs.c.attempts)
    )
    return connection.execute(changed).first()


def add_event(
    connection: Connection, run_id: str, sequence: int, at: datetime, kind: EventKind, data: Mapping[str, Any]
) -> None:
    """Write an event under the number that `change_run` gave it."""
    row = {"run_id": run_id, "sequence": sequence, "at": at, "kind": kind.value, "data": dict(data)}
    connection.execute(insert(events).values(row))


def _event(row: Row[Any]) -> EventRecord:
    return EventRecord(row.run_id, row.sequence, row.at, EventKind(row.kind), row.data)
