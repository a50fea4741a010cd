"""What processes do in these tests in place of solving: end well, hang, crash, take memory, fall silent."""

# ruff: noqa: ARG001

from __future__ import annotations

import ctypes
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputError, Problem, VerificationError
from optimizer.execution.process_messages import Incumbent
from optimizer.solve.control import Progress
from optimizer.solve.settings import Settings

if TYPE_CHECKING:  # the programs of these tests import this, and the solver is slow to load
    from optimizer.execution.child import Tell

MEGABYTE = 2**20
LOCKED_AFTER_SECONDS = 0.5


def moment(value: int | None, phase: str = "testing") -> Progress:
    return Progress(phase, value, None, None, None, None, 0.0)


def named(function: object) -> str:
    return f"{__name__}:{function.__name__}"  # type: ignore[attr-defined]


def echo(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    return text


def slow(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Take a second."""
    tell(moment(1))
    time.sleep(1)
    return text


def until_finished(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Have a plan, and return it when asked to finish."""
    tell(moment(1))
    cancel.wait()
    return "best so far"


def diagnosed_when_asked(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Return the plan of the text with a complete diagnosis, on the wish to finish."""
    cancel.wait()
    plan: dict[str, Any] = json.loads(text)["plan"]
    plan["diagnosis"] |= {"complete": True, "not_asked": []}
    return json.dumps(plan)


def planless(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    tell(moment(None))
    cancel.wait()
    return "nothing"


def by_text(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Do what the text names."""
    work = {"until_finished": until_finished, "planless": planless, "stubborn": stubborn, "locked": locked}.get(
        text, echo
    )
    return work(text, settings, tell, cancel)


def stubborn(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    tell(moment(1, str(os.getpid())))
    while True:
        time.sleep(1)


def chatty(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    for number in range(1_000_000):
        tell(moment(number))
        time.sleep(0.05)
    return text


def locked(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Hold the interpreter in native code, so that no thread hears anything."""
    tell(moment(1, str(os.getpid())))
    time.sleep(LOCKED_AFTER_SECONDS)
    ctypes.PyDLL(None).sleep(600)
    return text


def killed(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return text


def killed_once(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Be killed unless the file that the text names exists."""
    if not Path(text).exists():
        Path(text).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second"


def killed_when_asked(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Be killed on the first wish to finish; the second time find a plan late, and say when the wish came."""
    if not Path(text).exists():
        tell(moment(1))
        cancel.wait()
        Path(text).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(1)
    early = cancel.is_set()
    tell(moment(1))
    cancel.wait()
    return "early" if early else "after the first plan"


def aborted(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    os.write(2, b"native last words\n")
    os.abort()


def leaves(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    os._exit(7)


def grows(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Take so many megabytes as the text says, having a plan, then wait."""
    tell(moment(1))
    taken = bytearray(int(text) * MEGABYTE)
    taken[::4096] = b"x" * len(taken[::4096])
    cancel.wait()
    return "kept"


def grows_and_hangs(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    grows(text, settings, tell, threading.Event())
    return "never"


def breaks(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    raise ValueError("/secret/path")


def refuses(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    raise InputError([Problem("wrong", "/budget", "the budget is odd", "Mend it."), Problem("wrong", "/x", "odd", "")])


def unverified(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    raise VerificationError(["budget_total"])


def babbles(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Write and tell a great deal."""
    for number in range(3_000):
        os.write(1, b"output " * 20)
        tell(moment(number))
    tell(moment(3_000, "last"))
    return "done"


def situation(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Return how this process stands."""
    ignored = [signal.getsignal(number) == signal.SIG_IGN for number in (signal.SIGINT, signal.SIGTERM)]
    score = Path("/proc/self/oom_score_adj").read_text(encoding="ascii").strip()
    return json.dumps({"ignored": ignored, "oom_score": score, "main": __import__("__main__").__name__})


def noisy(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Write as many megabytes as the text says."""
    for _ in range(int(text)):
        os.write(1, b"x" * MEGABYTE)
    return "done"


def yells(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Write without an end."""
    while True:
        os.write(1, b"x" * MEGABYTE)


def joined(text: str, settings: Settings, tell: Tell, cancel: threading.Event, parts: Iterator[str]) -> str:
    """Return the text and every part of it, having asked for as many as the text says."""
    return "".join([text, *islice(parts, int(text))])


def waits_with_parts(text: str, settings: Settings, tell: Tell, cancel: threading.Event, parts: Iterator[str]) -> str:
    """Wait for the wish to finish."""
    cancel.wait()
    return "{}"


def keeps(tell: Tell, plan: str) -> None:
    """Send a plan as the best so far, and let it arrive."""
    tell(Incumbent(plan))
    tell(moment(1, str(os.getpid())))
    time.sleep(0.3)


def keeps_and_hangs(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    keeps(tell, "kept")
    time.sleep(600)
    return text


def keeps_and_stops(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    keeps(tell, "kept")
    os.kill(os.getpid(), signal.SIGSTOP)
    return text


def keeps_and_grows(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    keeps(tell, "kept")
    return grows_and_hangs(text, settings, tell, cancel)


def keeps_and_breaks(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    keeps(tell, "kept")
    raise ValueError("/secret/path")


def keeps_and_is_killed(
    text: str, settings: Settings, tell: Tell, cancel: threading.Event, start: str = "nothing"
) -> str:
    """Be killed, having kept a plan that names the one before."""
    keeps(tell, f"{text} after {start}")
    os.kill(os.getpid(), signal.SIGKILL)
    return text


def begins_with(text: str, settings: Settings, tell: Tell, cancel: threading.Event, start: str = "nothing") -> str:
    return start
