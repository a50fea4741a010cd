"""Scenarios and settings as the commands are given them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from optimizer.commands.console import blaming
from optimizer.errors import InputError, Problem
from optimizer.scenario.loading import model_from_data, parse_scenario, read_json, read_scenario
from optimizer.scenario.models import Scenario
from optimizer.scenario.reading import LARGEST_FILE_MB
from optimizer.solve.settings import Settings

STANDARD_INPUT = Path("-")


def scenario_at(path: Path) -> Scenario:
    """Return the scenario in a file, or on standard input for ``-``; raise InputError with all its problems."""
    return parse_scenario(_piped()) if path == STANDARD_INPUT else read_scenario(path)


def document_at(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, or on standard input for ``-``, its fields unchecked."""
    document = read_json(_piped() if path == STANDARD_INPUT else path)
    if not isinstance(document, dict):
        raise InputError([Problem("wrong_type", "", "this should be an object", "Name a scenario file.", document)])
    return document


def settings_of(**options: float | str | None) -> Settings:
    """Return the settings made of the options that were given; leave with all that is wrong with them."""
    given = {name: value for name, value in options.items() if value is not None}
    with blaming("options"):
        return model_from_data(Settings, given)


def _piped() -> bytes:
    return sys.stdin.buffer.read(LARGEST_FILE_MB * 2**20 + 1)
