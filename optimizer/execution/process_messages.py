"""What a supervisor and its solver process say to each other, apart from `Progress` and `Outcome`."""

from __future__ import annotations

from dataclasses import dataclass

FINISH = "finish"
NEXT_PART = "next part"


@dataclass(frozen=True)
class WorkRequest:
    """What is to be done.

    Attributes
    ----------
    work
        Import path, ``module:function``, of what does it.
    text
        The scenario as JSON text.
    settings
        The settings as JSON text.
    in_parts
        Whether there are further texts, for the work to take.
    start
        The plan to begin with as JSON text; None for none. Work that sends no `Incumbent` is given none.
    """

    work: str
    text: str
    settings: str
    in_parts: bool = False
    start: str | None = None


@dataclass(frozen=True)
class Part:
    """A further text of a request, the answer to `NEXT_PART`; None after the last."""

    text: str | None


@dataclass(frozen=True)
class Incumbent:
    """The best plan so far, verified, as JSON text."""

    plan: str


@dataclass(frozen=True)
class ErrorReport:
    """An error of the program, for the log."""

    traceback: str
