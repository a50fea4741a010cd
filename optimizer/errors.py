"""Everything this package raises on purpose.

::

    GroundswellError
    ├── InputError            a file or a request is wrong; carries every problem         (exit 2)
    ├── VerificationError     a plan failed our own verification: a bug in groundswell      (exit 1)
    ├── StartError            a solver process could not be started (`execution`)
    ├── StoreError            the service's database; a tree of its own (`api.store.errors`)
    └── ApiProblem            ends a request of the service with a problem (`api.problems`)

An infeasible scenario is a result (`Plan.status`), never an exception.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, explained to the person who can correct it.

    Attributes
    ----------
    code
        Stable machine-readable name, ``snake_case``.
    pointer
        JSON Pointer (RFC 6901) of the offending place; ``""`` is the whole document.
        For a CSV it is ``row N, column NAME``.
    detail
        What is wrong, one sentence.
    remedy
        What to do about it, one sentence.
    value
        The offending value as it was read.
    place
        Where that is in the workbook that was read: sheet, row and column; empty for other files.
    """

    code: str
    pointer: str
    detail: str
    remedy: str
    value: Any = None
    place: str = ""

    def __str__(self) -> str:
        """One line: where, what, the value, what to do."""
        where = f"{self.place} ({self.pointer})" if self.place and self.pointer else self.place or self.pointer
        where = where or "(whole file)"
        shown = "" if self.value is None else f" (found {shorten(self.value)})"
        return f"{where}: {self.detail}{shown} [{self.code}] {self.remedy}"


@dataclass(frozen=True)
class Notice:
    """Something worth knowing about an input that does not block; becomes a warning of the plan.

    Attributes
    ----------
    code
        Stable machine-readable name, ``snake_case``.
    pointer
        JSON Pointer into the scenario.
    detail
        One sentence for people: what, and what it means for the plan.
    """

    code: str
    pointer: str
    detail: str


def shorten(value: Any, limit: int = 80) -> str:
    """Return `value` as JSON, cut to `limit` characters, for use in a message."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def pointer(*parts: str | int) -> str:
    """Join `parts` into a JSON Pointer, escaping ``~`` and ``/`` as RFC 6901 asks."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class GroundswellError(Exception):
    """Root of the tree above."""


class InputError(GroundswellError):
    """An input that cannot be used; `problems` lists every problem, never only the first."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems: Sequence[Problem] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class VerificationError(GroundswellError):
    """A plan made here failed the independent verification; `failures` names the rules it broke."""

    def __init__(self, failures: Iterable[str]):
        self.failures: Sequence[str] = tuple(failures)
        super().__init__(
            "This is a bug in groundswell: its plan failed its own verification and is withheld.\n"
            + "\n".join(self.failures)
        )
