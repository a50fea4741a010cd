from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from optimizer.plan import to_json
from tests.cli.conftest import Run
from tests.cli.launch import GOOD, decision, document, plan, write

FILES = {
    "xlsx": "plan.xlsx",
    "orders": "plan_orders.csv",
    "briefs": "plan_briefs.csv",
    "calendar": "plan.ics",
}
HEAD = "creator,last_name,address1,city,zip,country\n"


def written(folder: Path, decisions: Sequence[object] = GOOD, draws: int = 0) -> Path:
    path = folder / "plan.json"
    path.write_text(to_json(plan(decisions, draws)), encoding="utf-8")  # type: ignore[arg-type]
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Return a scenario file and one of its plan."""
    return write(tmp_path), written(tmp_path)


@pytest.mark.parametrize("target", FILES)
def test_every_target_is_written_beside_the_plan_and_twice_the_same(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path], target: str
) -> None:
    path = tmp_path / FILES[target]
    ran = groundswell("export", *files, "--to", target)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith(f"Written to {path}.\n")
    first = path.read_bytes()
    assert groundswell("export", *files, "--to", target, "-o", tmp_path / "again_orders").code == 0
    assert first == (tmp_path / "again_orders").read_bytes() != b""


def test_csv_is_a_folder_whose_assignments_can_be_evaluated(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    ran = groundswell("export", *files, "--to", "csv")
    assert (ran.code, ran.err) == (0, f"Written to {tmp_path / 'plan_csv'}.\n")
    assert {path.name for path in (tmp_path / "plan_csv").iterdir()} == {
        "assignments.csv",
        "activations.csv",
        "cash.csv",
    }
    ran = groundswell("evaluate", files[0], tmp_path / "plan_csv" / "assignments.csv", "--format", "json")
    before, after = json.loads(files[1].read_text(encoding="utf-8")), json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    for field in ("totals", "activations", "assignments", "cash"):
        assert before[field] == after[field]


@pytest.mark.parametrize("target", ["csv", *FILES])
def test_the_plan_of_another_scenario_is_refused(groundswell: Run, tmp_path: Path, target: str) -> None:
    other = write(tmp_path, document(name="Other"))
    ran = groundswell("export", other, written(tmp_path), "--to", target)
    assert ran.code == 2
    assert "plan.json: 1 problem" in ran.err
    assert "answers another scenario" in ran.err
    assert {path.name for path in tmp_path.iterdir()} == {"launch.json", "plan.json"}


def test_a_plan_that_names_unknown_ids_is_refused(groundswell: Run, tmp_path: Path) -> None:
    data = json.loads(written(tmp_path).read_text(encoding="utf-8"))
    data["assignments"][0]["creator"] = "eve"
    data["assignments"][1]["activation"] = data["activations"][1]["activation"] = "nowhere"
    data["scenario"]["currency"] = "EUR"
    ran = groundswell("export", write(tmp_path), write(tmp_path, data, "plan.json"), "--to", "xlsx")
    assert ran.code == 2
    for where in ("currency", "assignments/0/creator", "assignments/1/activation", "activations/1/activation"):
        assert f"/{where}: " in ran.err


def test_a_plan_with_days_outside_the_supported_years_is_refused(groundswell: Run, tmp_path: Path) -> None:
    data = json.loads(written(tmp_path).read_text(encoding="utf-8"))
    data["assignments"][0]["ship_on"], data["assignments"][1]["window"]["end"] = "9999-12-31", "2201-01-01"
    data["activations"][0]["window"]["start"] = "0001-01-01"
    data["cash"][0]["month"] = "0000-01"
    ran = groundswell("export", write(tmp_path), write(tmp_path, data, "plan.json"), "--to", "calendar")
    assert ran.code == 2
    assert "plan.json: 4 problems" in ran.err
    for where in ("assignments/0/ship_on", "assignments/1/window/end", "activations/0/window/start", "cash/0/month"):
        assert f"/{where}: should lie in the years 1970 to 2200" in ran.err


def test_a_plan_that_is_not_verified_is_exported_with_a_loud_warning(groundswell: Run, tmp_path: Path) -> None:
    bad = written(tmp_path, [decision("cat", "paid", "2027-03-28"), GOOD[1]])
    ran = groundswell("export", write(tmp_path), bad, "--to", "xlsx")
    assert ran.code == 0
    assert "WARNING: this plan is NOT verified; it breaks 3 of its rules: ship_days (" in ran.err
    data = json.loads(written(tmp_path).read_text(encoding="utf-8"))
    data["certificate"] = {"verified": False, "checks": [], "simulation": None}
    ran = groundswell("export", write(tmp_path), write(tmp_path, data, "plan.json"), "--to", "csv")
    assert "WARNING: this plan is NOT verified: no rule was checked." in ran.err


def test_a_plan_that_was_changed_after_it_was_verified_is_not_exported_as_verified(
    groundswell: Run, tmp_path: Path
) -> None:
    data = json.loads(written(tmp_path).read_text(encoding="utf-8"))
    assert data["certificate"]["verified"]
    data["activations"][0]["probability"] = 0.99
    changed = write(tmp_path, data, "plan.json")
    ran = groundswell("export", write(tmp_path), changed, "--to", "html")
    assert ran.code == 0
    assert "WARNING: this plan is NOT verified; it breaks 1 of its rules: probabilities (trail: " in ran.err
    assert "not verified" in (tmp_path / "plan.html").read_text(encoding="utf-8").lower()
    assert json.loads(changed.read_text(encoding="utf-8")) == data


def test_a_plan_without_assignments_is_exported_with_a_note(groundswell: Run, tmp_path: Path) -> None:
    ran = groundswell("export", write(tmp_path), written(tmp_path, ()), "--to", "csv")
    assert ran.code == 0
    assert "no assignments" in ran.err
    assert (tmp_path / "plan_csv" / "assignments.csv").read_text(encoding="utf-8").count("\n") == 1


def test_addresses_fill_the_orders(groundswell: Run, tmp_path: Path, files: tuple[Path, Path]) -> None:
    people = tmp_path / "people.csv"
    people.write_text(HEAD + "cat,Low,1 High St,Leeds,LS1,gb\nzoe,Zed,,,,\n", encoding="utf-8")
    ran = groundswell("export", *files, "--to", "orders", "--addresses", people)
    assert ran.code == 0
    assert f"{people}: 1 person is no creator of this scenario and left out: zoe." in ran.err
    assert "Warning: 1 person gets a parcel without an address: ana." in ran.err
    text = (tmp_path / "plan_orders.csv").read_text(encoding="utf-8")
    assert ",Low,,1 High St,,LS1,Leeds,,GB," in text


def test_all_bad_addresses_are_reported_and_nothing_is_written(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(HEAD + "cat,Low,1 High St,Leeds,,UK\ncat,Low,1 High St,Leeds,LS1,GB\n", encoding="utf-8")
    ran = groundswell("export", *files, "--to", "orders", "--addresses", people)
    assert ran.code == 2
    assert "people.csv: 3 problems" in ran.err
    assert all(where in ran.err for where in ("row 2, column zip", "row 2, column country", "row 3, column creator"))
    assert not (tmp_path / "plan_orders.csv").exists()


def test_orders_without_addresses_or_under_another_name_come_with_notes(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    ran = groundswell("export", *files, "--to", "orders", "-o", tmp_path / "parcels.csv")
    assert "no addresses" in ran.err
    assert "only if its name contains the word Order" in ran.err
    assert "Note" not in groundswell("export", *files, "--to", "briefs").err


@pytest.mark.parametrize("name", ["launch.json", "plan.json"])
def test_inputs_are_not_overwritten(groundswell: Run, tmp_path: Path, files: tuple[Path, Path], name: str) -> None:
    ran = groundswell("export", *files, "--to", "xlsx", "-o", tmp_path / name, "--addresses", tmp_path / "no.csv")
    assert ran.code == 2
    assert "options: 2 problems" in ran.err
    assert json.loads((tmp_path / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("target", "name"), [("csv", "launch.txt"), ("csv", "no/where"), ("xlsx", "no/where.xlsx")])
def test_an_output_that_cannot_be_written_is_refused(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path], target: str, name: str
) -> None:
    (tmp_path / "launch.txt").write_text("kept", encoding="utf-8")
    ran = groundswell("export", *files, "--to", target, "-o", tmp_path / name)
    assert ran.code == 2
    assert (tmp_path / "launch.txt").read_text(encoding="utf-8") == "kept"


def test_since_an_earlier_plan_new_orders_are_written_beside_a_list_of_those_to_cancel(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    old = tmp_path / "old.json"
    old.write_text(to_json(plan(GOOD[:1])), encoding="utf-8")
    ran = groundswell("export", *files, "--to", "orders", "--since", old)
    assert ran.code == 0
    assert ran.err.endswith(f"Written to {tmp_path / 'plan_orders.csv'} and {tmp_path / 'plan_orders_changes.csv'}.\n")
    assert "1 new order; what was ordered before is not written again." in ran.err
    assert (tmp_path / "plan_orders.csv").read_text(encoding="utf-8").count("\n") == 3
    ran = groundswell("export", files[0], old, "--to", "orders", "--since", files[1])
    assert "Cancel 1 order, listed in old_orders_changes.csv: GW-" in ran.err
    assert (tmp_path / "old_orders_changes.csv").read_text(encoding="utf-8").count(",cancel,") == 1


def test_the_plan_of_another_campaign_is_no_earlier_one(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    data = json.loads(files[1].read_text(encoding="utf-8"))
    data["scenario"]["name"] = "Other"
    ran = groundswell("export", *files, "--to", "calendar", "--since", write(tmp_path, data, "other.json"))
    assert (ran.code, "[other_campaign]" in ran.err) == (2, True)
    assert not (tmp_path / "plan.ics").exists()


def test_a_list_of_orders_to_cancel_overwrites_no_input(
    groundswell: Run, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    people = tmp_path / "plan_orders_changes.csv"
    people.write_text(HEAD, encoding="utf-8")
    ran = groundswell("export", *files, "--to", "orders", "--addresses", people, "--since", files[1])
    assert (ran.code, "[would_overwrite]" in ran.err) == (2, True)
    assert people.read_text(encoding="utf-8") == HEAD


def test_the_disclosure_of_briefs_can_be_replaced(groundswell: Run, tmp_path: Path, files: tuple[Path, Path]) -> None:
    assert groundswell("export", *files, "--to", "briefs", "--disclosure", "Write #ad first.").code == 0
    text = (tmp_path / "plan_briefs.csv").read_text(encoding="utf-8")
    assert text.count("Write #ad first.") == 2 * (text.count("\n") - 1)
