"""Creators from a spreadsheet.

One creator per row below a line of column names. Names are read without regard to case, spaces, hyphens and
underscores; empty cells are not given. Commas, semicolons or tabs separate the cells, as the spreadsheet wrote them.

======================  ==========================================================  =====================
column                  meaning                                                     example
======================  ==========================================================  =====================
id                      name that other parts refer to (needed)                     c001
handle                  public name                                                 @fellside_ana
communities             ids of communities, separated by ``;`` or ``|``             trail-running; sourdough
tier                    nano, emerging or established                               nano
followers               count, thousand separators allowed                          12,300
embeddedness            0 to 1, or per cent                                         0.55
comments_sampled        comments looked at (count)                                  400
comments_substantive    of these, with substance (count)                            120
creator_replies         replies to substantive comments (count)                     60
organic_rate            chance of posting when gifted, 0 to 1, or per cent          31%
paid_fee                fee for a paid post, currency sign allowed                  £180.00
paid_reliability        chance of posting when paid, 0 to 1, or per cent            0.97
accepts                 gift, paid, both separated by ``;`` or ``|``, or none       gift
service                 id of a shipping service                                    tracked48
unavailable             spans, ``first..last``, separated by ``;`` or ``|``         2027-04-01..2027-04-12
label:NAME              text kept under ``labels.NAME``                             Jo
======================  ==========================================================  =====================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from optimizer.errors import InputError, Notice, Problem
from optimizer.money import minor_digits
from optimizer.scenario.models import Creator
from optimizer.scenario.sheets import cells_of

Record = dict[str, Any]
Row = tuple[int, dict[str, str]]

_COMMENTS = {"comments_sampled": "sampled", "comments_substantive": "substantive", "creator_replies": "creator_replies"}
_SIGN = r"\s*(?:[A-Z]{3}|[^\w\s.,+-])?\s*"
"""A currency's code or sign."""
_LONGEST_COUNT = 20


def import_creators(csv_text: str, document: Record) -> tuple[Record, list[Notice]]:
    """Return the scenario document with the creators of a CSV, and notices of what was done.

    Creators whose id the document has are replaced in place, others are added at the end. `document` stays as it is.

    Raises
    ------
    InputError
        Every problem of the CSV at once, each with its row (1 is the line of column names) and column.
    """
    columns, rows, problems = _read(csv_text)
    problems += [*_column_problems(columns), *_row_problems(rows)]
    creators: list[Record] = []
    for number, cells in rows:
        creator, faults = _creator(number, cells, document)
        creators.append(creator)
        problems.extend(faults)
    if problems:
        raise InputError(problems)
    merged = list(_listed(document.get("creators")))
    places = {item["id"]: place for place, item in enumerate(merged) if isinstance(item.get("id"), str)}
    replaced = [merged[places[creator["id"]]] for creator in creators if creator["id"] in places]
    lost = sorted({field for item in replaced for field in item} - {_field(column) for column in columns})
    for creator in creators:
        if creator["id"] in places:
            merged[places[creator["id"]]] = creator
        else:
            merged.append(creator)
    return {**document, "creators": merged}, list(_notices(len(creators), len(replaced), lost))


def _notices(count: int, replaced: int, lost: Sequence[str]) -> Iterator[Notice]:
    detail = f"{count - replaced} creators were added and {replaced} replaced."
    yield Notice("creators_imported", "/creators", detail)
    if lost:
        detail = f"Creators that were replaced have lost what the CSV has no column for: {', '.join(lost)}."
        yield Notice("fields_lost", "/creators", detail)


def _field(column: str) -> str:
    """Return the field of a creator that a column fills."""
    return "labels" if column.startswith("label:") else "comments" if column in _COMMENTS else column


def _read(text: str) -> tuple[list[str], list[Row], list[Problem]]:
    """Return the tidied column names, the rows that hold anything with their numbers, and cells without a column."""
    table = cells_of(text.removeprefix("\ufeff"))
    if not table or not any(cell.strip() for cell in table[0]):
        raise InputError([Problem("empty_file", "row 1", "there are no column names", "Write one line of them first.")])
    columns = [_tidy(name) for name in table[0]]
    while not columns[-1]:
        columns.pop()
    rows, problems = [], []
    for number, line in enumerate(table[1:], start=2):
        cells = [cell.strip() for cell in line]
        if any(cells):
            rows.append((number, dict(zip(columns, cells, strict=False))))
        if any(cells[len(columns) :]):
            detail = f"the row has more cells than there are columns ({len(columns)})"
            remedy = "Put a cell that contains the separator in double quotes."
            problems.append(Problem("extra_cells", f"row {number}", detail, remedy, cells[len(columns) :]))
    return columns, rows, problems


def _tidy(name: str) -> str:
    """Return a column name as the table above spells it; what follows ``label:`` stays as it is."""
    name = name.strip()
    if name.lower().startswith("label:"):
        return "label:" + name[len("label:") :].strip()
    bare = re.sub(r"[\s_-]+", "", name).lower()
    return next((column for column in _READERS if column.replace("_", "") == bare), name)


def _column_problems(columns: Sequence[str]) -> Iterator[Problem]:
    remedy = f"Use these: {', '.join(_READERS)}, label:NAME."
    for place, name in enumerate(columns, start=1):
        if name not in _READERS and not (name.startswith("label:") and len(name) > len("label:")):
            yield Problem("unknown_column", f"row 1, column {place}", "there is no such column", remedy, name)
        elif name in columns[: place - 1]:
            yield Problem("duplicate_column", f"row 1, column {name}", "the column stands twice", "Keep one.", name)
    if "id" not in columns:
        yield Problem("missing_column", "row 1", "there is no column id", "Add it: it identifies the creators.")


def _row_problems(rows: Sequence[Row]) -> Iterator[Problem]:
    if not rows:
        yield Problem("empty_file", "row 2", "there are no creators", "Write one row for each.")
    seen: dict[str, int] = {}
    for number, cells in rows:
        name = cells.get("id", "")
        if name in seen and name:
            detail = f"the creator stands in row {seen[name]} already"
            yield Problem("duplicate_id", f"row {number}, column id", detail, "Keep one row of them.", name)
        seen.setdefault(name, number)


def _creator(number: int, cells: dict[str, str], document: Record) -> tuple[Record, list[Problem]]:
    """Return one row as a creator record, and what is wrong with it."""
    record: Record = {"communities": []}
    faults = []
    for column, cell in cells.items():
        where = f"row {number}, column {column}"
        if column.startswith("label:") and cell:
            record.setdefault("labels", {})[column[len("label:") :]] = cell
        elif column in _READERS and cell:
            try:
                value = _READERS[column](cell)
            except ValueError as error:
                faults.append(Problem("bad_cell", where, str(error), "Correct the cell or empty it.", cell))
                continue
            if column in _COMMENTS:
                record.setdefault("comments", {})[_COMMENTS[column]] = value
            else:
                record[column] = value
    if not cells.get("id"):
        faults.append(Problem("missing_id", f"row {number}, column id", "the creator has no id", "Give one."))
    faults += [*_unknown_names(number, record, document), *_too_fine(number, record, document)]
    faulty = {fault.pointer for fault in faults}
    return record, faults + [fault for fault in _refused(number, record) if fault.pointer not in faulty]


def _unknown_names(number: int, record: Record, document: Record) -> Iterator[Problem]:
    """Yield the communities and services the scenario does not have."""
    communities = [str(item.get("id")) for item in _listed(document.get("communities"))]
    for name in record["communities"]:
        if name not in communities:
            where, remedy = f"row {number}, column communities", f"The scenario has: {', '.join(communities)}."
            yield Problem("unknown_community", where, "there is no such community", remedy, name)
    shipping = document.get("shipping")
    offered = shipping.get("services") if isinstance(shipping, dict) else None
    services = [str(item.get("id")) for item in _listed(offered)] or ["standard"]
    if "service" in record and record["service"] not in services:
        where, remedy = f"row {number}, column service", f"The scenario has: {', '.join(services)}."
        yield Problem("unknown_service", where, "there is no such service", remedy, record["service"])


def _too_fine(number: int, record: Record, document: Record) -> Iterator[Problem]:
    """Yield a fee with more decimals than money has: 1.200 is meant as one thousand two hundred by half of Europe."""
    digits = minor_digits(str(document.get("currency", "GBP")))
    if digits is not None and len(str(record.get("paid_fee", "")).partition(".")[2]) > digits:
        where, remedy = f"row {number}, column paid_fee", "Separate thousands by a comma or not at all."
        detail = f"the amount has more than {digits} decimals"
        yield Problem("bad_cell", where, detail, remedy, record["paid_fee"])


def _listed(value: Any) -> list[Record]:
    """Return the objects of a list; the whole document is checked once the creators are in it."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _refused(number: int, record: Record) -> Iterator[Problem]:
    """Yield what the scenario format itself refuses, by column."""
    try:
        Creator.model_validate(record)
    except ValidationError as error:
        columns = {field: column for column, field in _COMMENTS.items()}
        for fault in error.errors(include_url=False):
            names = [str(part) for part in fault["loc"]]
            column = columns.get(names[-1], names[0]) if names[0] == "comments" else names[0]
            column = "comments_sampled" if column == "comments" else column
            where = f"row {number}, column {column}"
            yield Problem("bad_cell", where, fault["msg"].lower(), "Correct the cell or empty it.", fault["input"])


def _names(cell: str) -> list[str]:
    return [name.strip() for name in re.split(r"[;|]", cell) if name.strip()]


def _accepts(cell: str) -> list[str]:
    names = [name.lower() for name in _names(cell)]
    if names in (["none"], ["nothing"]):
        return []
    if names == ["both"]:
        return ["gift", "paid"]
    if not set(names) <= {"gift", "paid"} or len(set(names)) < len(names):
        raise ValueError("should be gift, paid, both or none")
    return names


def _count(cell: str) -> int:
    if len(cell) > _LONGEST_COUNT or not re.fullmatch(r"\d{1,3}(?:([,. '\u00a0\u202f])\d{3}(?:\1\d{3})*)?|\d+", cell):
        raise ValueError("should be a whole number")
    return int(re.sub(r"\D", "", cell))


def _share(cell: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", cell)
    if not match:
        raise ValueError("should be a number from 0 to 1, or per cent")
    value = float(match[1]) / (100 if match[2] else 1)
    if value > 1:
        raise ValueError("should be a number from 0 to 1, or per cent")
    return value


def _amount(cell: str) -> str:
    match = re.fullmatch(rf"{_SIGN}((?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?){_SIGN}", cell)
    if not match:
        raise ValueError("should be an amount such as 180.00")
    return match[1].replace(",", "")


def _spans(cell: str) -> list[Record]:
    spans = []
    for text in _names(cell):
        first, dots, last = (part.strip() for part in text.partition(".."))
        spans.append({"start": first, "end": last if dots else first})
    return spans


_READERS: dict[str, Callable[[str], Any]] = {
    "id": str,
    "handle": str,
    "communities": _names,
    "tier": str.lower,
    "followers": _count,
    "embeddedness": _share,
    "comments_sampled": _count,
    "comments_substantive": _count,
    "creator_replies": _count,
    "organic_rate": _share,
    "paid_fee": _amount,
    "paid_reliability": _share,
    "accepts": _accepts,
    "service": str,
    "unavailable": _spans,
}
