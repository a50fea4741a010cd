"""``groundswell cash``: when the money of a plan goes, for what, for whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from optimizer.analysis.cash import cash_view
from optimizer.analysis.plan_files import read_plan
from optimizer.answers.common import to_json
from optimizer.commands.console import ExitCode, blaming, say, show, show_text
from optimizer.commands.inputs import scenario_at
from optimizer.commands.outputs import check_output
from optimizer.commands.pictures import check_picture_file, draw
from optimizer.export.cash import cash_csv, cash_page
from optimizer.export.files import write_atomically

if TYPE_CHECKING:
    from optimizer.answers.cash import CashView
    from optimizer.export.charts.base import Chart

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes a CSV file for another encoding than UTF-8."""


def cash(
    source: Path, plan_file: Path, output: Path | None, chart: Path | None, shown: Literal["table", "json", "csv"]
) -> ExitCode:
    """Show the cash view of a plan; to a file it goes as CSV where its name ends in .csv, else as JSON."""
    check_picture_file(chart, source, plan_file, output)
    check_output(output, source, plan_file)
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        view = cash_view(scenario, read_plan(plan_file))
    if output is not None:
        text = BYTE_ORDER_MARK + cash_csv(view) if output.suffix.lower() == ".csv" else to_json(view)
        with blaming(output):
            write_atomically(output, text)
        say(f"Cash view written to {output}.")
    draw(chart, lambda: _chart(view))
    if shown == "table":
        show(cash_page(view))
    else:
        show_text(cash_csv(view) if shown == "csv" else to_json(view))
    return ExitCode.DONE


def _chart(view: CashView) -> Chart:
    from optimizer.export.charts.cash import cash_chart  # noqa: PLC0415

    return cash_chart(view)
