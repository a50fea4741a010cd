"""A document without its broken fields, so that the rest can be checked as well.

A broken field is cut away; where it was required, the object it belongs to goes with it. Required fields of the whole
document get a stand-in. `Gaps` remembers all of this, so that the checks report nothing that is only a consequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from optimizer.errors import pointer
from optimizer.scenario.models import Scenario
from optimizer.scenario.validation_errors import MOST_FAULTS, Fault, Path, validated

_STAND_INS: Mapping[str, Any] = {
    "schema_version": 1,
    "name": "unnamed",
    "horizon": {"start": "2000-01-01", "end": "2001-12-31"},
    "products": [{"id": "unnamed", "unit_cost": 0}],
    "communities": [{"id": "unnamed"}],
    "creators": [],
}
_MOST_ROUNDS = 12


@dataclass(frozen=True)
class Gaps:
    """Where parts of a document were cut away before it was checked.

    Attributes
    ----------
    raw
        The document as read.
    broken
        Places in `raw` that were cut away.
    kept
        For every list in `raw` that lost items: the positions of those that are left.
    """

    raw: Any = None
    broken: frozenset[Path] = frozenset()
    kept: Mapping[Path, list[int]] = field(default_factory=dict)
    _ids: dict[Path, frozenset[str | None]] = field(default_factory=dict, repr=False, compare=False)

    def origin(self, *path: str | int) -> Path:
        """Return where in the document as read the place `path` of the partial scenario stands."""
        place: Path = ()
        for part in path:
            place = (*place, self.kept[place][part] if place in self.kept and isinstance(part, int) else part)
        return place

    def at(self, *path: str | int) -> str:
        """Return the JSON Pointer, into the document as read, of a place in the partial scenario."""
        return pointer(*self.origin(*path))

    @cached_property
    def inside(self) -> frozenset[Path]:
        """Every place that something was cut out of."""
        return frozenset(cut[:length] for cut in self.broken for length in range(len(cut)))

    def touch(self, *path: str | int) -> bool:
        """Return whether anything at `path`, above it or inside it was cut away."""
        place = self.origin(*path)
        return place in self.inside or self._gone(place)

    def _gone(self, place: Path) -> bool:
        return any(place[:length] in self.broken for length in range(len(place) + 1))

    def may_name(self, reference: str, *path: str | int) -> bool:
        """Return whether `reference` may be the id of something in the list at `path` that was cut away or changed.

        Ids of a repeating activation are the id it is written with, a hyphen and a number.
        """
        names = self._changed_ids(path)
        return None in names or reference in names or reference.rpartition("-")[0] in names

    def _changed_ids(self, path: Path) -> frozenset[str | None]:
        """Return the ids of the changed items of a list, among them None where an id cannot be read."""
        if path not in self._ids:
            self._ids[path] = frozenset(self._read_ids(path))
        return self._ids[path]

    def _read_ids(self, path: Path) -> Iterator[str | None]:
        if self._gone(path):
            yield None
        elif path in self.inside:
            items = self.raw
            for part in path:
                items = items[part]
            for position in {cut[len(path)] for cut in self.broken if cut[: len(path)] == path}:
                name = items[position].get("id") if isinstance(items[position], dict) else None
                yield name if isinstance(name, str) else None


NO_GAPS = Gaps()


def partially_validated(data: Any, faults: Iterable[Fault]) -> tuple[Scenario, Gaps] | None:
    """Return a document without its faults, and the gaps; None where too little is left."""
    gaps = Gaps(data)
    for _ in range(_MOST_ROUNDS):
        listed = list(faults)
        if not isinstance(data, dict) or len(listed) > MOST_FAULTS or any(not fault.path for fault in listed):
            return None
        gaps, rest = _without(data, gaps.broken | {gaps.origin(*_cut(fault)) for fault in listed})
        scenario, faults = validated(Scenario, {**_STAND_INS, **rest})
        if scenario is not None:
            return scenario, gaps
    return None


def _cut(fault: Fault) -> Path:
    """Return what has to go: the field itself, or the object in which it is missing."""
    return fault.path[:-1] if fault.kind == "missing" and len(fault.path) > 1 else fault.path


def _without(data: Any, broken: frozenset[Path]) -> tuple[Gaps, Any]:
    gaps = Gaps(data, broken, kept := {})

    def rest(value: Any, path: Path) -> Any:
        if path not in gaps.inside:
            return value
        if isinstance(value, dict):
            return {key: rest(item, (*path, key)) for key, item in value.items() if (*path, key) not in broken}
        kept[path] = [index for index in range(len(value)) if (*path, index) not in broken]
        return [rest(value[index], (*path, index)) for index in kept[path]]

    return gaps, rest(data, ())
