"""Whom the rows of a list speak of: creators of the scenario, or new people, each once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.errors import Problem
from optimizer.scenario.creator_list.fields import differs, flat
from optimizer.scenario.creator_list.rows import Said
from optimizer.scenario.identity import Person, person_of

Where = Callable[[int, str], str]
_UNITED = frozenset({"communities", "unavailable"})
"""Lists that rows of one person complete together."""
_SPELLED = frozenset({"handle"})
"""May be spelled otherwise in every row of a person."""


@dataclass
class Target:
    """A creator that rows speak of: one of the scenario, by its place, or a new one."""

    id: str
    place: int | None
    person: Person | None
    rows: list[Said] = field(default_factory=list)


@dataclass
class Found:
    """Something wrong that concerns rows: none of them is imported with ``--skip-bad``."""

    problem: Problem
    rows: frozenset[int]


class Register:
    """Everybody by id and by handle."""

    def __init__(self) -> None:
        self.by_id: dict[str, Target] = {}
        self._by_name: dict[str, list[Target]] = {}

    def add(self, target: Target) -> None:
        """Take somebody in."""
        self.by_id.setdefault(target.id, target)
        if target.person is not None:
            self._by_name.setdefault(target.person.name, []).append(target)

    def person(self, person: Person | None) -> Target | None:
        """Return who has this handle, on this platform or on none that is named."""
        for target in self._by_name.get(person.name, ()) if person else ():
            other = target.person
            if other and person and (None in (other.platform, person.platform) or other.platform == person.platform):
                return target
        return None


def targets_of(
    rows: Sequence[Said], creators: Sequence[dict[str, Any]], where: Where
) -> tuple[list[Target], list[Found]]:
    """Return the creators that rows speak of, in the order of the list, and where rows contradict each other."""
    register = Register()
    for place, creator in enumerate(creators):
        labels = creator.get("labels")
        handle = creator.get("handle")
        person = person_of(handle if isinstance(handle, str) else None, labels if _is_texts(labels) else None)
        register.add(Target(str(creator.get("id")), place, person))
    found: list[Found] = []
    spoken: dict[str, Target] = {}
    for said in rows:
        if not said.id and said.person is None:
            continue
        target = _target(said, register, where, found)
        if target is None:
            continue
        found += _contradictions(said, target, creators, where)
        target.rows.append(said)
        spoken.setdefault(target.id, target)
    return list(spoken.values()), found


def _is_texts(labels: object) -> bool:
    return isinstance(labels, dict) and all(isinstance(value, str) for value in labels.values())


def _target(said: Said, register: Register, where: Where, found: list[Found]) -> Target | None:
    """Return whom a row speaks of; a new person enters the register."""
    by_id, by_handle = register.by_id.get(said.id) if said.id else None, register.person(said.person)
    if by_id and by_handle and by_id is not by_handle:
        detail = f"the handle is that of `{by_handle.id}`"
        remedy = f"Correct the id or the handle, or leave out one of `{by_id.id}` and `{by_handle.id}`."
        problem = Problem("same_person", where(said.number, "handle"), detail, remedy, said.fields.get("handle"))
        found.append(Found(problem, frozenset([said.number, *(row.number for row in by_handle.rows)])))
        return None
    if by_id and by_id.rows and by_id is not by_handle:
        first = by_id.rows[0].number
        problem = Problem(
            "duplicate_id",
            where(said.number, "id"),
            f"the creator stands in row {first} already",
            "Keep one row of them.",
            said.id,
        )
        found.append(Found(problem, frozenset([said.number, first])))
        return None
    known = by_id or by_handle
    if known is not None:
        if known.place is None or known.person is None:
            known.person = known.person or said.person
        return known
    target = Target(said.id or _new_id(said.person, register.by_id), None, said.person)
    register.add(target)
    return target


def _new_id(person: Person | None, taken: Collection[str]) -> str:
    """Return the handle as an id; with the platform where it is somebody else's already."""
    name = person.name if person else ""
    if name not in taken:
        return name
    base = f"{name}-{person.platform}" if person and person.platform else name
    number, name = 2, base
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def _contradictions(said: Said, target: Target, creators: Sequence[dict[str, Any]], where: Where) -> list[Found]:
    """Return where a row says otherwise than another of the same person.

    The scenario counts as such a row where the list has the person under another id; else a row may change what it has.
    """
    found: list[Found] = []
    renamed = target.place is not None and said.id and said.id != target.id
    if not target.rows and not renamed:
        return found
    for name, value in said.fields.items():
        if name in _UNITED | _SPELLED:
            continue
        other = next(
            (row for row in target.rows if name in row.fields and differs(name, row.fields[name], value)), None
        )
        if other is not None:
            told, rows = f"row {other.number} says {other.fields[name]} of the same person", {said.number, other.number}
        elif target.place is not None and not target.rows:
            before = flat(creators[target.place]).get(name)
            if before is None or not differs(name, before, value):
                continue
            told, rows = f"the scenario has this person as `{target.id}` and says {before}", {said.number}
        else:
            continue
        remedy = "Keep what is right, or correct the handle if they are two people."
        problem = Problem("contradicting_rows", where(said.number, name), told, remedy, value)
        found.append(Found(problem, frozenset(rows)))
    return found
