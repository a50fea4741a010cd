"""The plan as CSV: every field, nothing that a spreadsheet would run, and a way back."""

from __future__ import annotations

import copy
import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.analysis.evaluate import evaluate
from optimizer.analysis.plan_files import read_decisions
from optimizer.analysis.report import Decision
from optimizer.export.csv_files import csv_files
from optimizer.scenario.loading import fingerprint, scenario_from_data
from tests.export.cases import DECISIONS, DOCUMENT, FORMULA, STARTS, case, document, in_yen, rows


def test_assignments_hold_the_plan_and_what_the_scenario_knows() -> None:
    scenario, plan = case()
    gift, paid = rows(csv_files(scenario, plan)["assignments.csv"])
    assert paid == {
        "creator": "ben",
        "handle": "'@ben",
        "tier": "",
        "followers": "4200",
        "community": "trail",
        "activation": "trail-a",
        "mode": "paid",
        "ship_on": "2027-03-11",
        "expected_delivery": "2027-03-13",
        "window_start": "2027-03-15",
        "window_end": "2027-03-28",
        "post_probability": repr(plan.assignments[1].post_probability),
        "embeddedness": "",
        "product_id": "socks",
        "service": "tracked",
        "product": "28.10",
        "shipping": "3.95",
        "fee": "80.05",
        "cost": "112.10",
        "creator label: agent": "",
        "creator label: size": "",
        "activation label: wave, no": "1",
        "community label: lead": "Jo",
        "product label: sku": "TS-1",
        "product label: title": "Trail socks",
    }
    assert (gift["creator"], gift["handle"]) == (f"'{FORMULA}", "'@ana_runs")
    assert (gift["creator label: agent"], gift["creator label: size"]) == ("'+Jo", "38")


def test_activations_hold_every_field_but_the_distribution() -> None:
    scenario, plan = case()
    trail, bread = rows(csv_files(scenario, plan)["activations.csv"])
    fields = {*plan.activations[0].model_dump()} - {"window", "post_distribution"} | {"window_start", "window_end"}
    assert fields | {"activation label: wave, no", "community label: lead"} == {*trail}
    assert (trail["secured"], trail["window_end"], trail["cost"]) == ("true", "2027-03-28", "144.15")
    assert (bread["secured"], bread["window_start"], bread["cost"]) == ("false", "", "0.00")
    assert bread["community label: lead"] == "'@kim"


@pytest.mark.parametrize("currency", ["GBP", "JPY"])
def test_money_adds_up_in_every_file(currency: str) -> None:
    scenario, plan = case(**(in_yen(document()) if currency == "JPY" else {}))
    files = csv_files(scenario, plan)
    sums = [
        sum(Decimal(row[column]) for row in rows(files[name]))
        for name, column in (("assignments.csv", "cost"), ("activations.csv", "cost"), ("cash.csv", "total"))
    ]
    assert sums == [Decimal(plan.totals.cost or "")] * 3
    assert ("." in rows(files["cash.csv"])[0]["total"]) == (currency == "GBP")


def test_lines_end_as_rfc_4180_says_and_texts_that_need_them_have_quotes() -> None:
    scenario, plan = case()
    for text in csv_files(scenario, plan).values():
        assert text.endswith("\r\n")
        assert text.count("\n") == text.count("\r\n") == len(list(csv.reader(io.StringIO(text, newline=""))))
    assert f'"\'{FORMULA.replace(chr(34), chr(34) * 2)}"' in csv_files(scenario, plan)["assignments.csv"]


def test_a_plan_without_assignments_has_headings_only() -> None:
    scenario, plan = case(())
    files = csv_files(scenario, plan)
    assert rows(files["assignments.csv"]) == rows(files["cash.csv"]) == []
    assert "creator,handle" in files["assignments.csv"]
    assert len(rows(files["activations.csv"])) == 2


def test_assignments_are_evaluated_as_the_plan_was(tmp_path: Path) -> None:
    scenario, plan = case()
    path = tmp_path / "assignments.csv"
    path.write_bytes(csv_files(scenario, plan)["assignments.csv"].encode())
    again = evaluate(scenario, *read_decisions(path, scenario), draws=0)
    assert again.model_copy(update={"run": plan.run}) == plan
    assert FORMULA in {line.creator for line in again.assignments}


def test_the_order_of_labels_in_the_file_changes_nothing() -> None:
    (scenario, plan), creators = case(), copy.deepcopy(DOCUMENT["creators"])
    creators[0]["labels"] = dict(reversed(creators[0]["labels"].items()))
    other = scenario_from_data(document(creators=creators))
    assert list(other.creators[0].labels) != list(scenario.creators[0].labels)
    assert fingerprint(other) == fingerprint(scenario)
    assert csv_files(other, plan) == csv_files(scenario, plan)


IDS = st.text(st.sampled_from("=+-@'\t\r\n;, \"a"), min_size=1, max_size=4).filter(lambda name: name == name.strip())


@settings(max_examples=40, deadline=None)
@given(st.lists(IDS, min_size=2, max_size=4, unique=True), st.text(st.sampled_from(';\t,\n"a'), min_size=1))
def test_whatever_creators_and_labels_are_called_they_come_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], label: str
) -> None:
    creators = [{"id": name, "communities": ["trail"], "labels": {label: name}} for name in names]
    scenario = scenario_from_data(document(creators=creators))
    decisions = [Decision(name, "trail-a", "gift", DECISIONS[0].ship_on) for name in names]
    plan = evaluate(scenario, decisions, {"trail-a": STARTS["trail-a"]}, draws=0)
    path = tmp_path_factory.mktemp("ids") / "assignments.csv"
    path.write_bytes(csv_files(scenario, plan)["assignments.csv"].encode())
    read, starts = read_decisions(path, scenario)
    assert (set(read), starts) == (set(decisions), {"trail-a": date(2027, 3, 15)})
