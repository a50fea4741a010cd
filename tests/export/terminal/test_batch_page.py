from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from optimizer.answers.batch import JobFigures, JobRow
from optimizer.export.terminal.batch_page import MOST_NOTES, BatchPage, tally
from tests.export.answers import job

FIGURES = JobFigures(outcome="optimal", value=3, value_bound=3, cost="1234.50", gap=0.0)


def page(*rows: JobRow, width: int = 80) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, markup=False, highlight=False, emoji=False)
    console.print(BatchPage([row.asked for row in rows]).page(rows))
    return out.getvalue()


def row(figures: JobFigures = FIGURES, **changes: Any) -> JobRow:
    return JobRow(asked=job(**changes), found=figures)


def test_a_job_is_named_by_what_makes_it_another() -> None:
    jobs = [job(budget="2000.00"), job(budget="3000.00", seed=2), job("other.json", confidence=0.5)]
    view = BatchPage(jobs)
    assert view.title(jobs[1]) == "spring, budget £3,000.00, seed 2"
    assert BatchPage(jobs[1:]).title(jobs[2]) == "other", "jobs of different scenarios need no more"


def test_files_are_named_without_their_folders_where_that_is_enough() -> None:
    jobs = [job("spring/a.json"), job("autumn/b.json")]
    assert [BatchPage(jobs).title(one) for one in jobs] == ["a", "b"]
    jobs = [job("spring/a.json"), job("autumn/a.json")]
    assert [BatchPage(jobs).title(one) for one in jobs] == ["spring/a", "autumn/a"]


def test_columns_are_those_in_which_jobs_of_one_scenario_differ() -> None:
    shown = page(row(budget="2000.00"), row(budget="3000.00", label="board's wish", time_limit=9.0))
    head = shown.splitlines()[0].split()
    assert head == ["Scenario", "Budget", "Outcome", "Value", "Cost", "Gap"]
    assert "  board's wish, limit 9 s" in shown, "below the scenario, where there is room"
    assert page(row(), row(scenario="b.json", seed=2)).splitlines()[0].split() == [
        "Scenario",
        "Outcome",
        "Value",
        "Cost",
        "Gap",
    ]


def test_figures_fit_eighty_columns() -> None:
    long = "deep/a_rather_long_name_of_a_scenario_file.json"
    choices: dict[str, Any] = {
        "confidence": 0.5,
        "seed": 123,
        "label": "what the board has always wished for",
        "time_limit": 9.0,
    }
    shown = page(row(budget="2000.00"), row(budget="1000000.00", scenario=long), row(scenario=long, **choices))
    assert max(map(len, shown.splitlines())) <= 80
    assert "£1,000,000.00" in shown
    assert "a_rather" in shown
    assert "✓ optimal" in shown
    assert "3 / 3   £1,234.50    0%" in shown


def test_a_message_is_said_once_for_a_scenario() -> None:
    bad = JobFigures(outcome="bad_input", message="The scenario cannot be used: it is odd.")
    shown = page(
        row(bad, seed=1), row(bad, seed=2), row(bad, scenario="b.json"), row(JobFigures(outcome="open", message="x"))
    )
    assert shown.count("it is odd") == 2
    assert "spring (2 jobs)" in shown
    assert "✗ bad input" in shown
    assert "not solved yet" in shown


def test_many_messages_are_cut() -> None:
    bad = [
        row(JobFigures(outcome="failed", message=f"bug {number}"), scenario=f"s{number}.json") for number in range(25)
    ]
    assert f"{25 - MOST_NOTES} more are in the summary." in page(*bad)


def test_endings_are_counted_in_order() -> None:
    rows = [row(), row(JobFigures(outcome="failed")), row(), row(JobFigures(outcome="open"))]
    assert tally(rows) == "4 jobs: 2 optimal, 1 failed, 1 not solved yet."
    assert tally(rows[:1]) == "1 job: 1 optimal."


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        (FIGURES, "spring: optimal, value 3 of at most 3, £1,234.50, 1.5 s"),
        (JobFigures(outcome="failed", message="A bug."), "spring: failed, 1.5 s, A bug."),
        (None, "spring: not solved yet"),
    ],
)
def test_an_end_is_a_line(figures: JobFigures | None, line: str) -> None:
    assert BatchPage([job()]).line(job(), figures, 1.46) == line


def test_without_a_currency_amounts_are_as_written() -> None:
    shown = page(row(currency=None, budget="70.005"), row(currency=None, budget="80"))
    assert "70.005" in shown


def test_a_job_that_leaves_activations_out_says_how_many_are_secured() -> None:
    some = FIGURES.model_copy(update={"secured": 3, "activations": 4, "message": "Not secured: sourdough."})
    shown = page(row(some))
    assert "secured 3 of 4" in shown
    assert "Not secured: sourdough." in shown
    assert "secured" not in page(row(some.model_copy(update={"secured": 4, "message": ""})))


@pytest.mark.parametrize(("bound", "shown"), [(4, "3 / 4"), (None, "3"), (2, "3")])
def test_no_value_stands_above_its_bound(bound: int | None, shown: str) -> None:
    figures = FIGURES.model_copy(update={"value": 3, "value_bound": bound})
    assert f" {shown}  " in page(row(figures))
    line = BatchPage([job()]).line(job(), figures, 1.0)
    assert ("of at most" in line) is (bound == 4)
