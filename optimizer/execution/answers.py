"""What else than solving runs in a process of its own: answers that may take much time or memory."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime

from optimizer.analysis.compare.comparing import Candidate, compare_plans
from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.imports import import_file
from optimizer.analysis.plan_files import decisions_from_data
from optimizer.execution.child import Tell
from optimizer.plan import Plan, to_json
from optimizer.scenario.loading import parse_scenario, scenario_from_data
from optimizer.solve.settings import Settings


def evaluation_of(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:  # noqa: ARG001
    """Return the plan that decisions make as JSON text.

    `text` is JSON: the `scenario`, and a `plan` of which the decisions are read.
    """
    asked = json.loads(text)
    scenario = scenario_from_data(asked["scenario"])
    decisions, starts = decisions_from_data(asked["plan"], scenario)
    del asked
    return to_json(evaluate(scenario, decisions, starts, settings))


def import_of(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:  # noqa: ARG001
    """Return what an uploaded file says as JSON text.

    `text` is JSON: the `file` in base64, the `scenario` that receives a list of creators or null, and the `mapping`.
    """
    asked = json.loads(text)
    content = b64decode(asked["file"])
    found = import_file(content, asked["scenario"], asked["mapping"], datetime.now(UTC).date())
    return found.model_dump_json()


def comparison_of(
    text: str,
    settings: Settings,  # noqa: ARG001
    tell: Tell,  # noqa: ARG001
    cancel: threading.Event,  # noqa: ARG001
    parts: Iterator[str],
) -> str:
    """Return the comparison of plans as JSON text, reading one after the other.

    `text` is JSON: a list with the `name` of each plan and whether its `scenario` is there, too. `parts` are the plans'
    texts, each followed by the text of its scenario where that is there.
    """
    return compare_plans(_candidate(entry, parts) for entry in json.loads(text)).model_dump_json()


def _candidate(entry: dict[str, str | bool], parts: Iterator[str]) -> Candidate:
    plan = Plan.model_validate_json(next(parts))
    return Candidate(str(entry["name"]), plan, parse_scenario(next(parts)) if entry["scenario"] else None)
