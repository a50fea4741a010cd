"""The best plan so far, verified in a thread of its own beside the search and sent now and then."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType

from optimizer.execution.process_messages import Incumbent
from optimizer.plan import Plan, WarningNote, to_json

FIRST_SECONDS = 2.0
"""Nothing is verified before: most solves are over by then, and none of them is slowed down."""
SECONDS_BETWEEN = 10.0
MOST_SHARE = 0.05
"""Of the time, at most, that verifying takes."""


class IncumbentKeeper:
    """Turns incumbents into verified plans and sends them while the block runs: the newest, now and then."""

    def __init__(self, send: Callable[[Incumbent], None]) -> None:
        self._send = send
        self._newest: Callable[[], Plan] | None = None
        self._over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="incumbents", daemon=True)

    def __enter__(self) -> IncumbentKeeper:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send nothing more; what is being verified is not waited for."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def keep(self, make: Callable[[], Plan]) -> None:
        """Take the newest incumbent as a function that verifies it."""
        with self._changed:
            self._newest = make
            self._changed.notify()

    def _run(self) -> None:
        self._pause(FIRST_SECONDS)
        while (make := self._next()) is not None:
            began = time.monotonic()
            try:
                text = to_json(unfinished(make()))
            except Exception:  # noqa: BLE001
                # The search goes on; a plan that fails its verification is no plan, and the last words tell of it.
                traceback.print_exc()
            else:
                with self._changed:
                    if not self._over:
                        self._send(Incumbent(text))
            self._pause(max(SECONDS_BETWEEN, (time.monotonic() - began) / MOST_SHARE))

    def _next(self) -> Callable[[], Plan] | None:
        """Return the newest incumbent once there is one that was not verified; None when all is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._newest is not None)
            newest, self._newest = self._newest, None
            return None if self._over else newest

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._over, seconds)


def unfinished(plan: Plan) -> Plan:
    """Return a plan marked as one that its search had not ended with."""
    detail = f"The best plan after {plan.run.wall_seconds:.0f} s, before the search had come to its end."
    note = WarningNote(code=BEST_SO_FAR, pointer="", detail=detail)
    return plan.model_copy(update={"warnings": [*plan.warnings, note]})


BEST_SO_FAR = "best_so_far"
