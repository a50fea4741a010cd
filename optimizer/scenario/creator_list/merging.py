"""What rows say, brought into the creators of a scenario: who is new, who changed in what, who stays as they were."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from optimizer.scenario.creator_list.fields import differs, flat, updated
from optimizer.scenario.creator_list.people import Target
from optimizer.scenario.identity import person_of

Record = dict[str, Any]


class Change(NamedTuple):
    """A field of a creator before and after; None where it is not given."""

    field: str
    before: Any
    after: Any


@dataclass
class Merged:
    """The creators of a scenario after an import.

    Attributes
    ----------
    creators
        Their records.
    rows
        Numbers of the rows that speak of a creator, by place.
    new
        Ids of those who were added.
    changed
        What changed, by id.
    same
        Ids of those in the list whose rows change nothing.
    """

    creators: list[Record]
    rows: dict[int, list[int]] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    changed: dict[str, list[Change]] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)


def merged(targets: Sequence[Target], creators: Sequence[Record], *, replace: bool) -> Merged:
    """Return the creators with what rows say of them.

    Parameters
    ----------
    targets
        Whom the rows speak of.
    creators
        Of the scenario, unchecked.
    replace
        A creator loses what their rows do not say.
    """
    result = Merged(list(creators))
    for target in targets:
        fields, cleared = _together(target)
        numbers = [said.number for said in target.rows]
        if target.place is None:
            result.rows[len(result.creators)] = numbers
            result.creators.append(updated({"id": target.id, "communities": []}, fields, ()))
            result.new.append(target.id)
            continue
        before = result.creators[target.place]
        _keep_spelling(before, fields)
        result.rows[target.place] = numbers
        if not replace and not _says_more(before, fields, cleared):
            result.same.append(target.id)
            continue
        after = updated({"id": target.id, "communities": []} if replace else before, fields, cleared)
        changes = list(_changes(before, after))
        if changes:
            result.creators[target.place] = after
            result.changed[target.id] = changes
        else:
            result.same.append(target.id)
    return result


def _together(target: Target) -> tuple[Record, set[str]]:
    """Return what all rows of a person say; they agree but for lists, which they complete."""
    fields: Record = {}
    cleared: set[str] = set()
    for said in target.rows:
        cleared |= said.cleared
        for name, value in said.fields.items():
            if isinstance(value, list) and name in fields and name != "accepts":
                fields[name] = [*fields[name], *(item for item in value if item not in fields[name])]
            else:
                fields.setdefault(name, value)
    return fields, cleared - fields.keys()


def _keep_spelling(before: Mapping[str, Any], fields: Record) -> None:
    """Leave a handle as the scenario spells it where it is the same one."""
    old, new = before.get("handle"), fields.get("handle")
    if old != new and isinstance(old, str) and isinstance(new, str):
        one, other = person_of(old), person_of(new)
        if one and other and one.name == other.name:
            fields["handle"] = old


def _says_more(before: Mapping[str, Any], fields: Mapping[str, Any], cleared: Collection[str]) -> bool:
    """Return whether rows change a record at all."""
    old = flat(before)
    return any(name in old for name in cleared) or any(
        differs(name, old.get(name), value) for name, value in fields.items()
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = flat(before), flat(after)
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        if differs(name, one, other):
            yield Change(name, one, other)
