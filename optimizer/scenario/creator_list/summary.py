"""What an import did, as a page of text: what was read how, who is new, who changed in what, who stays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.scenario.creator_list.headers import LABEL
from optimizer.scenario.creator_list.telling import some
from optimizer.scenario.creator_list.uses import title
from optimizer.wording import counted

if TYPE_CHECKING:
    from optimizer.scenario.creator_list.importing import Imported
    from optimizer.scenario.creator_list.merging import Change

_MOST_CHANGED = 20
_WIDEST = 28


def summary(result: Imported, name: str) -> str:
    """Return what an import did.

    Parameters
    ----------
    result
        The import.
    name
        Of the list.
    """
    lines = [f"{name}{': ' + result.reading if result.reading else ''}", "", *_columns(result), "", *_people(result)]
    return "".join(f"{line}".rstrip() + "\n" for line in lines)


def _columns(result: Imported) -> Iterator[str]:
    rows = [("column", "read as", "cells", "example")]
    for use in result.columns:
        example = use.written if use.written == use.read else f"{use.written} → {use.read}"
        rows.append((_cut(use.name or "(no name)"), title(use.field), f"{use.cells:,}", _cut(example)))
    first, second, third = (max(len(row[place]) for row in rows) for place in range(3))
    for row in rows:
        yield f"  {row[0]:<{first}}  {row[1]:<{second}}  {row[2]:>{third}}  {row[3]}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _people(result: Imported) -> Iterator[str]:
    if result.new:
        yield f"{counted(len(result.new), 'creator')} new: {some(result.new)}"
    if result.changed:
        yield f"{counted(len(result.changed), 'creator')} changed:"
        for creator, changes in list(result.changed.items())[:_MOST_CHANGED]:
            yield f"  {creator}: {_changes(changes)}"
        if len(result.changed) > _MOST_CHANGED:
            yield f"  and {len(result.changed) - _MOST_CHANGED:,} more"
    if result.same:
        yield f"{counted(len(result.same), 'creator')} in the list, unchanged: {some(result.same)}"
    if result.untouched:
        yield f"{counted(len(result.untouched), 'creator')} not in the list, untouched: {some(result.untouched)}"
    if result.skipped:
        yield f"{counted(len(result.skipped), 'problem')} in rows that were skipped"


def _changes(changes: Sequence[Change]) -> str:
    return ", ".join(
        f"{change.field.replace(LABEL, 'labels.', 1)} {_shown(change.before)} → {_shown(change.after)}"
        for change in changes
    )


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
