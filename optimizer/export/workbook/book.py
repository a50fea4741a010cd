"""The workbook: five sheets whose totals are formulas, for those who check the money.

Every formula is stored with its value, for readers that do not calculate. Equal plans give equal bytes, as no time of
writing is stored.
"""

from __future__ import annotations

import io
from datetime import datetime, time

from xlsxwriter import Workbook

from optimizer.export import plan_tables, statements
from optimizer.export.tables import Column, Table, Value
from optimizer.export.workbook.sheet import Style, TableSheet, put
from optimizer.export.workbook.summary import Summary
from optimizer.plan import Plan, Simulation
from optimizer.scenario.models import Scenario

_CHECKS = (
    Column("rule", "Rule", "text"),
    Column("ok", "Kept", "flag"),
    Column("detail", "What was compared", "text"),
)
_SIMULATED = (
    Column("activation", "Activation", "text"),
    Column("probability", "Chance, simulated", "probability"),
    Column("standard_error", "Standard error", "probability"),
)


def workbook(scenario: Scenario, plan: Plan) -> bytes:
    """Return a plan as a workbook.

    Parameters
    ----------
    scenario, plan
        The plan and what it answers; a plan that is not verified is marked as such.

    Returns
    -------
    bytes
        The content of an ``.xlsx`` file, equal for equal plans.
    """
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties(
        {
            "title": plan.scenario.name[:255],
            "comments": f"groundswell plan of the scenario {plan.scenario.sha256}",
            # Excel needs a day; the first of the horizon keeps equal plans equal.
            "created": datetime.combine(scenario.horizon.start, time()),
        }
    )
    style = Style(book, plan.scenario.currency)
    summary = Summary(book, style, scenario, plan)
    activations = TableSheet(book, "Activations", plan_tables.activations(scenario, plan), style)
    creators = TableSheet(book, "Creators", plan_tables.assignments(scenario, plan), style)
    cash = TableSheet(book, "Cash by month", plan_tables.months(plan.cash), style)
    for sheet in (activations, creators, cash):
        sheet.write()
    _certificate(book, plan, style)
    parts = {"Creators": (creators, "cost"), "Activations": (activations, "cost"), "Cash by month": (cash, "total")}
    summary.write(parts)
    book.close()
    return out.getvalue()


def _certificate(book: Workbook, plan: Plan, style: Style) -> None:
    """Write the judgement of the verifier rule by rule, and the simulation below it."""
    judged = [] if statements.nothing_to_verify(plan) else plan.certificate.checks
    checks = Table(_CHECKS, [[check.rule, check.ok, check.detail] for check in judged])
    sheet = TableSheet(book, "Certificate", checks, style)
    row = sheet.write(totals=False)
    if plan.certificate.simulation is not None:
        _simulation(sheet, row + 1, plan.certificate.simulation, style)


def _simulation(sheet: TableSheet, row: int, simulation: Simulation, style: Style) -> None:
    said = f"Simulation: {simulation.draws:,} campaigns, seed {simulation.seed}"
    put(sheet.sheet, (row, 0), said, style, bold=True, text_wrap=False)
    sheet.sheet.set_column(1, 1, 18)
    for place, column in enumerate(_SIMULATED):
        put(sheet.sheet, (row + 1, place), column.title, style, bold=True, bottom=1)
    for number, line in enumerate(simulation.activations, start=row + 2):
        values: tuple[Value, ...] = (line.activation, line.probability, line.standard_error)
        for place, value in enumerate(values):
            put(sheet.sheet, (number, place), value, style, _SIMULATED[place].kind, align="left")
