"""A creator's record with comments and labels side by side with its other fields, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from optimizer.scenario.creator_list.headers import FIELDS, LABEL

Record = dict[str, Any]
COMMENTS = {"comments_sampled": "sampled", "comments_substantive": "substantive", "creator_replies": "creator_replies"}


def flat(record: Mapping[str, Any]) -> Record:
    """Return the fields of a record; comments and labels by the names of their columns.

    Examples
    --------
    >>> flat({"id": "a", "comments": {"sampled": 400}, "labels": {"agent": "Jo"}})
    {'id': 'a', 'comments_sampled': 400, 'label:agent': 'Jo'}
    """
    fields: Record = {}
    names = {inner: outer for outer, inner in COMMENTS.items()}
    for name, value in record.items():
        if name == "comments" and isinstance(value, dict) and value.keys() <= names.keys():
            fields |= {names[inner]: number for inner, number in value.items()}
        elif name == "labels" and isinstance(value, dict):
            fields |= {LABEL + label: text for label, text in value.items()}
        else:
            fields[name] = value
    return fields


def updated(record: Mapping[str, Any], fields: Mapping[str, Any], cleared: Collection[str]) -> Record:
    """Return a record with some fields set and others taken away."""
    whole = dict(record)
    groups = {_group(name) for name in fields} | {_group(name) for name in cleared}
    for group, inside in (("comments", COMMENTS), ("labels", None)):
        if group not in groups:
            continue
        before = whole.get(group)
        given = {name: value for name, value in fields.items() if _group(name) == group}
        gone = {name for name in cleared if _group(name) == group}
        if given or (gone and isinstance(before, dict)):
            inner = dict(before) if isinstance(before, dict) else {}
            for name in gone:
                inner.pop(_inner(name, inside), None)
            inner |= {_inner(name, inside): value for name, value in given.items()}
            whole[group] = inner
            if not inner:
                del whole[group]
    plain = {name: fields[name] for name in (*FIELDS, *fields) if name in fields and _group(name) is None}
    return {name: value for name, value in whole.items() if name not in cleared} | plain


@cache
def _group(name: str) -> str | None:
    return "labels" if name.startswith(LABEL) else "comments" if name in COMMENTS else None


def _inner(name: str, names: Mapping[str, str] | None) -> str:
    return name[len(LABEL) :] if names is None else names[name]


def differs(name: str, before: Any, after: Any) -> bool:
    """Return whether two values of a field mean different things; ``180`` and ``180.00`` are one amount.

    Examples
    --------
    >>> differs("paid_fee", "180", "180.00"), differs("tier", "nano", "emerging")
    (False, True)
    """
    if name == "paid_fee" and isinstance(before, str | int | float) and isinstance(after, str | int | float):
        try:
            return Decimal(str(before)) != Decimal(str(after))
        except InvalidOperation:
            return True
    return bool(before != after)
