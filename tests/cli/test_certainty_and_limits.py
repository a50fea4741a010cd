"""`certainty` and `limits` as they are typed."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.limits import CostOfLimits
from optimizer.plan import to_json
from tests.analysis.cases import solved, two
from tests.cli.conftest import Run
from tests.cli.launch import write

TIGHT = two(budget={"total": "90.00"})
SLOW = two(objective={"goal": "min_cost"})


def test_certainty_is_shown_and_written(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "certainty.json"
    ran = groundswell("certainty", write(tmp_path, TIGHT), "--confidences", "0.9,0.6, 0.3", "-o", out)
    assert ran.code == 0
    assert "£48.00" in ran.out
    assert "£24.00" in ran.out
    assert "impossible" in ran.out
    assert ran.err == f"Written to {out}.\n"
    written = PriceOfCertainty.model_validate_json(out.read_text())
    assert written.confidences == [0.3, 0.6, 0.9]
    assert written.totals == ["48.00", "96.00", None]


def test_limits_are_shown_and_written(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "limits.json"
    ran = groundswell("limits", write(tmp_path, TIGHT), "-o", out)
    assert ran.code == 0
    assert "value 2, cheapest plan £48.00; proven" in ran.out
    assert "£90.00 →" in ran.out
    assert "+£48.00" in ran.out
    written = CostOfLimits.model_validate_json(out.read_text())
    assert [(item.limit, item.value_gain) for item in written.limits] == [("budget_total", 1)]


@pytest.mark.parametrize("command", ["certainty", "limits"])
def test_json_alone_goes_to_stdout(groundswell: Run, tmp_path: Path, command: str) -> None:
    ran = groundswell(command, write(tmp_path, TIGHT), "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    answer = json.loads(ran.out)
    assert answer["scenario"]["name"] == "Small"
    if command == "limits":
        assert answer["limits"][0]["from"] == "90.00"


def test_a_solved_plan_is_taken(groundswell: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(to_json(solved(TIGHT).plan), encoding="utf-8")
    ran = groundswell("limits", write(tmp_path, TIGHT), "--plan", path)
    assert ran.code == 0
    assert "value 2, cheapest plan £48.00; proven" in ran.out


def test_the_plan_of_another_scenario_is_refused(groundswell: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(to_json(solved(two()).plan), encoding="utf-8")
    ran = groundswell("limits", write(tmp_path, TIGHT), "--plan", path)
    assert (ran.code, ran.out) == (2, "")
    assert "plan.json:" in ran.err
    assert "budget_total" in ran.err


@pytest.mark.parametrize(
    ("listed", "messages"),
    [
        ("0.8,much,1.5,0.8", ["options: 3 problems", '"much"', "1.5", "twice"]),
        (",", ["2 problems", "--confidences: "]),
        ("90", ["1 problem", "below 1"]),
        ("0.5,x", ["1 problem", '"x"']),
        ("x,0.5", ["1 problem", '"x"']),
        ("0.9,80%", ["1 problem", '"80%"']),
        ("", ["1 problem"]),
    ],
)
def test_all_bad_confidences_are_reported(groundswell: Run, tmp_path: Path, listed: str, messages: list[str]) -> None:
    ran = groundswell("certainty", write(tmp_path, TIGHT), "--confidences", listed)
    assert (ran.code, ran.out) == (2, "")
    assert all(part in ran.err for part in messages)


@pytest.mark.parametrize("command", ["certainty", "limits"])
@pytest.mark.parametrize(
    ("options", "message"),
    [(["--gap", "2"], "/gap"), (["-o", "/none/such.json"], "no_such_folder"), (["--plan", "x"], "")],
)
def test_bad_options_are_reported_before_any_search(
    groundswell: Run, tmp_path: Path, command: str, options: list[str], message: str
) -> None:
    ran = groundswell(command, write(tmp_path, TIGHT), *options)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_a_scenario_without_a_plan_ends_as_solve_would(groundswell: Run, tmp_path: Path) -> None:
    impossible = write(tmp_path, two(objective={"goal": "min_cost"}, budget={"total": "1.00"}))
    ran = groundswell("limits", impossible)
    assert ran.code == 3
    assert "groundswell solve" in ran.err
    assert "no plan: proven" in ran.out
    assert groundswell("limits", write(tmp_path, SLOW), "--time-limit", 1e-6).code == 4
    assert groundswell("certainty", write(tmp_path, SLOW), "--time-limit", 1e-6).code == 4


def signalled(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> None:
    """Send this process a signal as soon as an analysis starts its first step."""
    file = import_module(module)
    real: Callable[..., Any] = getattr(file, name)

    def interrupted(*given: Any, cancel: threading.Event, progress: Any, **named: Any) -> Any:
        def interrupt(step: Any) -> None:
            progress(step)
            if step.of:
                os.kill(os.getpid(), signal.SIGINT)
                assert cancel.wait(60)

        return real(*given, cancel=cancel, progress=interrupt, **named)

    monkeypatch.setattr(file, name, interrupted)


@pytest.mark.parametrize(
    ("command", "module", "name"),
    [
        ("certainty", "optimizer.analysis.certainty", "price_of_certainty"),
        ("limits", "optimizer.analysis.sensitivity.cost", "cost_of_limits"),
    ],
)
def test_an_interrupt_ends_with_what_is_known(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, module: str, name: str
) -> None:
    signalled(monkeypatch, module, name)
    out = tmp_path / "answer.json"
    ran = groundswell(command, write(tmp_path, TIGHT), "-o", out, "--workers", 1)
    assert ran.code == 130
    assert "Interrupted: ending with results so far" in ran.err
    assert ran.out
    assert json.loads(out.read_text())["run"]["workers"] == 1


def test_settings_reach_the_answer(groundswell: Run, tmp_path: Path) -> None:
    options = ["--time-limit", 9, "--seed", 7, "--workers", 2, "--format", "json", "--confidences", "0.3"]
    run = json.loads(groundswell("certainty", write(tmp_path, TIGHT), *options).out)["run"]
    assert (run["time_limit_seconds"], run["seed"], run["workers"]) == (9.0, 7, 2)


def test_certainty_together_is_shown_and_its_plans_are_written(groundswell: Run, tmp_path: Path) -> None:
    folder, out = tmp_path / "plans", tmp_path / "together.csv"
    ran = groundswell("certainty", write(tmp_path, TIGHT), "--together", "--plans", folder, "-o", out)
    assert ran.code == 0
    assert "left: everything at " in ran.out or "No total budget: everything at " in ran.out
    assert out.read_text(encoding="utf-8").startswith("\ufeffconfidence,status,cost,")
    plans = sorted(folder.glob("*.plan.json"))
    assert plans
    scenario = Path(str(plans[0]).replace(".plan.", ".scenario."))
    assert groundswell("verify", scenario, plans[0]).code == 0


@pytest.mark.parametrize("options", [["--plan", "p.json"], ["--plans", "p"], ["--together", "--png", "p.png"]])
def test_options_of_the_other_question_are_refused(groundswell: Run, tmp_path: Path, options: list[str]) -> None:
    ran = groundswell("certainty", write(tmp_path, TIGHT), *options)
    assert (ran.code, "[not_used]" in ran.err) == (2, True)
