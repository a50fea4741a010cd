"""Values to try, as people write them on a command line or in a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import Any

from pydantic import BaseModel

from optimizer.errors import InputError, Problem
from optimizer.scenario.fields import Budget
from optimizer.scenario.loading import model_from_data
from optimizer.scenario.models import Activation
from optimizer.solve.settings import Settings

FINEST_CURRENCY = 4
"""No currency of ISO 4217 has more decimals."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")


@dataclass(frozen=True)
class Choice:
    """One value each; None leaves the scenario's own."""

    budget: Decimal | None
    confidence: float | None
    settings: Settings


@dataclass(frozen=True)
class Choices:
    """Values to combine with each other, each at least one."""

    budget: Sequence[Decimal | None] = (None,)
    confidence: Sequence[float | None] = (None,)
    seed: Sequence[int] = (1,)
    time_limit: Sequence[float] = (60.0,)
    gap: Sequence[float] = (0.001,)

    def each(self) -> Iterator[Choice]:
        """Yield every combination; scenarios that are the same follow each other.

        A solve has one thread, so that as many run as there are places and none depends on how many that are.
        """
        scenarios = product(self.budget, self.confidence)
        for (budget, confidence), seed, limit, gap in product(scenarios, self.seed, self.time_limit, self.gap):
            settings = Settings(seed=seed, time_limit_seconds=limit, gap=gap, workers=1)
            yield Choice(budget, confidence, settings)

    def narrowed(self, fixed: Mapping[str, Any]) -> Choices:
        """Return these choices with one value in place of several for every name in `fixed`."""
        return replace(self, **{name: (value,) for name, value in fixed.items()})


@dataclass(frozen=True)
class _Kind:
    """What a value is checked by: a field of a model, the rest of which is filled in."""

    model: type[BaseModel]
    field: str
    convert: Callable[[str], Any]
    rest: Mapping[str, Any]


def read_value(name: str, text: str, where: str) -> Any:
    """Return one value as `Choices` holds it.

    Parameters
    ----------
    name
        Field of `Choices`.
    where
        Of the value, for the problem.

    Raises
    ------
    InputError
        With what the scenario format or the settings would refuse.
    """
    kind = _KINDS[name]
    try:
        value = kind.convert(text.strip())
        made = model_from_data(kind.model, {**kind.rest, kind.field: value})
    except ValueError as error:
        raise InputError([Problem("bad_value", where, str(error), "Correct it.", text)]) from None
    except InputError as error:
        raise InputError([replace(problem, pointer=where) for problem in error.problems]) from None
    return getattr(made, kind.field)


def read_list(name: str, text: str, where: str) -> tuple[Any, ...]:
    """Return values separated by commas; raise InputError with every problem of any of them."""
    values: list[Any] = []
    problems: list[Problem] = []
    for part in text.split(","):
        try:
            value = read_value(name, part, where)
        except InputError as error:
            problems += error.problems
            continue
        if value in values:
            problems.append(Problem("duplicate_value", where, "this value comes twice", "Keep one.", part.strip()))
        values.append(value)
    if problems:
        raise InputError(problems)
    return tuple(values)


def _amount(text: str) -> str:
    if not re.fullmatch(rf"[0-9]{{1,15}}(\.[0-9]{{1,{FINEST_CURRENCY}}})?", text):
        raise ValueError("should be an amount such as 2000 or 1999.50, without currency and thousands separators")
    return text


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError("should be a number such as 0.9")
    return float(text)


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError("should be a whole number such as 1")
    return int(text)


_KINDS = {
    "budget": _Kind(Budget, "total", _amount, {}),
    "confidence": _Kind(Activation, "confidence", _number, {"id": "any", "community": "any"}),
    "seed": _Kind(Settings, "seed", _whole, {}),
    "time_limit": _Kind(Settings, "time_limit_seconds", _number, {}),
    "gap": _Kind(Settings, "gap", _number, {}),
}
