"""Answers that were written by other commands, read back to stand in a report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.comparison import Comparison
from optimizer.answers.frontier import Frontier
from optimizer.commands.console import blaming
from optimizer.commands.inputs import document_at
from optimizer.errors import InputError, Problem
from optimizer.scenario.loading import model_from_data


class Answers(TypedDict, total=False):
    """What may stand in a report beside the plan."""

    frontier: Frontier
    certainty: PriceOfCertainty
    comparison: Comparison


def read_answers(files: Iterable[Path], fingerprint: str) -> Answers:
    """Return the answers in some files, of the scenario with this SHA-256; leave with all that is wrong with a file."""
    found: Answers = {}
    for file in files:
        with blaming(file):
            _read(file, fingerprint, found)
    return found


def _read(file: Path, fingerprint: str, found: Answers) -> None:
    """Add the answer in a file; which one it is tell its fields."""
    data = document_at(file)
    if "most_value" in data:
        found["frontier"] = model_from_data(Frontier, data)
        scenarios = {found["frontier"].scenario.sha256}
    elif "confidences" in data:
        found["certainty"] = model_from_data(PriceOfCertainty, data)
        scenarios = {found["certainty"].scenario.sha256}
    elif "differences" in data:
        found["comparison"] = model_from_data(Comparison, data)
        scenarios = {plan.scenario.sha256 for plan in found["comparison"].plans}
    else:
        detail = "is no frontier, price of certainty or comparison"
        remedy = "Name what frontier, certainty or compare wrote with -o."
        raise InputError([Problem("unknown_answer", "", detail, remedy)])
    if fingerprint not in scenarios:
        detail = "answers another scenario, or an earlier state of this one"
        raise InputError([Problem("other_scenario", "/scenario/sha256", detail, "Make it anew from this scenario.")])
