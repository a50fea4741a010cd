from __future__ import annotations

import json
from pathlib import Path

from optimizer.analysis.plan_files import decisions_csv
from optimizer.plan import Plan, to_json
from optimizer.verify.rules import RULES
from tests.cli.conftest import Run
from tests.cli.launch import decision, document, plan, write


def written(folder: Path, content: Plan) -> Path:
    path = folder / "plan.json"
    path.write_text(to_json(content), encoding="utf-8")
    return path


def test_good_scenario_is_ok_with_warnings_and_networks(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("validate", write(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert "launch.json: ok" in ran.out
    assert "embeddedness_unknown" in ran.out
    trail, bread = (line.split() for line in ran.out.splitlines() if line.startswith(("trail", "bread")))
    assert trail[:6] == ["trail", "3", "3", "3", "2", "1"]
    assert trail[6] == "✓"
    assert bread[6:8] == ["✗", "0%"]


def test_every_bad_file_is_reported_and_the_good_ones_shown(groundswell: Run, tmp_path: Path) -> None:
    bad = write(tmp_path, document(currency="XQX", surprise=1), "bad.json")
    worse = write(tmp_path, document(horizon=None), "worse.json")
    ran = groundswell("validate", bad, write(tmp_path), worse)
    assert ran.code == 2
    assert "bad.json: 2 problems" in ran.err
    assert "worse.json: 1 problem\n" in ran.err
    assert "launch.json: ok" in ran.out
    assert "bad.json" not in ran.out


def test_good_plan_passes_rule_by_rule(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("verify", write(tmp_path), written(tmp_path, plan()))
    assert (ran.code, ran.err) == (0, "")
    rules = [line.split()[0] for line in ran.out.splitlines() if "yes" in line]
    assert rules == [*(rule.__name__ for rule in RULES), "simulation"]
    assert "✓ All 28 rules are kept, and the simulation agrees." in ran.out


def test_broken_plan_fails(groundswell: Run, tmp_path: Path) -> None:
    late = plan([decision("cat", "paid", "2027-03-28"), decision("ana", "gift", "2027-03-11")])
    ran = groundswell("verify", write(tmp_path), written(tmp_path, late))
    assert ran.code == 1
    assert "✗ Broken: ship_days, delivery, density" in ran.out


def test_plan_of_another_scenario_fails(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("verify", write(tmp_path, document(name="Other")), written(tmp_path, plan()))
    assert ran.code == 1
    assert "✗ Broken: scenario" in ran.out


def test_a_file_that_is_no_plan_is_bad_input(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("verify", write(tmp_path), write(tmp_path, {"schema_version": 1}, "plan.json"))
    assert ran.code == 2
    assert "plan.json: " in ran.err
    assert "/assignments" in ran.err
    assert ran.out == ""


def test_hand_made_decisions_are_scored_from_json_and_csv(groundswell: Run, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    table.write_text(decisions_csv(plan()), encoding="utf-8")
    for source in (table, written(tmp_path, plan())):
        ran = groundswell("evaluate", write(tmp_path), source)
        assert (ran.code, ran.err) == (0, "")
        assert "keeps every rule" in ran.out
        assert "1 of 2 activations secured for £123.90: 1 gift, 1 paid" in ran.out
        assert "20,000 simulated campaigns agree" in ran.out


def test_a_scored_plan_is_written(groundswell: Run, tmp_path: Path) -> None:
    out = tmp_path / "scored.json"
    ran = groundswell("evaluate", write(tmp_path), written(tmp_path, plan()), "-o", out)
    assert (ran.code, ran.err) == (0, f"Written to {out}.\n")
    assert Plan.model_validate_json(out.read_text("utf-8")).totals.cost == "123.90"


def test_broken_rules_are_a_result(groundswell: Run, tmp_path: Path) -> None:
    source = written(tmp_path, plan([decision("cat", "paid", "2027-03-28")]))
    ran = groundswell("evaluate", write(tmp_path), source)
    assert ran.code == 0
    assert "3 rules broken" in ran.out
    assert "breaks rules" in ran.err
    figures = json.loads(groundswell("evaluate", write(tmp_path), source, "--format", "json").out)
    assert [check["rule"] for check in figures["certificate"]["checks"] if not check["ok"]] == [
        "ship_days",
        "delivery",
        "density",
    ]


def test_all_bad_decisions_are_reported(groundswell: Run, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    rows = [
        "creator,activation,mode,ship_on,window_start",
        "eve,trail,gift,2027-03-10,2027-03-15",
        "ana,trail,gift,soon,x",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    ran = groundswell("evaluate", write(tmp_path), table)
    assert ran.code == 2
    assert "plan.csv: 3 problems" in ran.err
    assert all(word in ran.err for word in ("eve", "soon", "row 3"))


def test_warnings_of_one_kind_are_one_line(groundswell: Run, tmp_path: Path) -> None:
    data = document()
    data["creators"] += [{"id": f"no-{number}", "communities": ["trail-running"], "accepts": []} for number in range(9)]
    ran = groundswell("validate", write(tmp_path, data))
    assert ran.code == 0
    assert ran.out.count("creator_unusable") == 1
    assert "and 2 more" in ran.out
