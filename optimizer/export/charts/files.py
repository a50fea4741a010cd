"""The charts of a plan by name, and charts written to files."""

from __future__ import annotations

from pathlib import Path

from optimizer.answers.cash import CashView
from optimizer.errors import InputError, Problem
from optimizer.export.charts import render
from optimizer.export.charts.base import Chart
from optimizer.export.charts.months import cash_chart, months_chart, months_of
from optimizer.export.charts.posts import posts_chart
from optimizer.export.charts.timeline import timeline_chart
from optimizer.export.charts.together import together_chart
from optimizer.export.files import write_atomically
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario

SUFFIXES = (".png", ".svg")


def plan_charts(scenario: Scenario, plan: Plan, cash: CashView | None = None) -> dict[str, Chart]:
    """Return the charts of a plan by name, those without content left out.

    Parameters
    ----------
    cash
        The plan's cash view, where it was made already.
    """
    charts: dict[str, Chart] = {}
    if any(result.window for result in plan.activations):
        charts["timeline"] = timeline_chart(plan, scenario)
        charts["posts"] = posts_chart(plan, scenario)
    if len(plan.totals.secured_distribution) > 2:
        charts["together"] = together_chart(plan)
    if plan.cash:
        currency = plan.scenario.currency
        charts["cash"] = cash_chart(cash) if cash else months_chart(months_of(plan, scenario), currency)
    return charts


def check_picture(path: Path) -> None:
    """Refuse a file name with an unknown ending, before any work is done for it.

    Raises
    ------
    InputError
        If it ends neither in ``.png`` nor in ``.svg``.
    """
    if path.suffix.lower() not in SUFFIXES:
        detail = f"{path} is neither a PNG nor an SVG by its name."
        raise InputError([Problem("unknown_picture", "", detail, "End the name in .png or .svg.")])


def write_chart(path: Path, chart: Chart) -> None:
    """Write a chart as PNG or SVG, by the ending of the file name, whole or not at all.

    Raises
    ------
    InputError
        If the ending is unknown or the file cannot be written.
    """
    check_picture(path)
    write_atomically(path, render.png(chart) if path.suffix.lower() == ".png" else render.svg(chart))
