"""What an import tells: problems of the whole document at the cells they come from, and notices."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from optimizer.errors import InputError, Notice, Problem
from optimizer.scenario.creator_list.fields import COMMENTS
from optimizer.scenario.creator_list.headers import LABEL
from optimizer.scenario.creator_list.merging import Merged
from optimizer.scenario.creator_list.people import Found, Target
from optimizer.scenario.creator_list.rows import Reading, Said
from optimizer.scenario.loading import scenario_from_data
from optimizer.wording import counted

_CREATOR = re.compile(r"/creators/([0-9]+)(?:/([^/]+))?(?:/([^/]+))?")
_FEW = 8


def checked_problems(document: Any, result: Merged, reading: Reading, before: Collection[str]) -> Iterator[Found]:
    """Yield what the check of the whole document finds; what comes from a row of the list, at its cell.

    Parameters
    ----------
    document, result
        The scenario with its creators, and which rows they come from.
    reading
        Knows where cells stand.
    before
        Places that are wrong already: what is found there again is not told twice.
    """
    try:
        scenario_from_data(document)
    except InputError as error:
        for problem in error.problems:
            found = _at_its_cell(problem, result, reading)
            if found.problem.pointer not in before:
                yield found


def _at_its_cell(problem: Problem, result: Merged, reading: Reading) -> Found:
    place = _CREATOR.match(problem.pointer)
    rows = result.rows.get(int(place[1])) if place else None
    if not place or not rows:
        return Found(problem, frozenset())
    name = place[2] or "id"
    inner = (place[3] or "").replace("~1", "/").replace("~0", "~")
    if name == "comments":
        name = next((column for column, part in COMMENTS.items() if part == inner), "comments_sampled")
    elif name == "labels":
        name = LABEL + inner
    number = next((number for number in rows if reading.columns.of(name)), rows[0])
    where = reading.where(number, name)
    if not reading.columns.of(name):
        where += f", column {name}"
    moved = Problem(problem.code, where, problem.detail, problem.remedy, problem.value)
    return Found(moved, frozenset(rows))


def some(names: Sequence[str]) -> str:
    """Return the first few names and how many more there are."""
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def notices_of(reading: Reading, rows: Sequence[Said], targets: Sequence[Target]) -> list[Notice]:
    """Return what is to be known about a list that was imported."""
    notices = []
    left = reading.columns.left_over
    if left:
        them = "it" if len(left) == 1 else "them"
        detail = f"{counted(len(left), 'column')} left out: {some(left)}. Keep {them} with --labels or --map."
        notices.append(Notice("columns_left_out", "", detail))
    totals = reading.table.totals
    if totals:
        numbers = some([str(line.number) for line in totals])
        notices.append(Notice("total_rows", "", f"{counted(len(totals), 'row')} of totals left out: {numbers}."))
    unknown = {name: None for said in rows for name in said.unknown}
    if unknown:
        detail = f"The scenario has no such communities; the creators are imported without them: {some(list(unknown))}."
        notices.append(Notice("unknown_communities", "", detail))
    notices += _merged(targets)
    return notices


def _merged(targets: Sequence[Target]) -> Iterator[Notice]:
    several = [target for target in targets if len(target.rows) > 1]
    if several:
        told = [f"{target.id} (rows {', '.join(str(said.number) for said in target.rows)})" for target in several]
        detail = f"Rows of one person were merged, as their handles are the same: {some(told)}."
        yield Notice("same_person", "", detail)
    renamed = [
        f"{said.id} is {target.id} (row {said.number})"
        for target in targets
        if target.place is not None
        for said in target.rows
        if said.id and said.id != target.id
    ]
    if renamed:
        detail = f"The scenario has these people under another id, which stays: {some(renamed)}."
        yield Notice("same_person", "", detail)
