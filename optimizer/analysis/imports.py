"""An uploaded file as a scenario: a function of its content, for services that let people send spreadsheets.

What is wrong with the file is part of the answer, not an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from optimizer.answers.imports import ColumnRead, Imported, ImportNotice, ImportProblem
from optimizer.errors import InputError, Notice, Problem
from optimizer.scenario.creator_list.columns import parse_mapping
from optimizer.scenario.creator_list.importing import Wishes
from optimizer.scenario.creator_list.importing import import_creators as merged
from optimizer.scenario.creator_list.skeleton import skeleton
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.template import examples_left
from optimizer.scenario.workbook.outcome import Reading
from optimizer.scenario.workbook.reading import read_workbook
from optimizer.tables.workbooks import is_workbook


def import_file(content: bytes, scenario: dict[str, Any] | None, mapping: Mapping[str, str], today: date) -> Imported:
    """Return what a file says: a workbook that is a scenario, or a list of creators.

    Parameters
    ----------
    content
        Of the file.
    scenario
        Receives the creators of a list; None for a new one.
    mapping
        Fields by headings of a list.
    today
        A new scenario begins after it.
    """
    if scenario is None and not mapping and is_workbook(content):
        try:
            return _workbook(read_workbook(content))
        except InputError as error:
            if {problem.code for problem in error.problems} != {"not_a_scenario"}:
                return Imported(kind="workbook", problems=_problems(error.problems))
    try:
        return _creators(content, scenario, mapping, today)
    except InputError as error:
        return Imported(kind="creators", problems=_problems(error.problems))


def _workbook(reading: Reading) -> Imported:
    """Return the answer for a workbook that was read, checked as everywhere."""
    problems = list(reading.problems)
    try:
        scenario_from_data(reading.document)
    except InputError as error:
        problems += error.problems
    return Imported(
        kind="workbook",
        scenario=None if problems else reading.document,
        read=[ColumnRead(sheet=each.sheet, heading=each.title, field=each.field) for each in reading.columns],
        notices=_notices([*reading.notices, *examples_left(reading.document)]),
        problems=_problems(reading.judged(problems)),
    )


def _creators(content: bytes, scenario: dict[str, Any] | None, mapping: Mapping[str, str], today: date) -> Imported:
    fields = parse_mapping([f"{heading}={field}" for heading, field in mapping.items()])
    document, notices = scenario, list[Notice]()
    if document is None:
        document, placeholders = skeleton("Imported creators", "GBP", today)
        notices = [placeholders]
    found = merged(content, document, Wishes(fields, open_communities=scenario is None))
    return Imported(
        kind="creators",
        scenario=found.document,
        read=[ColumnRead(sheet="", heading=use.name, field=use.field) for use in found.columns],
        notices=_notices([*notices, *found.notices]),
    )


def _notices(notices: Iterable[Notice]) -> list[ImportNotice]:
    return [ImportNotice(code=each.code, pointer=each.pointer, detail=each.detail) for each in notices]


def _problems(problems: Iterable[Problem]) -> list[ImportProblem]:
    return [_problem(each) for each in problems]


def _problem(problem: Problem) -> ImportProblem:
    """Return a problem as an answer has it; of a list, the pointer of a problem is its place."""
    fields = vars(problem)
    if problem.pointer and not problem.pointer.startswith("/"):
        fields = {**fields, "pointer": "", "place": problem.pointer}
    return ImportProblem(**fields)
