"""All that the service remembers, behind one class."""

from __future__ import annotations

from api.store.events import Events
from api.store.keys import Keys
from api.store.runs import Runs
from api.store.transitions import Transitions


class Store(Keys, Runs, Transitions, Events):
    """Workspaces, keys, runs, plans and events of one database.

    Every method is one transaction and safe to call from any thread and any server: what is returned was so at one
    moment, and what is written is written when the method returns. There are no locks here; the database's own
    transactions and constraints keep order.
    """

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()
