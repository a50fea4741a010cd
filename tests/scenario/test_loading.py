"""Reading scenarios: files, fingerprints, what is assumed where nothing is said."""

from __future__ import annotations

import gc
import hashlib
import json
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from optimizer.errors import InputError
from optimizer.plan import Run
from optimizer.scenario.loading import (
    assumptions,
    canonical_fields,
    fingerprint,
    fingerprint_of,
    model_from_data,
    parse_scenario,
    read_json,
    read_scenario,
    scenario_from_data,
    scenario_with_creators,
)
from optimizer.scenario.models import Scenario
from tests.builders import Document, document, scenario


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_with_and_without_byte_order_mark(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "scenario.json"
    path.write_bytes(start + json.dumps(document()).encode())
    assert read_scenario(path) == scenario()
    assert parse_scenario(path.read_bytes()) == scenario()
    assert parse_scenario(path.read_text("utf-8")) == scenario()
    assert read_json(path) == document()


def test_other_formats_are_read_with_the_same_care() -> None:
    run: Document = {"seed": 1, "time_limit_seconds": 1.0, "wall_seconds": 1.0, "workers": 1, "method": "plain"}
    assert model_from_data(Run, run | {"versions": {}}).seed == 1
    with pytest.raises(InputError) as caught:
        model_from_data(Run, run | {"sed": 2})
    assert [(problem.code, problem.pointer) for problem in caught.value.problems] == [
        ("missing_field", "/versions"),
        ("unknown_field", "/sed"),
    ]


def test_the_fingerprint_knows_content_from_layout() -> None:
    data = document()
    mark = fingerprint(scenario_from_data(data))
    assert mark == fingerprint(parse_scenario(json.dumps(dict(reversed(data.items())), indent=7)))
    assert mark == fingerprint(scenario_from_data(document(budget__total=6000) | {"budget": data["budget"]}))
    assert mark != fingerprint(scenario_from_data(document(name="Summer")))
    assert mark != fingerprint(scenario_from_data(document(creators__0__paid_reliability=0.97)))


def test_the_fingerprint_can_be_made_of_fields_some_of_which_are_another_scenarios() -> None:
    one, other = scenario_from_data(document()), scenario_from_data(document(budget__total="1.00"))
    assert fingerprint_of(canonical_fields(one)) == fingerprint(one)
    mixed = {**canonical_fields(one), **canonical_fields(other, {"budget"})}
    assert fingerprint_of(mixed) == fingerprint(other) != fingerprint(one)


def test_the_fingerprint_is_of_canonical_json() -> None:
    data: Document = {
        "schema_version": 1,
        "name": "Müsli",
        "horizon": {"start": "2027-03-01", "end": "2027-05-30"},
        "products": [{"id": "p", "unit_cost": "28.00"}],
        "communities": [{"id": "c"}],
        "creators": [],
    }
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert fingerprint(scenario_from_data(data)) == hashlib.sha256(text.encode()).hexdigest()


def test_assumptions_left_at_their_defaults_are_listed() -> None:
    assert assumptions(scenario()) == []
    assert assumptions(scenario(posting=..., shipping=...)) == [
        "/posting/organic_rate/low",
        "/posting/organic_rate/high",
        "/posting/organic_rate/model",
        "/posting/gift_lag/median_days",
        "/posting/gift_lag/p90_days",
        "/posting/brief_compliance",
        "/posting/hold_decay_per_day",
        "/posting/paid_prep_days",
        "/posting/paid_reliability",
        "/shipping/ship_weekdays",
        "/shipping/delivery_weekdays",
        "/shipping/holiday_calendar",
        "/shipping/services",
    ]
    partly = scenario(posting__organic_rate={"high": 0.4}, shipping__services=...)
    assert assumptions(partly) == ["/posting/organic_rate/low", "/posting/organic_rate/model", "/shipping/services"]


def test_reading_returns_the_model() -> None:
    assert isinstance(scenario_from_data(document()), Scenario)


@pytest.mark.parametrize("text", [json.dumps(document()), "{"])
def test_reading_leaves_the_garbage_collector_as_it_was(text: str) -> None:
    for switch, state in ((gc.disable, False), (gc.enable, True)):
        switch()
        with suppress(InputError):
            parse_scenario(text)
        assert gc.isenabled() is state


def test_creators_read_before_are_not_read_again_but_checked_with_the_rest() -> None:
    data = document()
    known = scenario_from_data(data)
    changed = {**data, "name": "Another"}
    assert scenario_with_creators(changed, known.creators) == scenario_from_data(changed)
    assert fingerprint(scenario_with_creators(changed, known.creators)) == fingerprint(scenario_from_data(changed))
    for wrong in ({**data, "communities": [{"id": "elsewhere"}]}, {**data, "horizon": None}):
        with pytest.raises(InputError):
            scenario_with_creators(wrong, known.creators)


def test_a_refused_document_is_let_go_of_at_once() -> None:
    """It may be large, and nothing but the collector of circles would find it."""

    class Watched(list[Any]):
        """One that can be watched."""

    collected = gc.isenabled()
    gc.disable()
    try:
        whole = Watched([{}])
        watched = weakref.ref(whole)
        with suppress(InputError):
            scenario_from_data(whole)
        del whole
        assert watched() is None
    finally:
        if collected:
            gc.enable()


@pytest.mark.parametrize("content", [b"", b"id,communities\na,trail\n", b"<html></html>"])
def test_a_file_called_a_workbook_is_not_judged_as_json(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "campaign.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_scenario(path)
    assert [problem.code for problem in caught.value.problems] == ["not_a_workbook"]
