"""``baseline``, ``compare`` and ``cash``: from a rule's plan to ours, through files."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from optimizer.answers.cash import CashView
from optimizer.answers.comparison import Comparison
from optimizer.plan import Plan, to_json
from tests.analysis.edits import without_plan
from tests.cli.conftest import Run
from tests.cli.launch import decision, document, plan, write


def written(folder: Path, name: str, content: Plan) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(to_json(content), encoding="utf-8")
    return path


def test_baseline_writes_a_judged_plan(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "sheet.json"
    ran = groundswell("baseline", write(tmp_path), "--rule", "pessimist", "-o", out)
    assert ran.code == 0
    assert "0 of 2 activations secured for £0.00" in ran.out
    assert f"Written to {out}." in ran.err
    assert Plan.model_validate_json(out.read_text()).run.method == "baseline: pessimist"


def test_baseline_that_breaks_rules_is_a_result_with_a_warning(groundswell: Run, tmp_path: Path) -> None:
    tight = document(budget={"total": "10.00"}, objective={"goal": "min_cost"})
    tight["posting"] = {"organic_rate": {"low": 0.5, "high": 0.6}}
    ran = groundswell("baseline", write(tmp_path, tight), "--rule", "pessimist", "--format", "json")
    assert ran.code == 0
    assert "breaks rules" in ran.err
    plan_made = Plan.model_validate_json(ran.out)
    assert {"budget_total", "required"} <= {check.rule for check in plan_made.certificate.checks if not check.ok}


def test_greedy_is_offered(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("baseline", write(tmp_path), "--rule", "greedy")
    assert (ran.code, ran.err) == (0, "")
    assert "keeps every rule" in ran.out
    assert "1 of 2 activations secured for £91.95: 0 gifts, 1 paid" in ran.out


@pytest.mark.parametrize("options", [[], ["--rule", "gut-feeling"]])
def test_a_rule_has_to_be_named(groundswell: Run, tmp_path: Path, options: list[str]) -> None:
    assert groundswell("baseline", write(tmp_path), *options).code == 2


def test_plans_are_compared_from_files(groundswell: Run, tmp_path: Path) -> None:
    sheet = written(tmp_path, "sheet.json", plan([decision("ana", "gift", "2027-03-11")]))
    ours = written(tmp_path, "ours.json", plan())
    out = tmp_path / "difference.json"
    ran = groundswell("compare", sheet, ours, "-o", out)
    assert ran.code == 0
    assert "ours against sheet" in ran.out
    assert "1 of 2 activations secured instead of 0 of 2" in ran.out
    assert "1 of 2 activations secured in both" in groundswell("compare", ours, ours, ours).out
    assert "for £91.95 more" in ran.out
    comparison = Comparison.model_validate_json(out.read_text())
    assert [each.name for each in comparison.plans] == ["sheet", "ours"]
    assert comparison.differences[0].cost == "91.95"
    assert groundswell("compare", sheet, ours, "--format", "json").out == out.read_text()


def test_scenarios_are_matched_to_their_plans_in_any_order(groundswell: Run, tmp_path: Path) -> None:
    dear = document(name="Dearer")
    before, after = written(tmp_path, "a.json", plan()), written(tmp_path, "b.json", plan(name="Dearer"))
    files = (write(tmp_path), write(tmp_path, dear, "dear.json"))
    assert "name both" in " ".join(groundswell("compare", before, after).out.split())
    for first, second in (files, files[::-1]):
        ran = groundswell("compare", before, after, "--scenario", first, "--scenario", second)
        assert ran.code == 0
        assert '/name "Small launch" "Dearer"' in " ".join(ran.out.split())


def test_plans_of_the_same_name_get_distinct_names(groundswell: Run, tmp_path: Path) -> None:
    files = [written(tmp_path, f"{folder}/plan.json", plan()) for folder in ("march", "april")]
    comparison = json.loads(groundswell("compare", *files, "--format", "json").out)
    assert [each["name"] for each in comparison["plans"]] == [str(file) for file in files]


def test_plans_without_money_are_compared(groundswell: Run, tmp_path: Path) -> None:
    nothing = written(tmp_path, "none.json", without_plan(plan(), "infeasible"))
    ran = groundswell("compare", written(tmp_path, "plan.json", plan()), nothing)
    assert ran.code == 0
    assert "none is no plan (infeasible)" in ran.out


def test_all_files_that_cannot_be_compared_are_reported_at_once(groundswell: Run, tmp_path: Path) -> None:
    good = written(tmp_path, "good.json", plan())
    euro = written(tmp_path, "euro.json", plan(currency="EUR"))
    ran = groundswell("compare", good, euro)
    assert (ran.code, ran.out) == (2, "")
    assert "good.json" in ran.err
    assert "euro: its amounts are in EUR, those of good in GBP [mixed_currencies]" in ran.err
    (tmp_path / "bad.json").write_text("{}")
    ran = groundswell("compare", tmp_path / "bad.json", good, tmp_path / "missing.json")
    assert (ran.code, ran.out) == (2, "")
    assert "bad.json: " in ran.err
    assert "missing.json: 1 problem" in ran.err


def test_a_scenario_that_no_plan_answers_is_refused(groundswell: Run, tmp_path: Path) -> None:
    good = written(tmp_path, "good.json", plan())
    ran = groundswell("compare", good, good, "--scenario", write(tmp_path, document(name="Other"), "other.json"))
    assert (ran.code, ran.out) == (2, "")
    assert "other.json: 1 problem" in ran.err
    assert "[other_scenario]" in ran.err


def test_one_plan_is_no_comparison(groundswell: Run, tmp_path: Path) -> None:
    assert groundswell("compare", written(tmp_path, "good.json", plan())).code == 2


def test_cash_is_shown_and_written(groundswell: Run, tmp_path: Path) -> None:
    given = (write(tmp_path), written(tmp_path, "plan.json", plan()))
    out = tmp_path / "cash.json"
    ran = groundswell("cash", *given, "-o", out)
    assert ran.code == 0
    assert "£123.90 committed from Wed 10 Mar 2027 to Sun 28 Mar 2027" in ran.out
    view = CashView.model_validate_json(out.read_text())
    assert view.totals.total == "123.90"
    assert groundswell("cash", *given, "--format", "json").out == out.read_text()


def test_cash_as_csv_is_one_table_that_adds_up(groundswell: Run, tmp_path: Path) -> None:
    given = (write(tmp_path), written(tmp_path, "plan.json", plan()))
    out = tmp_path / "cash.CSV"
    ran = groundswell("cash", *given, "--format", "csv", "-o", out)
    assert out.read_bytes().decode("utf-8-sig").replace("\r\n", "\n") == ran.out
    assert out.read_bytes()[:3] == "\ufeff".encode()
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["event"] for row in rows] == ["parcels shipped", "parcels shipped", "windows end"]
    assert sum(Decimal(row["total"]) for row in rows) == Decimal("123.90")
    assert {row["currency"] for row in rows} == {"GBP"}


def test_cash_of_another_scenario_or_of_no_plan_is_refused(groundswell: Run, tmp_path: Path) -> None:
    good, nothing = (
        written(tmp_path, "good.json", plan()),
        written(tmp_path, "none.json", without_plan(plan(), "unknown")),
    )
    ran = groundswell("cash", write(tmp_path, document(name="Other"), "other.json"), good)
    assert (ran.code, ran.out) == (2, "")
    assert "[other_scenario]" in ran.err
    ran = groundswell("cash", write(tmp_path), nothing)
    assert (ran.code, ran.out) == (2, "")
    assert "its status is unknown [no_plan]" in ran.err


@pytest.mark.parametrize("command", ["baseline", "compare", "cash"])
def test_a_file_that_cannot_be_written_is_reported_before_any_work(
    groundswell: Run, tmp_path: Path, command: str
) -> None:
    given = {"baseline": ["no.json", "--rule", "greedy"], "compare": ["no.json", "no.json"], "cash": ["no.json"] * 2}
    ran = groundswell(command, *given[command], "-o", tmp_path / "nowhere" / "out.json")
    assert ran.code == 2
    assert "no_such_folder" in ran.err
    assert "no.json" not in ran.err


def test_plans_are_compared_in_one_workbook(groundswell: Run, tmp_path: Path) -> None:
    sheet = written(tmp_path, "sheet.json", plan([decision("ana", "gift", "2027-03-11")]))
    ours, out = written(tmp_path, "ours.json", plan()), tmp_path / "plans.xlsx"
    ran = groundswell("compare", sheet, ours, "--scenario", write(tmp_path), "-o", out)
    assert ran.code == 0
    summary = openpyxl.load_workbook(out, data_only=True)["Summary"]
    assert [cell.value for cell in summary[2]][1:] == ["sheet", "ours"]
    assert "123.9" in {str(cell.value) for row in summary.iter_rows() for cell in row}
