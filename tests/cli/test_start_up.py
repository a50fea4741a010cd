"""What a command loads: one that solves nothing loads no solver, and a help loads only what its options need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.cli.application import COMMANDS
from optimizer.plan import to_json
from tests.cli.launch import plan, write

HEAVY = ("ortools", "pandas", "scipy.stats", "scipy.optimize", "altair", "distributed", "fastapi", "sqlalchemy")

RUN = """
import json, sys
from optimizer.cli import outcome
report = {}
for name, arguments in json.loads(sys.argv[1]).items():
    code = outcome(arguments)
    report[name] = [code, *(module for module in json.loads(sys.argv[2]) if module in sys.modules)]
print(json.dumps(report))
"""
"""Runs commands one after the other in a fresh interpreter and prints, for each, its exit code and what is loaded."""


def loaded(commands: dict[str, list[str]], watched: tuple[str, ...] = HEAVY) -> dict[str, list[object]]:
    """Return, for each command, its exit code and which of the watched modules are loaded once it has run."""
    interpreter = [sys.executable, "-c", RUN, json.dumps(commands), json.dumps(watched)]
    ran = subprocess.run(interpreter, capture_output=True, text=True, check=True)
    report: dict[str, list[object]] = json.loads(ran.stdout.splitlines()[-1])
    return report


def test_commands_that_solve_nothing_load_no_solver_and_no_pandas(tmp_path: Path) -> None:
    scenario, answer = str(write(tmp_path)), tmp_path / "plan.json"
    answer.write_text(to_json(plan()), encoding="utf-8")
    files = [scenario, str(answer)]
    commands = {
        "help": ["--help"],
        "validate": ["validate", scenario],
        "verify": ["verify", *files],
        "evaluate": ["evaluate", *files],
        "cash": ["cash", *files],
        "compare": ["compare", str(answer), str(answer)],
        **{target: ["export", *files, "--to", target] for target in ("csv", "briefs", "orders", "calendar")},
        "schema": ["schema", "plan"],
        "generate": ["generate", "--family", "S", "--seed", "1"],
    }
    assert loaded(commands) == {name: [0] for name in commands}


def test_the_help_of_all_commands_loads_less_than_pydantic() -> None:
    assert loaded({"help": ["--help"]}, ("ortools", "scipy", "numpy", "pydantic")) == {"help": [0]}


@pytest.mark.campaign
def test_the_help_of_a_command_loads_no_solver() -> None:
    commands = {name: [name, "--help"] for name in COMMANDS}
    assert loaded(commands) == {name: [0] for name in commands}


@pytest.mark.parametrize("option", ["--gap", pytest.param("--time-limit", marks=pytest.mark.campaign)])
def test_a_wrong_option_is_refused_before_the_solver_is_loaded(tmp_path: Path, option: str) -> None:
    scenario = str(write(tmp_path))
    commands = {name: [name, scenario, option, "-1"] for name in ("solve", "certainty", "limits", "frontier")}
    assert loaded(commands) == {name: [2] for name in commands}
