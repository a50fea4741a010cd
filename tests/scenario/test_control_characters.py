"""One rule for control characters in every text of a scenario: none but tab and line breaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from optimizer.errors import InputError, pointer
from optimizer.scenario.loading import parse_scenario, scenario_from_data

TRAIL = json.loads(Path("scenarios/trail_launch.json").read_text("utf-8"))
PLACES: list[tuple[str | int, ...]] = [
    ("name",),
    ("communities", 0, "id"),
    ("communities", 0, "name"),
    ("activations", 0, "id"),
    ("products", 0, "id"),
    ("creators", 0, "id"),
    ("creators", 0, "handle"),
    ("creators", 0, "labels", "agent"),
]


def changed(place: tuple[str | int, ...], text: str) -> dict[str, Any]:
    scenario: dict[str, Any] = json.loads(json.dumps(TRAIL))
    inner: Any = scenario
    for part in place[:-1]:
        inner = inner.setdefault(part, {}) if isinstance(inner, dict) else inner[part]
    inner[place[-1]] = text
    return scenario


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x9b"])
def test_a_control_character_is_refused_where_it_stands(place: tuple[str | int, ...], character: str) -> None:
    with pytest.raises(InputError) as refused:
        scenario_from_data(changed(place, f"red{character}[31m"))
    problem = next(one for one in refused.value.problems if one.code == "control_character")
    assert problem.pointer == pointer(*place)
    assert "control character" in problem.detail


def test_in_a_label_s_name_too() -> None:
    scenario = changed(("creators", 0, "labels", "a\x1bb"), "text")
    with pytest.raises(InputError) as refused:
        parse_scenario(json.dumps(scenario))
    assert "control_character" in {one.code for one in refused.value.problems}


def test_tabs_line_breaks_and_all_that_can_be_read_stay() -> None:
    text = "1 Low Road\r\nAmbleside\t– Zürich, 東京, 👋🏽, \u00a0\u200d"
    assert scenario_from_data(changed(("creators", 0, "labels", "address"), text)).creators[0].labels["address"] == text
