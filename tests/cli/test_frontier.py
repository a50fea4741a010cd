from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.analysis.plan_files import read_plan
from optimizer.answers.frontier import Frontier
from optimizer.cli.frontier import amounts
from optimizer.errors import InputError
from optimizer.scenario.loading import fingerprint, read_scenario
from tests.cli.conftest import Run
from tests.cli.launch import document, write


def test_a_frontier_is_shown_and_written_with_its_plans(groundswell: Run, tmp_path: Path) -> None:
    file, folder = tmp_path / "frontier.json", tmp_path / "plans"
    ran = groundswell("frontier", write(tmp_path), "--budgets", "1,60,500", "-o", file, "--plans", folder, "--gap", "0")
    assert ran.code == 0, ran.err
    frontier = Frontier.model_validate_json(file.read_text("utf-8"))
    assert [point.budget for point in frontier.points] == ["1.00", "60.00", "500.00"]
    assert frontier.points[0].value == 0
    assert (frontier.points[-1].value or 0) > 0
    assert "£500.00" in ran.out
    assert "Verified independently: 3 of 3 plans" in ran.out
    assert len(list(folder.iterdir())) == 6
    for point in frontier.points:
        scenario = read_scenario(folder / f"budget_{point.budget}.scenario.json")
        plan = read_plan(folder / f"budget_{point.budget}.plan.json")
        assert plan.scenario.sha256 == fingerprint(scenario)
        assert plan.objective.value == point.value
        assert (
            groundswell(
                "verify", folder / f"budget_{point.budget}.scenario.json", folder / f"budget_{point.budget}.plan.json"
            ).code
            == 0
        )


@pytest.mark.parametrize(("columns", "explained"), [("100", False), ("120", True)])
def test_a_column_that_is_not_shown_is_not_explained(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str, explained: bool
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ran = groundswell("frontier", write(tmp_path), "--budgets", "1,500")
    assert ("per 1,000)" in ran.out) == ("per 1,000 of the currency" in " ".join(ran.out.split())) == explained


def test_a_frontier_goes_into_a_spreadsheet(groundswell: Run, tmp_path: Path) -> None:
    file = tmp_path / "frontier.csv"
    ran = groundswell("frontier", write(tmp_path), "--budgets", "1,500", "--format", "csv", "-o", file)
    assert (ran.code, ran.err) == (0, f"Written to {file}.\n")
    head, first, *_ = ran.out.splitlines()
    assert head.startswith("budget,status,value,value_bound,cost,")
    assert first.startswith("1.00,optimal,0,0,0.00,")
    assert file.read_bytes().decode("utf-8-sig").splitlines() == ran.out.splitlines()


def test_budgets_are_chosen_where_none_are_named(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("frontier", write(tmp_path), "--format", "json")
    assert ran.code == 0
    points = json.loads(ran.out)["points"]
    assert 1 <= len(points) <= 12
    assert points[-1]["next_step"] is None


def test_it_is_proven_that_no_budget_buys_anything(groundswell: Run, tmp_path: Path) -> None:
    asked = document()
    for activation in asked["activations"]:
        activation["required"] = True
        activation["confidence"] = 0.999999
    ran = groundswell("frontier", write(tmp_path, asked), "--budgets", "1,2")
    assert ran.code == 3
    assert "impossible" in ran.out
    assert "There is no plan to verify" in ran.out


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("2000", [200_000]),
        ("3, 1.5,3", [150, 300]),
        ("2000:12000:11", [*range(200_000, 1_200_001, 100_000)]),
        ("1:2:4", [100, 133, 166, 200]),
    ],
)
def test_budgets_are_lists_or_ranges(text: str, minor: list[int]) -> None:
    assert amounts(text, "GBP") == minor


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "-1", "1.005", "NaN", "sNaN", "1e30", "1e999999", "-Infinity"),
        *("1:2", "1:2:1", "2:1:5", "1:2:x", "1:2:²", "1:2:9999", f"1:2:{'9' * 5000}"),
    ],
)
def test_other_texts_are_refused_as_budgets(text: str) -> None:
    with pytest.raises(InputError) as refused:
        amounts(text, "GBP")
    assert all(problem.pointer == "/budgets" for problem in refused.value.problems)


def test_every_wrong_amount_is_reported(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("frontier", write(tmp_path), "--budgets", "5,x,-2")
    assert ran.code == 2
    assert "options: 2 problems" in ran.err


def test_listed_and_chosen_budgets_exclude_each_other(groundswell: Run, tmp_path: Path) -> None:
    assert groundswell("frontier", write(tmp_path), "--budgets", "5", "--auto").code == 2
    assert groundswell("frontier", write(tmp_path), "--budgets", "5", "--points", "3").code == 2
    assert groundswell("frontier", write(tmp_path), "--auto", "--points", "3").code == 0
