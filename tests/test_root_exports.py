"""What `import optimizer` gives a notebook or another program: for good, typed, and loaded only when used."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import assert_type, get_type_hints

import pytest

import optimizer
from optimizer import Plan, Scenario, Settings, make_plan, read_scenario, to_json
from optimizer.solve.control import Progress

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "scenarios" / "trail_launch.json"


def test_a_notebook_plans_with_the_names_of_the_root() -> None:
    scenario = read_scenario(EXAMPLE)
    assert isinstance(scenario, Scenario)
    phases: list[str] = []
    plan = make_plan(scenario, Settings(time_limit_seconds=30), progress=lambda moment: phases.append(moment.phase))
    assert isinstance(plan, Plan)
    assert plan.status == "optimal"
    assert phases
    assert Plan.model_validate_json(to_json(plan)) == plan


def test_a_path_may_be_text() -> None:
    assert read_scenario(str(EXAMPLE)) == read_scenario(EXAMPLE)


def test_the_signatures_stay() -> None:
    parameters = inspect.signature(make_plan).parameters
    assert list(parameters) == ["scenario", "settings", "progress", "cancel", "start", "keep"]
    assert parameters["settings"].default is None
    assert all(parameters[name].kind is inspect.Parameter.KEYWORD_ONLY for name in list(parameters)[2:])
    assert list(inspect.signature(read_scenario).parameters) == ["path"]
    assert list(inspect.signature(to_json).parameters) == ["document"]
    assert get_type_hints(read_scenario)["return"] is Scenario


def test_every_name_is_listed() -> None:
    assert set(optimizer.__all__) == {"make_plan", "read_scenario", "to_json", "Settings", "Plan", "Scenario"}
    assert set(optimizer.__all__) <= set(dir(optimizer))
    assert all(inspect.getdoc(getattr(optimizer, name)) for name in optimizer.__all__)


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'make_plans'"):
        _ = optimizer.make_plans  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_installation() -> None:
    assert optimizer.__version__ == version("groundswell")


def test_a_strict_type_checker_knows_the_names_and_their_types() -> None:
    """mypy --strict checks this body: `assert_type`, and that each `type: ignore` hides just the error it names."""
    scenario = assert_type(read_scenario(EXAMPLE), Scenario)
    cancel = threading.Event()
    cancel.set()
    phases: list[str] = []
    progress: Callable[[Progress], None] = lambda moment: phases.append(moment.phase)  # noqa: E731
    plan = assert_type(make_plan(scenario, Settings(seed=2), progress=progress, cancel=cancel), Plan)
    assert_type(plan.certificate.verified, bool)
    assert_type(to_json(plan), str)
    assert_type(optimizer.__version__, str)
    with pytest.raises(TypeError, match="budget"):
        make_plan(scenario, budget=3)  # type: ignore[call-arg]


def test_the_import_alone_loads_nothing_heavy() -> None:
    heavy = ("ortools", "scipy", "numpy", "pandas", "pydantic", "optimizer.plan")
    code = f"import sys, optimizer; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert out.strip() == "[]"
