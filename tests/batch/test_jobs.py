from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.batch import jobs as module
from optimizer.batch.jobs import Job, changed, plain, prepare
from optimizer.scenario.generator import dump
from optimizer.scenario.loading import fingerprint, parse_scenario, scenario_from_data
from optimizer.scenario.semantics import waves
from tests.batch.batches import request
from tests.builders import document, refusals
from tests.cli.launch import document as launch
from tests.cli.launch import write


def job(file: Path, *changes: Any, **settings: Any) -> Job:
    (prepared,) = prepare([request(file, *changes, **settings)])
    return prepared.job


def test_budget_is_the_total_and_months_stay() -> None:
    assert changed(document(), Decimal("2000.50"), None)["budget"] == {
        "total": "2000.5",
        "monthly": {"2027-03": "2500.00"},
    }
    assert changed(document(budget=...), Decimal(7), None)["budget"] == {"total": "7"}


def test_confidence_is_that_of_every_activation() -> None:
    scenario = scenario_from_data(changed(document(), None, 0.7))
    assert [wave.confidence for wave in waves(scenario)] == [0.7, 0.7, 0.7]


def test_activations_that_are_left_out_are_one_per_community_as_ever() -> None:
    for absent in ({"activations": ...}, {"activations": None}):
        before = document(**absent, locks=[])
        after = scenario_from_data(changed(before, None, 0.7))
        own = [(wave.id, wave.community, wave.min_posts) for wave in waves(scenario_from_data(before))]
        assert [(wave.id, wave.community, wave.min_posts) for wave in waves(after)] == own
        assert {wave.confidence for wave in waves(after)} == {0.7}


def test_nothing_else_changes_and_the_document_stays() -> None:
    before = document()
    changed(before, Decimal(1), 0.5)
    assert before == document()
    assert changed(before, None, None) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"budget": "6000"},
        {"activations": "all"},
        {"activations": ["trail"]},
        {"activations": ..., "communities": "all"},
        {"activations": ..., "communities": [{"name": "no id"}]},
    ],
)
def test_what_is_wrong_is_told_as_ever(wrong: dict[str, Any]) -> None:
    data = document(**wrong, locks=[])
    assert set(refusals(changed(data, Decimal(1), 0.5))) >= {(code, where) for code, where in refusals(data)} != set()


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_what_is_no_object_is_left_alone(data: object) -> None:
    assert changed(data, Decimal(1), 0.5) is data


@given(st.decimals(0, 10**9, places=2), st.floats(0.01, 0.99))
def test_the_text_that_is_solved_is_the_scenario_that_was_checked(budget: Decimal, confidence: float) -> None:
    new = changed(document(), budget, confidence)
    assert fingerprint(parse_scenario(dump(new))) == fingerprint(scenario_from_data(new))


def test_a_key_says_what_it_is_for(tmp_path: Path) -> None:
    file = write(tmp_path, name="Größe & co.json")
    assert job(file, "2000.00", 0.9, seed=3).key.startswith("Gr-e-co-b2000-c0.9-s3-")
    assert job(write(tmp_path, name="日本.json")).key.startswith("scenario-s1-")


def test_layout_of_the_file_and_spelling_of_amounts_do_not_count(tmp_path: Path) -> None:
    file = write(tmp_path)
    first = job(file, "2000.00").key
    file.write_text(json.dumps(dict(reversed(launch().items())), indent=7), encoding="utf-8")
    assert job(file, "2000").key == first


def test_whatever_decides_the_result_is_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path)
    keys = [
        job(file).key,
        job(file, "2000").key,
        job(file, None, 0.9).key,
        job(file, seed=2).key,
        job(file, time_limit_seconds=59.0).key,
        job(file, gap=0.002).key,
        job(write(tmp_path, name="other.json")).key,
        job(write(tmp_path, launch(name="Changed"))).key,
    ]
    monkeypatch.setattr(module, "library_versions", lambda: {"groundswell": "99"})
    keys.append(job(file).key)
    assert len({key[-12:] for key in keys}) == len(keys)


def test_places_are_no_part_of_the_key(tmp_path: Path) -> None:
    file = write(tmp_path)
    assert job(file, workers=1).key == job(file, workers=2).key


def test_a_job_tells_the_budget_and_confidence_it_is_solved_with(tmp_path: Path) -> None:
    file = write(tmp_path, launch(budget={"total": "500"}))
    own, other = job(file).asked, job(file, "70.5", 0.6).asked
    assert (own.budget, own.confidence, own.currency, own.name) == ("500.00", 0.9, "GBP", "Small launch")
    assert (other.budget, other.confidence) == ("70.50", 0.6)
    mixed = launch()
    mixed["activations"][0]["confidence"] = 0.5
    assert job(write(tmp_path, mixed, "mixed.json")).asked.confidence is None


def test_a_change_that_the_scenario_cannot_take_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path)
    good, bad = (prepared.job for prepared in prepare([request(file, "70"), request(file, "70.005")]))
    assert good.problems == ()
    assert [(problem.code, problem.pointer) for problem in bad.problems] == [("money_too_fine", "/budget/total")]
    assert bad.asked.budget == "70.005"


def test_a_bad_file_stops_no_other_and_all_its_problems_are_told(tmp_path: Path) -> None:
    twice = tmp_path / "twice.json"
    twice.write_text('{"name": "a", "name": "b", "surprise": 1}', encoding="utf-8")
    requests = [request(twice), request(tmp_path / "none.json"), request(write(tmp_path))]
    found = [prepared.job.problems for prepared in prepare(requests)]
    assert {"duplicate_field", "unknown_field", "missing_field"} <= {problem.code for problem in found[0]}
    assert [problem.code for problem in found[1]] == ["file_not_found"]
    assert found[2] == ()


@pytest.mark.parametrize(("amount", "text"), [("0", "0"), ("100", "100"), ("0.10", "0.1"), ("1E+3", "1000")])
def test_amounts_have_one_spelling(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text
