"""The sheet of waterfalls: from the baseline's cost to that of every other plan, as formulas and as charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from optimizer.export.workbook.plans_tables import NamedPlan
from optimizer.export.workbook.sheet import Style, printed, put
from optimizer.plan import Plan

HEADS = ("Step", "Change", "Level after it", "Below", "Cost of a plan", "Costs more", "Costs less")
STEP, CHANGE, AFTER, BELOW, WHOLE, MORE, LESS = range(len(HEADS))
PARTS = ("product", "shipping", "fees")
ROWS = 18
"""Rows of a block: the chart beside the table needs most of them."""
COLOURS = {WHOLE: "#33475B", MORE: "#C2571A", LESS: "#7FA7C9"}


def waterfalls(
    book: Workbook, sheet: Worksheet, style: Style, plans: Sequence[NamedPlan], places: Mapping[str, int]
) -> None:
    """Write a block per plan after the baseline.

    Parameters
    ----------
    places
        Rows of the summary that hold product, shipping, fees and what is spent.
    """
    sheet.set_column(STEP, STEP, 24)
    sheet.set_column(CHANGE, AFTER, 15)
    sheet.set_column(BELOW, LESS, 15, None, {"hidden": True})
    printed(sheet)
    baseline = plans[0]
    for number, other in enumerate(plans[1:], start=2):
        row = (number - 2) * ROWS
        title = f"From {baseline.name} to {other.name}"
        put(sheet, (row, 0), title, style, bold=True, font_size=13, text_wrap=False)
        if baseline.plan.totals.cost is None or other.plan.totals.cost is None:
            put(sheet, (row + 1, 0), "One of the two is no plan and has no cost.", style, text_wrap=False)
            continue
        _block(sheet, style, row + 1, (baseline, other), number, places)
        sheet.insert_chart(row, len(HEADS), _chart(book, style, title, row + 2), {"y_offset": 4})
    breaks = [number * ROWS for number in range(2, len(plans) - 1, 2)]
    if breaks:
        sheet.set_h_pagebreaks(breaks)


def _block(
    sheet: Worksheet,
    style: Style,
    row: int,
    pair: tuple[NamedPlan, NamedPlan],
    column: int,
    places: Mapping[str, int],
) -> None:
    """Write the steps; the level after the last change is the cost of the other plan."""
    baseline, other = pair
    for place, head in enumerate(HEADS):
        align = "right" if place else "left"
        put(sheet, (row, place), head, style, bold=True, bottom=1, bg_color="#E8EEF4", align=align)
    before, after = _parts(baseline.plan), _parts(other.plan)
    bars = [sum(before, Decimal(0)), *(late - early for late, early in zip(after, before, strict=True))]
    spent = places["spent"]
    formulas = [f"=Summary!{xl_rowcol_to_cell(spent, 1)}"]
    for part in PARTS:
        here, there = (f"Summary!{xl_rowcol_to_cell(places[part], place)}" for place in (column, 1))
        formulas.append(f"={here}-{there}")
    names = [baseline.name, "Product", "Shipping", "Fees"]
    for number, (name, formula, bar, level) in enumerate(
        zip(names, formulas, bars, accumulate(bars), strict=True), start=row + 1
    ):
        put(sheet, (number, STEP), name, style)
        _amount(sheet, style, (number, CHANGE), formula, bar)
        first = number == row + 1
        change, above = xl_rowcol_to_cell(number, CHANGE), xl_rowcol_to_cell(number - 1, AFTER)
        _amount(sheet, style, (number, AFTER), f"={change}" if first else f"={above}+{change}", level)
        _bar(sheet, style, number, bar, level, whole=first)
    last = row + 1 + len(names)
    put(sheet, (last, STEP), other.name, style, bold=True)
    whole = sum(after, Decimal(0))
    _amount(sheet, style, (last, CHANGE), f"=Summary!{xl_rowcol_to_cell(spent, column)}", whole)
    _amount(sheet, style, (last, AFTER), f"={xl_rowcol_to_cell(last, CHANGE)}", whole)
    _bar(sheet, style, last, whole, whole, whole=True)


def _bar(sheet: Worksheet, style: Style, row: int, change: Decimal, level: Decimal, *, whole: bool) -> None:
    """Write the parts of a bar that the chart stacks: the empty one below, and one of the three that are seen."""
    here, after, before = (
        xl_rowcol_to_cell(row, CHANGE),
        xl_rowcol_to_cell(row, AFTER),
        xl_rowcol_to_cell(row - 1, AFTER),
    )
    if whole:
        _amount(sheet, style, (row, WHOLE), f"={here}", change)
        return
    _amount(sheet, style, (row, BELOW), f"=MIN({after},{before})", min(level, level - change))
    _amount(sheet, style, (row, MORE), f"=MAX({here},0)", max(change, Decimal(0)))
    _amount(sheet, style, (row, LESS), f"=MAX(-{here},0)", max(-change, Decimal(0)))


def _amount(sheet: Worksheet, style: Style, place: tuple[int, int], formula: str, value: Decimal | int) -> None:
    sheet.write_formula(*place, formula, style.get("money"), float(value))


def _parts(plan: Plan) -> list[Decimal]:
    totals = plan.totals
    return [Decimal(text or 0) for text in (totals.product, totals.shipping, totals.fees)]


def _chart(book: Workbook, style: Style, title: str, first: int) -> object:
    """Return the waterfall as stacked columns, the lowest of which is not drawn."""
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    last = first + len(PARTS) + 1
    for place in (BELOW, WHOLE, MORE, LESS):
        fill = {"none": True} if place == BELOW else {"color": COLOURS[place]}
        chart.add_series(
            {
                "name": HEADS[place],
                "categories": ["Waterfalls", first, STEP, last, STEP],
                "values": ["Waterfalls", first, place, last, place],
                "fill": fill,
                "border": {"none": True},
                "gap": 40,
            }
        )
    chart.show_hidden_data()
    chart.set_title({"name": title, "overlay": False, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom", "delete_series": [0]})
    chart.set_y_axis({"num_format": style.shown["money"], "major_gridlines": {"visible": True, "line": {"width": 0.5}}})
    chart.set_size({"width": 560, "height": 330})
    return chart
