"""A list of creators into a scenario, from the file to the checked document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from optimizer.errors import InputError, Notice, Problem
from optimizer.scenario.creator_list.columns import Columns, columns_of
from optimizer.scenario.creator_list.communities import Names
from optimizer.scenario.creator_list.headers import is_known
from optimizer.scenario.creator_list.merging import Change, merged
from optimizer.scenario.creator_list.people import Found, Target, targets_of
from optimizer.scenario.creator_list.rows import Reading, Said
from optimizer.scenario.creator_list.telling import checked_problems, notices_of, some
from optimizer.scenario.creator_list.uses import ColumnUse, uses_of
from optimizer.tables.days import DateOrder, Order
from optimizer.tables.files import read_book
from optimizer.tables.grid import plain_name
from optimizer.tables.layout import Table, table_in
from optimizer.tables.numbers import Notation
from optimizer.wording import counted

Record = dict[str, Any]


@dataclass(frozen=True)
class Wishes:
    """How a list is to be read, beyond what it says itself.

    Attributes
    ----------
    mapping
        Fields by column name.
    labels
        Keep columns that are not known as labels.
    replace
        Creators lose what the list does not say of them.
    skip_bad
        Leave rows out that have problems.
    sheet, encoding, decimal, dates
        Which sheet; how text, numbers and days are written where cells do not tell.
    open_communities
        Take every community of the list in.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    labels: bool = False
    replace: bool = False
    skip_bad: bool = False
    sheet: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    dates: Order | None = None
    open_communities: bool = False


class Imported(NamedTuple):
    """What an import did.

    Attributes
    ----------
    document
        The scenario with the creators, checked.
    reading
        How the file was read, in words.
    columns
        What every column was read as.
    new, changed, same, untouched
        Ids of creators; of the changed, what changed. `same` stand in the list and stay as they were, `untouched` do
        not stand in it.
    skipped
        Problems of the rows that were left out.
    notices
        What else is to be known.
    """

    document: Record
    reading: str
    columns: list[ColumnUse]
    new: list[str]
    changed: dict[str, list[Change]]
    same: list[str]
    untouched: list[str]
    skipped: list[Problem]
    notices: list[Notice]


NO_WISHES = Wishes()


def import_creators(source: Path | bytes | str, document: Record, wishes: Wishes = NO_WISHES) -> Imported:
    """Return the scenario document with the creators of a list; `document` stays as it is.

    Parameters
    ----------
    source
        A text file or workbook, its content, or a text.
    document
        A scenario, unchecked.
    wishes
        How to read the list, and what to do with its rows.

    Raises
    ------
    InputError
        Every problem at once: of the list by row and column, of the scenario by JSON Pointer.
    """
    table = _table(source, wishes)
    currency = document.get("currency", "GBP")
    columns = _as_wished(columns_of(table, wishes.mapping, str(currency), labels=wishes.labels), wishes)
    names = Names(_listed(document.get("communities")), wishes.open_communities)
    reading = Reading(table, columns, names, _services(document), str(currency))
    problems = [*table.extra_cells(), *_table_problems(table, columns)]
    if problems:
        raise InputError(problems)
    return _Import(document, reading, wishes).done(list(reading.rows()))


def _table(source: Path | bytes | str, wishes: Wishes) -> Table:
    mapped = {plain_name(header) for header in wishes.mapping}

    def known(text: str) -> bool:
        return is_known(text) or plain_name(text) in mapped

    return table_in(read_book(source, known, wishes.encoding), known, wishes.sheet)


def _as_wished(columns: Columns, wishes: Wishes) -> Columns:
    """Return the columns with the decimal mark and the order of days that were asked for."""
    if wishes.decimal is not None:
        style = Notation(frozenset(wishes.decimal))
        columns = replace(columns, read=[replace(column, notation=style) for column in columns.read])
    return columns if wishes.dates is None else replace(columns, dates=DateOrder(frozenset([wishes.dates])))


def _table_problems(table: Table, columns: Columns) -> Iterator[Problem]:
    if not any(columns.of(name) for name in ("id", "handle", "profile")):
        remedy = 'Add one, or say which column it is, for example with --map "Their header=handle".'
        where = table.where(table.header)
        yield Problem("missing_column", where, "there is no column of ids or handles", remedy, list(table.names[:12]))
    if not table.rows:
        where = table.where(table.header + 1)
        yield Problem("empty_file", where, "there are no creators", "Write one row for each.")


def _listed(value: Any) -> list[Record]:
    """Return the objects of a list; the whole document is checked once the creators are in it."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _services(document: Record) -> list[str]:
    shipping = document.get("shipping")
    offered = shipping.get("services") if isinstance(shipping, dict) else None
    return [str(item.get("id")) for item in _listed(offered)] or ["standard"]


@dataclass
class _Import:
    """An import of rows that have been read."""

    document: Record
    reading: Reading
    wishes: Wishes

    def done(self, rows: Sequence[Said]) -> Imported:
        """Merge and check; without the rows that have problems where these are to be skipped."""
        skipped: list[Problem] = []
        left = list(rows)
        while True:
            result, found = self._attempt(left)
            if not found:
                break
            problems = [item.problem for item in found]
            bad = {number for item in found for number in item.rows}
            if not self.wishes.skip_bad or not all(item.rows for item in found):
                raise InputError(problems)
            skipped += problems
            left = [said for said in left if said.number not in bad]
            if not left:
                raise InputError(skipped)
        uses = uses_of(self.reading, left)
        notices = notices_of(self.reading, left, result.targets)
        kept = {said.number for said in left}
        without = [str(said.number) for said in rows if said.number not in kept]
        if without:
            notices.insert(0, Notice("rows_skipped", "", f"{counted(len(without), 'row')} skipped: {some(without)}."))
        return result.imported._replace(columns=uses, skipped=skipped, notices=notices)

    def _attempt(self, rows: Sequence[Said]) -> tuple[_Result, list[Found]]:
        """Return what these rows make of the scenario, and everything that is wrong with it."""
        creators = _listed(self.document.get("creators"))
        targets, found = targets_of(rows, creators, self.reading.where)
        found += [Found(problem, frozenset([said.number])) for said in rows for problem in said.problems]
        result = merged(targets, creators, replace=self.wishes.replace)
        new = [target for target in targets if target.place is None]
        found += self._without_community(new, {number for item in found for number in item.rows})
        document = self._document(result.creators)
        found += checked_problems(document, result, self.reading, {item.problem.pointer for item in found})
        listed = {target.id for target in targets}
        untouched = [str(creator.get("id")) for creator in creators if str(creator.get("id")) not in listed]
        imported = Imported(
            document, self.reading.table.sheet.reading, [], result.new, result.changed, result.same, untouched, [], []
        )
        return _Result(imported, targets), sorted(found, key=lambda item: min(item.rows, default=0))

    def _document(self, creators: list[Record]) -> Record:
        document = {**self.document, "creators": creators}
        added = self.reading.communities.added
        if added:
            new = [{"id": name} if name == title else {"id": name, "name": title} for name, title in added.items()]
            document["communities"] = [*_listed(document.get("communities")), *new]
        return document

    def _without_community(self, targets: Sequence[Target], bad: set[int]) -> Iterator[Found]:
        for target in targets:
            numbers = {said.number for said in target.rows}
            if not (numbers & bad or any("communities" in said.fields for said in target.rows)):
                where = self.reading.where(target.rows[0].number, "communities")
                detail = f"`{target.id}` is new, and no community is given"
                remedy = 'Name one of the scenario; a column of another name: --map "Their header=communities".'
                yield Found(Problem("missing_community", where, detail, remedy), frozenset(numbers))


class _Result(NamedTuple):
    imported: Imported
    targets: Sequence[Target]
