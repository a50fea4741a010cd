"""What runs in a solver's process: do the work, report progress, answer, and end when the parent ends."""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import pkgutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

from pydantic import ValidationError

from optimizer.analysis.frontier import BudgetPlans, frontier, write_budget_plans
from optimizer.analysis.fuller_diagnosis import diagnosed_further
from optimizer.errors import InputError, VerificationError
from optimizer.execution.executor import Failed, Finished, Outcome, Reason
from optimizer.execution.keeping import IncumbentKeeper
from optimizer.execution.process_messages import FINISH, NEXT_PART, ErrorReport, Incumbent, Part, WorkRequest
from optimizer.plan import Plan, to_json
from optimizer.planner import make_plan
from optimizer.scenario.loading import parse_scenario, scenario_from_data
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

SECONDS_BETWEEN_MOVES = 0.25
OOM_SCORE = 500
_PR_SET_PDEATHSIG = 1

Tell = Callable[[Progress | Incumbent], None]
Work = Callable[..., str]
"""Takes text, settings, what to tell and the wish to finish; then the further texts, if the task has them
(`Task.parts`); and `start`, if it sends incumbents."""


def plan_of(text: str, settings: Settings, tell: Tell, cancel: threading.Event, start: str | None = None) -> str:
    """Return the plan of a scenario, both as JSON text: the work that children are for.

    Verified plans on the way are sent as `Incumbent`; `start` is one of them.
    """
    begin_with = None
    with suppress(ValidationError):  # a plan that another version kept
        begin_with = None if start is None else Plan.model_validate_json(start)
    with IncumbentKeeper(tell) as keeper:
        scenario = parse_scenario(text)
        return to_json(make_plan(scenario, settings, progress=tell, cancel=cancel, start=begin_with, keep=keeper.keep))


def diagnosis_of(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:  # noqa: ARG001
    """Return a plan with a fuller diagnosis as JSON text, or as it was.

    `text` is JSON: the `scenario`, and the `plan` made for it.
    """
    asked = json.loads(text)
    plan = Plan.model_validate(asked["plan"])
    return to_json(diagnosed_further(scenario_from_data(asked["scenario"]), plan, settings, cancel=cancel))


def frontier_of(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Return the budget frontier of a scenario as JSON text.

    `text` is JSON: the `scenario`, and `budgets`, in minor units or how many.
    """
    return _budget_plans(text, settings, tell, cancel).frontier.model_dump_json()


def budget_plans_of(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Return the same with every plan, for `read_budget_plans`."""
    return write_budget_plans(_budget_plans(text, settings, tell, cancel))


def _budget_plans(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> BudgetPlans:
    asked = json.loads(text)
    return frontier(scenario_from_data(asked["scenario"]), asked["budgets"], settings, listener=tell, cancel=cancel)


def main(descriptor: int, output: int, server: int) -> NoReturn:
    """Do the one request that comes over the connection `descriptor`, and exit.

    Parameters
    ----------
    output
        Receives standard output and error, including what a native crash writes at the end.
    server
        Process id of the fork server this was forked from.
    """
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    faulthandler.enable(sys.__stderr__ or 2)
    die_with(server)
    be_killed_first()
    connection: Any = Connection(descriptor)
    request: WorkRequest = connection.recv()
    cancel = threading.Event()
    sending = threading.Lock()

    def send(message: object) -> None:
        with sending:
            connection.send(message)

    parts = Parts(lambda: send(NEXT_PART))
    threading.Thread(target=_listen, args=(connection, cancel, parts), daemon=True).start()
    sender = ProgressSender(send)
    outcome, report = _outcome(request, sender, cancel, parts)
    sender.close()
    if report is not None:
        connection.send(report)
    connection.send(outcome)
    os._exit(0)


def die_with(server: int) -> None:
    """Have the kernel kill this process when the process it was forked from dies, on Linux.

    The thread that listens to the parent does the same elsewhere, but cannot while native code holds the interpreter.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:
        os._exit(1)


def be_killed_first() -> None:
    """Offer this process to the kernel when memory runs out, rather than the one that keeps the tasks."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")


class ProgressSender:
    """Sends progress from a thread of its own: the newest, at most every `SECONDS_BETWEEN_MOVES`, the last one always.

    Incumbents go the same way. The solver never waits for the receiver.
    """

    def __init__(self, send: Callable[[Progress | Incumbent], None]) -> None:
        self._send = send
        self._newest: dict[type, Progress | Incumbent] = {}
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def tell(self, message: Progress | Incumbent) -> None:
        """Keep `message` to be sent in place of one of its kind that has not been sent yet."""
        with self._changed:
            self._newest[type(message)] = message
            self._changed.notify()

    def close(self) -> None:
        """Send what has not been sent and end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._newest) or self._closed)
                newest, self._newest = self._newest, {}
            if not newest:
                return
            for message in newest.values():
                self._send(message)
            with self._changed:
                self._changed.wait_for(lambda: self._closed, SECONDS_BETWEEN_MOVES)


class Parts:
    """The further texts of a request, each asked for when it is taken, so that few are in memory at once."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._came: SimpleQueue[str | None] = SimpleQueue()

    def put(self, text: str | None) -> None:
        """Take in what was asked for; None after the last."""
        self._came.put(text)

    def __iter__(self) -> Iterator[str]:
        """Return itself."""
        return self

    def __next__(self) -> str:
        """Ask for the next one and wait for it."""
        self._ask()
        text = self._came.get()
        if text is None:
            raise StopIteration
        return text


def _listen(connection: Any, cancel: threading.Event, parts: Parts) -> None:
    """Listen to the parent; a closed connection means that it is gone and nobody wants the answer."""
    try:
        while True:
            message = connection.recv()
            if message == FINISH:
                cancel.set()
            elif isinstance(message, Part):
                parts.put(message.text)
            # Nothing here may keep a part while the next one is waited for.
            del message
    except (EOFError, OSError):
        os._exit(1)


def _outcome(
    request: WorkRequest, sender: ProgressSender, cancel: threading.Event, parts: Parts
) -> tuple[Outcome, ErrorReport | None]:
    """Do the work; return how it ended, and what the log should say where it is the fault of the program."""
    try:
        work: Work = pkgutil.resolve_name(request.work)
        settings = Settings.model_validate_json(request.settings)
        further = (parts,) if request.in_parts else ()
        start = {} if request.start is None else {"start": request.start}
        return Finished(work(request.text, settings, sender.tell, cancel, *further, **start)), None
    except InputError as error:
        return Failed(Reason.BAD_INPUT, _in_a_sentence(error), tuple(error.problems)), None
    except MemoryError:
        detail = "The system had no memory left for this scenario."
        return Failed(Reason.OUT_OF_MEMORY, detail), ErrorReport(traceback.format_exc())
    except VerificationError:
        detail = "The plan failed its own verification and is withheld: a bug in groundswell, written to its log."
        return Failed(Reason.BUG, detail), ErrorReport(traceback.format_exc())
    except BaseException:  # noqa: BLE001
        # The parent hears of everything, SystemExit of a library too: without a report it would take it for a death.
        detail = "The solver stopped at an error of its own: a bug in groundswell, written to its log."
        return Failed(Reason.BUG, detail), ErrorReport(traceback.format_exc())


def _in_a_sentence(error: InputError) -> str:
    first, more = error.problems[0], len(error.problems) - 1
    others = f" ({more:,} more)" if more else ""
    return f"The scenario cannot be used: {first}{others}"
