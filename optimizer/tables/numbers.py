"""Counts, shares and amounts as people write them in cells, decimal marks told by the column.

``1.250`` may be one thousand two hundred and fifty, or one and a quarter. Other cells of the column, then of the file,
tell which mark is decimal: ``31,5`` does, and so does ``1.250,00``. Where none does, a comma before three digits
separates thousands, as in English lists, and a point is doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from optimizer.tables.currencies import is_money, marks_of
from optimizer.tables.grid import Value, shown

_BLANKS = " \u00a0\u202f\u2009"
_GROUPERS = _BLANKS + "'’_"
_NUMERAL = re.compile(rf"[0-9][0-9.,{_GROUPERS}]*(?<![{_GROUPERS}])|[.,][0-9]+")
_GROUPED = re.compile(rf"[0-9]{{1,3}}(?:([{_GROUPERS}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?=[.,]|$)")
_GROUPS = {mark: re.compile(rf"[0-9]{{1,3}}(?:\{mark}[0-9]{{2,3}})*\{mark}[0-9]{{3}}") for mark in ".,"}
_STEPS = {
    **dict.fromkeys(("k", "tsd", "tys"), 3),
    **dict.fromkeys(("m", "mio", "mln", "mill", "million", "millions"), 6),
    **dict.fromkeys(("b", "bn", "mrd", "mld"), 9),
}
_STEPPED = re.compile(rf"({_NUMERAL.pattern})\s*([A-Za-z]+)\.?")
_PER_CENT = re.compile(rf"({_NUMERAL.pattern})\s*[%％]")
_AROUND = re.compile(r"([^0-9.,]*?)\s*([0-9.,].*?[0-9]|[0-9])\s*([.,][-–—])?\s*([^0-9]*)", re.DOTALL)
_LONGEST = 40
LARGEST_COUNT = 10**12


class CellError(ValueError):
    """A cell that cannot be read for certain: what is wrong, and what to do."""

    def __init__(self, detail: str, remedy: str = "Correct the cell or empty it."):
        super().__init__(detail)
        self.detail, self.remedy = detail, remedy


@dataclass(frozen=True)
class Notation:
    """Which decimal marks cells prove, and which stand where they may separate thousands instead.

    `comma_groups`: where nothing is proven, a comma before three digits separates thousands, as in English lists; not
    in files that separate cells by semicolons or tabs, which programs of other languages write.
    """

    proven: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    comma_groups: bool = True

    @property
    def decimal(self) -> str | None:
        """The decimal mark, None where none or both are proven."""
        return next(iter(self.proven)) if len(self.proven) == 1 else None

    def __or__(self, other: Notation) -> Notation:
        groups = self.comma_groups and other.comma_groups
        return Notation(self.proven | other.proven, self.unclear | other.unclear, groups)


NO_NOTATION = Notation()


def notation(cells: Iterable[Value], *, shares: bool = False) -> Notation:
    """Return what the numbers of a column prove.

    Parameters
    ----------
    cells
        The cells of the column; what is no number proves nothing.
    shares
        Numbers up to 1 or per cent, which have no thousands to separate.

    Examples
    --------
    >>> notation(["31,5", "4.200"]).decimal, notation(["4.200", "980"]).decimal
    (',', None)
    """
    proven, unclear = set(), set()
    for cell in {cell for cell in cells if isinstance(cell, str)}:
        if len(cell) > _LONGEST or cell.isdigit():
            continue
        for match in _NUMERAL.finditer(cell):
            text = match[0].rstrip(".,")
            mark = _proof(text, shares=shares)
            if mark is not None:
                proven.add(mark)
            elif re.search("[.,]", text):
                unclear.add("," if "," in text else ".")
    return Notation(frozenset(proven), frozenset(unclear))


def _proof(text: str, *, shares: bool = False) -> str | None:
    """Return the decimal mark that a numeral proves by itself, None where it has none or may not have one."""
    marks = [character for character in text if character in ".,"]
    if len(set(marks)) == 2:
        return marks[-1] if marks.count(marks[-1]) == 1 else None
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    if not marks:
        return None
    head, tail = re.split("[.,]", text)
    maybe_thousands = len(tail) == 3 and 1 <= len(head) <= 3 and head[0] != "0"
    return None if maybe_thousands and not shares else marks[0]


def _decimal(text: str, style: Notation, *, thousands: bool) -> Decimal:
    """Return a numeral's value; `thousands`: a comma that may separate thousands does where nothing speaks against."""
    grouped = _GROUPED.match(text)
    if grouped:
        text = re.sub(f"[{_GROUPERS}]", "", grouped[0]) + text[grouped.end() :]
    if not re.fullmatch(r"[0-9.,]+", text):
        raise CellError("the digits are not grouped by threes")
    mark = _proof(text)
    if mark is None and re.search("[.,]", text):
        mark = style.decimal or _usual(text, style, thousands=thousands)
    grouping = "." if mark == "," else ","
    whole, _, rest = text.partition(mark) if mark else (text, "", "")
    if (grouping in whole and not _GROUPS[grouping].fullmatch(whole)) or grouping in rest:
        raise CellError("the digits are not grouped by threes")
    return Decimal(f"{whole.replace(grouping, '') or '0'}.{rest or '0'}" if rest else whole.replace(grouping, ""))


def _usual(text: str, style: Notation, *, thousands: bool) -> str:
    if thousands and "," in text and style.unclear <= {","} and not style.proven:
        return "."
    number = re.sub("[.,]", "", text)
    raise CellError(
        f"this may be {number} or have three decimals",
        f"Write {number} if that is meant, or say with --decimal which mark is decimal.",
    )


def count(value: Value, style: Notation = NO_NOTATION) -> int:
    """Return a whole number of things; raise `CellError` where a cell is none.

    Examples
    --------
    >>> count("12.5K"), count("1.2M"), count("18000.0"), count("12,300"), count(4200.0)
    (12500, 1200000, 18000, 12300, 4200)
    """
    if isinstance(value, str) and len(value) <= 12 and value.isascii() and value.isdigit():
        return int(value)
    number = _number(value, "should be a whole number")
    if isinstance(number, str):
        stepped = _STEPPED.fullmatch(number)
        power = _STEPS.get(stepped[2].lower()) if stepped else 0
        if power is None or not (stepped or _NUMERAL.fullmatch(number)):
            raise CellError("should be a whole number")
        text = stepped[1] if stepped else number
        number = _decimal(text, style, thousands=stepped is None and style.comma_groups).scaleb(power)
    if number != number.to_integral_value():
        raise CellError("should be a whole number; this has decimals, as an average has")
    if number > LARGEST_COUNT:
        raise CellError("is far too large a number")
    return int(number)


def share(value: Value, style: Notation = NO_NOTATION, *, per_cent: bool = False) -> float:
    """Return a share from 0 to 1; raise `CellError` where a cell is none.

    Parameters
    ----------
    value, style
        The cell, and what its column proves.
    per_cent
        The column's name says that its bare numbers are per cent.

    Examples
    --------
    >>> share("31 %"), share("0,315"), share("3.4", per_cent=True)
    (0.31, 0.315, 0.034)
    """
    detail = "should be a number from 0 to 1, or per cent"
    number = _number(value, detail)
    if isinstance(number, str):
        marked = _PER_CENT.fullmatch(number)
        if not marked and not _NUMERAL.fullmatch(number):
            raise CellError(detail)
        per_cent = per_cent or bool(marked)
        text = marked[1] if marked else number
        mark = _proof(text, shares=True)
        number = _decimal(text, Notation(frozenset(mark or "")) if mark else style, thousands=False)
    if per_cent:
        number /= 100
    if number > 1:
        percent = f"{number.normalize():f}"
        remedy = f"Write {percent} % if per cent is meant." if not per_cent and number <= 100 else "Correct it."
        raise CellError(detail, remedy)
    return float(number)


def amount(value: Value, currency: str, digits: int, style: Notation = NO_NOTATION) -> str:
    """Return an amount of money as a plain decimal string; raise `CellError` where a cell is none in this currency.

    Parameters
    ----------
    value, style
        The cell, and what its column proves.
    currency, digits
        The only currency whose sign or code may stand there, and its decimals.

    Examples
    --------
    >>> amount("£1,250.00", "GBP", 2), amount("180,00 €", "EUR", 2), amount(180.5, "GBP", 2)
    ('1250.00', '180.00', '180.5')
    """
    detail = "should be an amount such as 180.00"
    number = _number(value, detail)
    if isinstance(number, str):
        around = _AROUND.fullmatch(number)
        if not around or not _NUMERAL.fullmatch(around[2]):
            raise CellError(detail)
        _check_currency({around[1].strip(), around[4].strip()} - {""}, currency, detail)
        number = _decimal(around[2], style, thousands=digits != 3)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > digits:
        raise CellError(f"the amount has more than {digits} decimals", "Separate thousands by a comma or not at all.")
    return f"{number:f}"


def _check_currency(found: set[str], currency: str, detail: str) -> None:
    """Raise `CellError` where anything but the currency's own sign or code stands beside a number."""
    own = marks_of(currency)
    for mark in found:
        if mark.upper().rstrip(".") not in own:
            if is_money(mark):
                remedy = f"Write what it is in {currency}, or empty the cell."
                raise CellError(f"the scenario's currency is {currency}, this is another", remedy)
            raise CellError(detail, "Write the number alone, or with its currency.")


def _number(value: Value, detail: str) -> Decimal | str:
    """Return a number of a workbook exactly as it shows, or a text still to be read."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        made = "the spreadsheet has made this a date" if hasattr(value, "isoformat") else detail
        raise CellError(made, "Format the column as text or number, and write the cell anew.")
    if isinstance(value, str):
        text = shown(value)
        if len(text) > _LONGEST:
            raise CellError(detail)
        return text
    number = Decimal(f"{value:.15g}")
    if not number.is_finite() or number < 0 or number > LARGEST_COUNT * 1000:
        raise CellError(detail)
    return number
