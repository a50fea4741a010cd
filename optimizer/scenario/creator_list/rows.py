"""Rows of a list → what each says of a creator, field by field, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.errors import Problem
from optimizer.money import minor_digits
from optimizer.scenario.creator_list.columns import Column, Columns
from optimizer.scenario.creator_list.communities import Names
from optimizer.scenario.creator_list.headers import COUNTS, PLATFORM, PROFILE, SHARES
from optimizer.scenario.csv_injection import original
from optimizer.scenario.identity import Person, person_of, visible
from optimizer.tables.days import DateOrder, day_of
from optimizer.tables.grid import Line, Value, is_blank, plain_name
from optimizer.tables.layout import Table
from optimizer.tables.numbers import CellError, amount, count, share
from optimizer.tables.words import CLEARED, items, words

Record = dict[str, Any]
Reader = Callable[[Value], Any]

_TIERS = {
    **{name: name for name in ("nano", "emerging", "established")},
    **dict.fromkeys(("nanoinfluencer", "nanocreator"), "nano"),
    **dict.fromkeys(("micro", "mikro", "microinfluencer", "microcreator"), "emerging"),
    **dict.fromkeys(("mid", "midtier", "middle", "macro", "makro", "mega", "macroinfluencer"), "established"),
}
_GIFT = frozenset({"gift", "gifts", "gifted", "gifting", "geschenk", "cadeau", "regalo"})
_PAID = frozenset({"paid", "pay", "payment", "bezahlt", "payé", "pagado"})
_MOST_REMEMBERED = 10_000
_ADDRESS = re.compile("[/:]")
_KEPT_TEXT = re.compile(r'="([^"]+)"')
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+")
_SEVERAL = re.compile(r"@[^\s@,;/&|+]+[\s,;/&|+]+@")
_RANGE = re.compile(r"\s*(?:\.\.+|–|—|\s-\s|\bto\b|\bbis\b|\buntil\b|\bau\b|\bal\b)\s*")


@dataclass
class Said:
    """What a row says of a creator.

    Attributes
    ----------
    number
        Of the row.
    id
        As the list gives it; empty where it does not.
    fields
        Values by field; comments and labels stand by the names of their columns.
    cleared
        Fields that are to be taken away.
    person
        Who it is by the handle.
    problems
        What is wrong with it.
    unknown
        Communities that the scenario does not have, beside those it has.
    """

    number: int
    id: str = ""
    fields: Record = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    person: Person | None = None
    problems: list[Problem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """Reads the rows of a list.

    Parameters
    ----------
    table, columns
        The list, and what its columns are read as.
    communities
        By everything they may be called.
    services
        Ids of the shipping services.
    currency
        The only one that amounts may be in.
    """

    table: Table
    columns: Columns
    communities: Names
    services: Sequence[str]
    currency: str

    def rows(self) -> Iterator[Said]:
        """Yield what every row says."""
        readers = [(column, _remembering(self._reader(column))) for column in self.columns.read]
        for line in self.table.rows:
            yield self._said(line, readers)

    def where(self, number: int, name: str) -> str:
        """Return the place of a field in a row: of its cell, where the list has a column for it."""
        column = self.columns.of(name)
        return self.table.where(number, None if column is None else column.position)

    def _said(self, line: Line, readers: Sequence[tuple[Column, Reader]]) -> Said:
        said = Said(line.number)
        cells = line.cells
        for column, read in readers:
            value = cells[column.position] if column.position < len(cells) else None
            if value is None or is_blank(value):
                continue
            if isinstance(value, str):
                value = value.strip()
                if value == CLEARED:
                    said.cleared.add(column.field)
                    continue
            try:
                said.fields[column.field] = read(value)
            except CellError as error:
                said.problems.append(self._bad(line.number, column, error, value))
        self._communities(said)
        self._identify(said)
        return said

    def _bad(self, number: int, column: Column, error: CellError, value: Value) -> Problem:
        where = self.table.where(number, column.position)
        shown = value if isinstance(value, str | int | float) else str(value)
        return Problem("bad_cell", where, error.detail, error.remedy, shown)

    def _reader(self, column: Column) -> Reader:
        """Return what reads the cells of a column."""
        style, name = column.notation, column.field
        if name in COUNTS:
            return lambda value: count(value, style)
        if name in SHARES:
            return _shares(column)
        if name == "paid_fee":
            digits = minor_digits(self.currency)
            return lambda value: amount(value, self.currency, 2 if digits is None else digits, style)
        if name == "unavailable":
            return lambda value: _spans(value, self.columns.dates)
        others: dict[str, Reader] = {"tier": _tier, "accepts": _accepts, "communities": _list}
        others |= {"id": _name, "handle": _handle, PROFILE: _name}
        return others.get(name, _text)

    def _communities(self, said: Said) -> None:
        """Replace what a row calls its communities by their ids."""
        if "communities" in said.cleared:
            where, remedy = self.where(said.number, "communities"), "Name a community."
            said.problems.append(Problem("bad_cell", where, "a creator is part of a community", remedy, CLEARED))
        if "communities" in said.fields:
            found, unknown = self.communities.find(said.fields["communities"])
            said.fields["communities"] = found
            said.unknown = unknown if found else []
            where = self.where(said.number, "communities")
            for name in [] if found else unknown:
                remedy = self.communities.remedy(name)
                said.problems.append(Problem("unknown_community", where, "there is no such community", remedy, name))
        service = said.fields.get("service")
        if service is not None and service not in self.services:
            spelled = {plain_name(name): name for name in self.services}
            if plain_name(service) in spelled:
                said.fields["service"] = spelled[plain_name(service)]
            else:
                where, remedy = self.where(said.number, "service"), f"The scenario has: {', '.join(self.services)}."
                said.problems.append(Problem("unknown_service", where, "there is no such service", remedy, service))

    def _identify(self, said: Said) -> None:
        """Find out whom a row speaks of; a profile's address gives the handle and names the platform."""
        fields = said.fields
        said.id = fields.pop("id", "")
        address, handle = fields.pop(PROFILE, None), fields.get("handle")
        profile = person_of(address)
        labels = {"platform": fields[PLATFORM]} if PLATFORM in fields else {}
        person = person_of(handle, labels) if handle else profile and Person(*profile)
        if person is None and (handle or address):
            where, remedy = self.where(said.number, "handle" if handle else PROFILE), "Write the handle, such as @ana."
            said.problems.append(Problem("bad_cell", where, "names nobody", remedy, handle or address))
        said.problems += self._platform_problems(said.number, person, labels)
        if handle and person and profile and profile.name == person.name and person.platform is None:
            person = profile
        if person and (not handle or _ADDRESS.search(handle)):
            fields["handle"] = f"@{person.name}" if person.platform or "/" not in person.name else handle or person.name
            if person.platform:
                fields.setdefault(PLATFORM, person.platform)
        elif handle:
            fields["handle"] = visible(handle)
        if person and person.platform and profile:
            fields.setdefault(PLATFORM, person.platform)
        said.person = person
        if not said.id and person is None and not said.problems:
            where = self.where(said.number, "id" if self.columns.of("id") else "handle")
            said.problems.append(Problem("missing_id", where, "the creator has neither id nor handle", "Give one."))

    def _platform_problems(self, number: int, person: Person | None, labels: dict[str, str]) -> Iterator[Problem]:
        """Yield that a profile's address is of another platform than the row names."""
        named = person_of("@x", labels)
        if labels and person and named and named.platform != person.platform:
            detail, remedy = f"the address is of {person.platform}", "Correct the platform or the address."
            yield Problem("bad_cell", self.where(number, PLATFORM), detail, remedy, labels["platform"])


def _remembering(read: Reader) -> Reader:
    """Return a reader that reads a text once: most columns hold few different ones."""
    known: dict[str, Any] = {}

    def remembering(value: Value) -> Any:
        if not isinstance(value, str):
            return read(value)
        if value not in known:
            if len(known) > _MOST_REMEMBERED:
                return read(value)
            known[value] = read(value)
        return known[value]

    return remembering


def _text(value: Value) -> str:
    return original(value) if isinstance(value, str) and value[:1] == "'" else words(value)


def _name(value: Value) -> str:
    """Return who is meant; ``="007"`` is how programs keep a spreadsheet from making a number of a text."""
    text = _text(value)
    if _SHORTENED.fullmatch(text):
        remedy = "Format the column as text, and write the cell anew."
        raise CellError("the spreadsheet has made this a number and cut it", remedy)
    if isinstance(value, str) and value.startswith("="):
        kept = _KEPT_TEXT.fullmatch(value)
        if kept is None:
            raise CellError("this is a formula, not what it shows", "Write what it shows.")
        return kept[1]
    return text


def _handle(value: Value) -> str:
    text = _name(value)
    if _SEVERAL.match(text):
        raise CellError("these are several handles", "Write one; give another creator a row of their own.")
    return text


def _list(value: Value) -> str:
    return value if isinstance(value, str) else words(value)


def _shares(column: Column) -> Reader:
    def read(value: Value) -> float:
        if column.small and not (isinstance(value, str) and value.endswith(("%", "％"))):
            detail = "the column's name says per cent, but all its numbers are shares of 1"
            raise CellError(detail, "Write per cent signs into the cells, or take the one out of the name.")
        return share(value, column.notation, per_cent=column.per_cent)

    return read


def _tier(value: Value) -> str:
    name = re.sub(r"\s*(?:influencers?|creators?)$", "", words(value), flags=re.IGNORECASE)
    tier = _TIERS.get(plain_name(name))
    if tier is None:
        raise CellError("should be nano, emerging or established", "Write one of these; micro is emerging.")
    return tier


def _accepts(value: Value) -> list[str]:
    names = [name.casefold() for part in items(value, ";|\n,+/&") for name in part.split(" and ")]
    if names in (["none"], ["nothing"]):
        return []
    if names == ["both"]:
        return ["gift", "paid"]
    modes = ["gift" if name in _GIFT else "paid" if name in _PAID else "" for name in names]
    if "" in modes or len(set(modes)) < len(modes):
        raise CellError("should be gift, paid, both or none", "Write one of these.")
    return modes


def _spans(value: Value, dates: DateOrder) -> list[Record]:
    spans = []
    for text in items(value) if isinstance(value, str) else [value]:
        ends = _RANGE.split(text) if isinstance(text, str) else [text]
        if len(ends) > 2:
            raise CellError("should be spans of days", "Write them as 2027-04-01..2027-04-12; 2027-05-01.")
        first, last = day_of(ends[0], dates), day_of(ends[-1], dates)
        spans.append({"start": first.isoformat(), "end": last.isoformat()})
    return spans
