"""Which column is read as what, and what every column proves about its numbers and days."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from optimizer.errors import InputError, Problem
from optimizer.scenario.creator_list.headers import (
    COUNTS,
    FIELDS,
    LABEL,
    LEFT_OUT,
    PROFILE,
    SHARES,
    Heading,
    heading,
    unit_of,
)
from optimizer.tables.currencies import marks_of
from optimizer.tables.days import DateOrder, date_order
from optimizer.tables.grid import plain_name
from optimizer.tables.layout import Table
from optimizer.tables.numbers import NO_NOTATION, Notation, notation


@dataclass(frozen=True)
class Column:
    """A column that is read: where it stands, as what, and how its cells are written.

    `small`: its name says per cent, but no bare number in it is above 1.
    """

    position: int
    name: str
    field: str
    per_cent: bool = False
    notation: Notation = NO_NOTATION
    small: bool = False


@dataclass(frozen=True)
class Columns:
    """All columns of a list.

    Attributes
    ----------
    read
        Those that are read, in their order.
    left_over
        The names of the others.
    dates
        How days are written.
    """

    read: Sequence[Column]
    left_over: Sequence[str]
    dates: DateOrder = field(default_factory=DateOrder)

    def of(self, name: str) -> Column | None:
        """Return the column that is read as a field."""
        return next((column for column in self.read if column.field == name), None)


def parse_mapping(options: Sequence[str]) -> dict[str, str]:
    """Return ``Header=field`` options as a mapping; raise InputError for what is none."""
    mapping: dict[str, str] = {}
    problems = []
    for option in options:
        header, equals, name = option.rpartition("=")
        target = name.strip()
        known = (
            target in LEFT_OUT or target in (*FIELDS, PROFILE) or target.removeprefix(LABEL).strip() not in ("", target)
        )
        if not equals or not header.strip() or not known:
            remedy = f'Write "Their header=field" with one of {", ".join(FIELDS)}, label:NAME, or - to leave it out.'
            problems.append(Problem("bad_mapping", "--map", "names no field of a creator", remedy, option))
        mapping[" ".join(header.split())] = target
    if problems:
        raise InputError(problems)
    return mapping


def columns_of(table: Table, mapping: Mapping[str, str], currency: str, *, labels: bool = False) -> Columns:
    """Return what the columns of a table are read as.

    Parameters
    ----------
    table
        The list.
    mapping
        What the person who has the list says of some columns; goes before what is known.
    currency
        Of the scenario; another in a column's name is a problem.
    labels
        Keep columns that are not known as labels.

    Raises
    ------
    InputError
        If a column that is mapped does not exist, two columns would be one field, or fees are in another currency.
    """
    headings = {place: heading(name) for place, name in enumerate(table.names) if name}
    problems = list(_apply(mapping, table, headings))
    chosen: dict[str, int] = {}
    for place, said in headings.items():
        if said.field is not None:
            rival = chosen.get(said.field)
            if rival is None or (said.own and not headings[rival].own):
                chosen[said.field] = place
            elif said.own == headings[rival].own:
                problems.append(_twice(table, place, rival, said.field))
    problems += _other_currencies(table, headings, chosen, currency)
    problems += _other_units(table, chosen)
    if problems:
        raise InputError(problems)
    read = {place: name for name, place in chosen.items()}
    others = [place for place in headings if place not in read]
    if labels:
        read |= {place: LABEL + table.names[place] for place in others if headings[place].field is None}
    left = [table.names[place] for place in others if place not in read]
    left += ["one without a name"] * len(table.unnamed)
    return _with_evidence(
        table,
        [Column(place, table.names[place], read[place], headings[place].per_cent) for place in sorted(read)],
        left,
    )


def _apply(mapping: Mapping[str, str], table: Table, headings: dict[int, Heading]) -> Iterator[Problem]:
    """Put what `--map` says into the headings; yield what it says of columns that do not exist."""
    for header, target in mapping.items():
        places = [place for place in headings if table.names[place] == header]
        places = places or [place for place in headings if plain_name(table.names[place]) == plain_name(header)]
        if not places:
            close = difflib.get_close_matches(header, table.names, n=1)
            remedy = (
                f"Did you mean `{close[0]}`?" if close else f"The columns are: {', '.join(filter(None, table.names))}."
            )
            yield Problem("unknown_column", "--map", "there is no such column", remedy, header)
        for place in places:
            name = LABEL + target[len(LABEL) :].strip() if target.startswith(LABEL) else target
            said = headings[place]
            named = None if target in LEFT_OUT else name
            headings[place] = Heading(named, True, said.per_cent, said.currencies)


def _twice(table: Table, place: int, rival: int, name: str) -> Problem:
    where, other = table.where(table.header, place), table.names[rival]
    if plain_name(other) == plain_name(table.names[place]):
        return Problem("duplicate_column", where, "the column stands twice", "Keep one.", table.names[place])
    remedy = f'Say which is left out, for example with --map "{table.names[place]}=-".'
    detail = f"this column and `{other}` could both be {name}"
    return Problem("duplicate_column", where, detail, remedy, table.names[place])


def _other_currencies(
    table: Table, headings: Mapping[int, Heading], chosen: Mapping[str, int], currency: str
) -> Iterator[Problem]:
    place = chosen.get("paid_fee")
    if place is not None:
        for mark in headings[place].currencies:
            if mark.upper() not in marks_of(currency):
                remedy = f'Convert them to {currency}, or leave the column out with --map "{table.names[place]}=-".'
                detail = f"the scenario's currency is {currency}, these fees are in another"
                yield Problem("other_currency", table.where(table.header, place), detail, remedy, mark)


def _other_units(table: Table, chosen: Mapping[str, int]) -> Iterator[Problem]:
    """Yield the columns of numbers in thousands, pence and the like, unless every cell says so itself (``12.5K``)."""
    for name in sorted((COUNTS | {"paid_fee"}) & chosen.keys()):
        place = chosen[name]
        unit = unit_of(table.names[place])
        if unit and any(not isinstance(cell, str) or not re.search(r"[^\W\d_]", cell) for cell in table.column(place)):
            detail = "the column's name gives its numbers a unit of its own"
            remedy = f'Write whole numbers, amounts in full, and take "{unit}" out of the name.'
            yield Problem("other_unit", table.where(table.header, place), detail, remedy, table.names[place])


def _with_evidence(table: Table, columns: Sequence[Column], left: Sequence[str]) -> Columns:
    """Return the columns with what each, and all together, prove about their numbers and days."""
    own = {
        column.position: notation(table.column(column.position), shares=column.field in SHARES)
        for column in columns
        if column.field in COUNTS | SHARES | {"paid_fee"}
    }
    whole = NO_NOTATION
    for proof in own.values():
        whole |= proof
    dates = DateOrder()
    read = []
    for column in columns:
        proof = own.get(column.position, NO_NOTATION)
        decided = proof if proof.proven else Notation(whole.proven, proof.unclear)
        decided = replace(decided, comma_groups=table.sheet.separator not in (";", "\t"))
        small = column.per_cent and column.field in SHARES and _is_small(table, column.position)
        read.append(replace(column, notation=decided, small=small))
        if column.field == "unavailable":
            dates |= date_order(table.column(column.position))
    return Columns(read, left, dates)


def _is_small(table: Table, position: int) -> bool:
    """Return whether no bare number of a column is above 1, and one is above 0."""
    numbers = []
    for cell in table.column(position):
        with suppress(ValueError):
            text = cell.replace(",", ".") if isinstance(cell, str) else cell
            numbers.append(float(text) if isinstance(text, str | float | int) else 0.0)
    return 0 < max(numbers, default=0) <= 1
