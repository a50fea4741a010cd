"""Parameters of path, query and headers: everything wrong with them, in the words that bodies have for it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from api.problems import invalid
from optimizer.errors import Problem, pointer
from optimizer.scenario.validation_errors import MOST_FAULTS, Fault, described


def faulty_parameters(error: RequestValidationError) -> list[Problem]:
    """Return a problem for every parameter that is not what it should be."""
    return [described(_fault(refusal), None) for refusal in error.errors()]


def _fault(refusal: dict[str, Any]) -> Fault:
    return Fault(tuple(refusal["loc"]), refusal["type"], refusal["msg"], refusal.get("ctx", {}), refusal["input"])


def refuse_odd_query(request: Request) -> None:
    """End the request where its query has parameters that are not known here, or one of them more than once."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    if not given:
        return
    # No more than are told: to look for what was meant takes its time.
    problems = list(islice(_odd(given, _queried(request.scope["route"].dependant)), MOST_FAULTS))
    if problems:
        raise invalid(problems)


def _odd(given: Counter[str], known: set[str]) -> Iterator[Problem]:
    for name, times in given.items():
        where = pointer("query", name[:80])
        if name not in known:
            yield Problem("unknown_field", where, "there is no such query parameter", _suggestion(name, known))
        elif times > 1:
            yield Problem("duplicate_field", where, f"this query parameter is given {times} times", "Keep one of them.")


def _suggestion(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name[:80], known, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Take it out; those here are {', '.join(sorted(known))}." if known else "Take it out; there are none here."


def _queried(asked: Dependant) -> set[str]:
    """Return the names of the query parameters of a route and of all that it depends on."""
    return {field.alias for field in asked.query_params}.union(*(_queried(part) for part in asked.dependencies))
