"""Where two scenarios differ, field by field, in what they mean and not in how they are written.

- Items of a list are matched by their id, locks by creator and activation, so that a new order is no difference; other
  lists are compared whatever their order. One order means something and is compared: the first shipping service is
  the default.
- A field left out and the same value given are no difference, whether the default is fixed (14 days), taken from
  elsewhere in the scenario (the middle of the rate band) or a list (one activation per community).
- Amounts are compared as numbers: 28 is "28.00".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter

from optimizer.answers.comparison import FieldDifference
from optimizer.errors import pointer, shorten
from optimizer.scenario.models import Activation, Community, Creator, Lock, Scenario
from optimizer.scenario.semantics import PAID_SHARE_BY_AUTHENTICITY, written_activations

Path = tuple[str, ...]
_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def scenario_differences(baseline: Scenario, other: Scenario) -> list[FieldDifference]:
    """Return every field in which two scenarios differ, in the order of the format.

    Pointers name list items by id, as in ``/creators/c001/paid_fee``; an item that only one of them has is one
    difference.
    """
    return list(_Differ(_spelled_out(baseline), _spelled_out(other)).fields())


def _spelled_out(scenario: Scenario) -> Scenario:
    """Return the scenario with its activations listed."""
    return scenario.model_copy(update={"activations": [item for item, _ in written_activations(scenario)]})


def _middle(scenario: Scenario) -> float:
    band = scenario.posting.organic_rate
    return (band.low + band.high) / 2


_STAND_INS: Mapping[tuple[type[BaseModel], str], Callable[[Any, Scenario], Any]] = {
    (Community, "name"): lambda item, _: item.id,
    (Community, "max_paid_share"): lambda item, _: PAID_SHARE_BY_AUTHENTICITY[item.authenticity],
    (Activation, "product"): lambda _, scenario: scenario.products[0].id,
    (Activation, "start_earliest"): lambda _, scenario: scenario.horizon.start,
    (Activation, "start_latest"): lambda _, scenario: scenario.horizon.end,
    (Creator, "handle"): lambda item, _: item.id,
    (Creator, "organic_rate"): lambda _, scenario: _middle(scenario),
    (Creator, "paid_reliability"): lambda _, scenario: scenario.posting.paid_reliability,
    (Creator, "service"): lambda _, scenario: scenario.shipping.services[0].id,
    (Creator, "accepts"): lambda item, _: ["gift"] if item.paid_fee is None else ["gift", "paid"],
}
"""What a field means that is left out, where that follows from the rest of the scenario."""


class _Differ:
    def __init__(self, baseline: Scenario, other: Scenario):
        self.baseline, self.other = baseline, other

    def fields(self) -> Iterator[FieldDifference]:
        yield from self._models((), self.baseline, self.other)
        defaults = [scenario.shipping.services[0].id for scenario in (self.baseline, self.other)]
        services = [{service.id for service in scenario.shipping.services} for scenario in (self.baseline, self.other)]
        if defaults[0] != defaults[1] and (defaults[0] in services[1] or defaults[1] in services[0]):
            orders = [[item.id for item in scenario.shipping.services] for scenario in (self.baseline, self.other)]
            yield _difference(("shipping", "services"), *orders)

    def _models(self, path: Path, before: BaseModel, after: BaseModel) -> Iterator[FieldDifference]:
        for name in type(before).model_fields:
            old, new = getattr(before, name), getattr(after, name)
            if not self._alike(name, before, after):
                yield from self._values((*path, name), old, new)

    def _alike(self, name: str, before: BaseModel, after: BaseModel) -> bool:
        """Return whether a field that one side or both leave out means the same in both."""
        old, new = getattr(before, name), getattr(after, name)
        stand_in = _STAND_INS.get((type(before), name))
        if stand_in is None or (old is None) == (new is None):
            return bool(old == new)
        meant = (
            stand_in(before, self.baseline) if old is None else old,
            stand_in(after, self.other) if new is None else new,
        )
        return bool(_unordered(meant[0]) == _unordered(meant[1]))

    def _values(self, path: Path, old: Any, new: Any) -> Iterator[FieldDifference]:
        if isinstance(old, BaseModel) and isinstance(new, BaseModel):
            yield from self._models(path, old, new)
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from self._entries(path, old, new)
        elif _named(old) and _named(new):
            yield from self._entries(path, {_name(item): item for item in old}, {_name(item): item for item in new})
        elif _unordered(old) != _unordered(new):
            yield _difference(path, old, new)

    def _entries(self, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[FieldDifference]:
        for name in dict.fromkeys([*old, *new]):
            yield from self._values((*path, name), old.get(name), new.get(name))


def _named(value: Any) -> bool:
    """Return whether a value is a list whose items have names; an empty one may be."""
    return isinstance(value, list) and all(isinstance(item, Lock) or hasattr(item, "id") for item in value)


def _name(item: Any) -> str:
    return f"{item.creator} in {item.activation}" if isinstance(item, Lock) else str(item.id)


def _unordered(value: Any) -> Any:
    """Return a list without its order."""
    return sorted(value, key=_json) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _difference(path: Path, old: Any, new: Any) -> FieldDifference:
    return FieldDifference(pointer=pointer(*path), baseline=_shown(old), other=_shown(new))


def _shown(value: Any) -> str | None:
    """Return a value as JSON, shortened; None where there is none."""
    return None if value is None else shorten(_data(value))


def _json(value: Any) -> str:
    return json.dumps(_data(value), sort_keys=True)


def _data(value: Any) -> Any:
    return _ANY.dump_python(value, mode="json", exclude_unset=True)
