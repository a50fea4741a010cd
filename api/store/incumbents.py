"""The best plan so far of runs that are being solved: shown meanwhile, gone on from, and fallen back on."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from api.store.base import Base, hash_of
from api.store.engine import reading, writing
from api.store.records import Document
from api.store.states import OPEN, State
from api.store.tables import incumbents, runs

_OPEN = runs.c.state.in_([state.value for state in OPEN])


class Incumbents(Base):
    """Keeps one plan for each open run; the end of a run removes it."""

    def keep_incumbent(self, run_id: str, text: str) -> bool:
        """Keep a plan as the best so far of a run; return False, and keep nothing, if the run is not being solved."""
        running = select(runs.c.id).where(runs.c.id == run_id, runs.c.state == State.RUNNING.value)
        row = {"run_id": run_id, "at": self.now(), "sha256": hash_of(text), "body": text}
        with writing(self.engine) as connection:
            # Held to the end, so that the run can neither end nor be erased in between.
            if connection.execute(running.with_for_update()).first() is None:
                return False
            connection.execute(delete(incumbents).where(incumbents.c.run_id == run_id))
            connection.execute(insert(incumbents).values(row))
            return True

    def incumbent_text(self, workspace_id: str, run_id: str) -> Document | None:
        """Return the best plan so far of an open run of the workspace; None while none was kept."""
        wanted = (
            select(incumbents.c.sha256, incumbents.c.body)
            .join(runs, runs.c.id == incumbents.c.run_id)
            .where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)
        )
        with reading(self.engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else Document(*row)

    def incumbent_for(self, run_id: str) -> str | None:
        """Return the plan that a solve of an open run begins with, whosever it is; None while it has none."""
        joined = select(incumbents.c.body).join(runs, runs.c.id == incumbents.c.run_id)
        with reading(self.engine) as connection:
            body: str | None = connection.scalar(joined.where(runs.c.id == run_id, _OPEN))
        return body
