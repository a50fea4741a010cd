from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from optimizer.errors import VerificationError
from optimizer.plan import Diagnosis, Plan, to_json
from tests.cli.conftest import Run
from tests.cli.launch import document, plan, write

IMPOSSIBLE = document(objective={"goal": "min_cost"})
"""Infeasible: `bread` has to be secured and nobody can secure it."""


def planner(monkeypatch: pytest.MonkeyPatch, answer: Plan | Exception) -> list[Any]:
    """Replace the planner by one that gives this answer; return the list of settings it is called with."""
    asked: list[Any] = []

    def answering(_: object, settings: object, **__: object) -> Plan:
        asked.append(settings)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("optimizer.planner.make_plan", answering)
    return asked


def test_plan_is_written_and_shown(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    ran = groundswell("solve", write(tmp_path), "-o", out, "--time-limit", 20)
    assert ran.code == 0
    assert "1 of 2 activations secured for £91.95: 0 gifts, 1 paid" in ran.out
    assert "bread" in ran.out
    assert f"Written to {out}." in ran.err
    written = Plan.model_validate_json(out.read_text())
    assert written.certificate.verified
    assert [line.creator for line in written.assignments] == ["cat"]


def test_json_alone_goes_to_stdout(groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = plan()
    planner(monkeypatch, answer)
    ran = groundswell("solve", write(tmp_path), "--format", "json")
    assert ran == (0, to_json(answer), "")


def test_scenario_may_come_from_standard_input(groundswell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    planner(monkeypatch, plan())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(document()).encode())))
    assert groundswell("solve", "-").code == 0


def test_options_reach_the_planner(groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = planner(monkeypatch, plan())
    groundswell("solve", write(tmp_path), "--time-limit", 7, "--gap", 0.25, "--seed", 3, "--workers", 2)
    shown = {"time_limit_seconds": 7.0, "gap": 0.25, "seed": 3, "workers": 2, "diagnose_seconds": 1.0}
    expected = shown | {"method": "auto"}
    assert asked[0].model_dump() == expected


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--time-limit", "0"], ["/time_limit_seconds"]),
        (["--gap", "2", "--seed", "-1", "--workers", "0"], ["/gap", "/seed", "/workers"]),
        (["--gap", "nan"], ["/gap"]),
    ],
)
def test_all_impossible_options_are_reported(
    groundswell: Run, tmp_path: Path, options: list[str], named: list[str]
) -> None:
    ran = groundswell("solve", write(tmp_path), *options)
    assert ran.code == 2
    assert ran.out == ""
    assert all(name in ran.err for name in named)


@pytest.mark.parametrize("arguments", [["solve"], ["solve", "a", "b"], ["solve", "a", "--gap", "much"], ["nonsense"]])
def test_wrong_usage_is_bad_input(groundswell: Run, arguments: list[str]) -> None:
    ran = groundswell(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert "Usage: groundswell" in ran.err


def test_every_problem_of_a_bad_scenario_is_reported(groundswell: Run, tmp_path: Path) -> None:
    broken = document(horizon={"start": "2027-03-01"}, currency="XQX", surprise=1)
    ran = groundswell("solve", write(tmp_path, broken), "-o", tmp_path / "plan.json")
    assert ran.code == 2
    assert ran.out == ""
    assert "launch.json: 3 problems" in ran.err
    assert all(name in ran.err for name in ("/horizon/end", "/currency", "/surprise"))
    assert "Traceback" not in ran.err
    assert not (tmp_path / "plan.json").exists()


def test_missing_file_is_bad_input(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("solve", tmp_path / "none.json")
    assert ran.code == 2
    assert "no such file" in ran.err


def test_output_is_refused_before_anything_is_solved(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = planner(monkeypatch, plan())
    ran = groundswell("solve", write(tmp_path), "-o", tmp_path / "missing" / "plan.json")
    assert ran.code == 2
    assert "no_such_folder" in ran.err
    assert not asked


def test_infeasible_scenario_leaves_a_plan_file_with_its_diagnosis(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    ran = groundswell("solve", write(tmp_path, IMPOSSIBLE), "-o", out, "--time-limit", 10)
    assert ran.code == 3
    assert "Infeasible: proven" in ran.out
    assert "Infeasible" not in ran.err, "said once"
    assert "What stands in the way" in ran.out
    written = Plan.model_validate_json(out.read_text())
    assert written.status == "infeasible"
    assert written.diagnosis is not None
    assert [blocked.limit for blocked in written.diagnosis.blocked] == ["network"]


def test_infeasible_is_said_beside_json(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("solve", write(tmp_path, IMPOSSIBLE), "--time-limit", 10, "--format", "json")
    assert ran.code == 3
    assert "Infeasible: proven" in ran.err


def test_nothing_found_keeps_the_bounds(groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = plan([]).model_copy(update={"status": "unknown", "diagnosis": Diagnosis(blocked=[], ways_out=[])})
    planner(monkeypatch, nothing)
    ran = groundswell("solve", write(tmp_path), "-o", tmp_path / "plan.json")
    assert ran.code == 4
    assert "--time-limit" in ran.err
    assert Plan.model_validate_json((tmp_path / "plan.json").read_text()).status == "unknown"


def test_no_time_at_all_ends_without_an_error(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("solve", write(tmp_path, IMPOSSIBLE), "--time-limit", 0.001)
    assert ran.code in (3, 4)
    assert "Traceback" not in ran.err


def test_empty_plan_is_done_with_a_warning(groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planner(monkeypatch, plan([]))
    ran = groundswell("solve", write(tmp_path))
    assert ran.code == 0
    assert "Warning: no activation is secured" in ran.err
    assert "0 of 2 activations secured" in ran.out


def test_unexpected_error_is_reported_in_a_sentence(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner(monkeypatch, RuntimeError("the sky fell"))
    ran = groundswell("solve", write(tmp_path), "-o", tmp_path / "plan.json")
    assert ran.code == 1
    assert ran.out == ""
    assert "bug in groundswell: RuntimeError: the sky fell" in ran.err
    assert "report it" in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "plan.json").exists()


def test_unexpected_error_is_raised_when_debugging(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner(monkeypatch, RuntimeError("the sky fell"))
    monkeypatch.setenv("GROUNDSWELL_DEBUG", "1")
    with pytest.raises(RuntimeError, match="sky"):
        groundswell("solve", write(tmp_path))


def test_plan_that_fails_its_verification_is_withheld(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner(monkeypatch, VerificationError(["stock: 3 of 2 units"]))
    ran = groundswell("solve", write(tmp_path), "-o", tmp_path / "plan.json")
    assert ran.code == 1
    assert "stock: 3 of 2 units" in ran.err
    assert not (tmp_path / "plan.json").exists()


def test_same_scenario_and_seed_give_the_same_plan_with_any_number_of_workers(groundswell: Run, tmp_path: Path) -> None:
    plans = []
    for workers in (1, 3):
        groundswell("solve", write(tmp_path), "-o", tmp_path / "plan.json", "--workers", workers)
        plans.append(json.loads((tmp_path / "plan.json").read_text()))
        del plans[-1]["run"]
    assert plans[0] == plans[1]
