"""What a supervisor and its solver process say to each other, apart from `Progress` and `Outcome`."""

from __future__ import annotations

from dataclasses import dataclass

FINISH = "finish"


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
    """

    work: str
    text: str
    settings: str


@dataclass(frozen=True)
class ErrorReport:
    """An error of the program, for the log."""

    traceback: str
