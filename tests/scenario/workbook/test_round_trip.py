"""JSON → workbook → JSON: the same document, whatever is in it; also after a spreadsheet has saved it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.export.scenario_book.book import scenario_workbook
from optimizer.scenario.families.table import FamilyName, WideName
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import fingerprint, parse_scenario
from optimizer.scenario.template import template
from optimizer.scenario.workbook.filling import as_sheets, sheets_of
from optimizer.scenario.workbook.reading import read_sheets, read_workbook
from tests.builders import document
from tests.scenario.workbook.odd import NAMES, odd

SCENARIOS = Path(__file__).parents[3] / "scenarios"
EXAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SCENARIOS.glob("*.json"))}
FAMILIES: tuple[FamilyName | WideName, ...] = ("S", "M", "W", "WW")
SEEDS = 50
"""Of each family: 200 scenarios."""
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\r")
TEXTS = st.text(CHARACTERS, min_size=1, max_size=30) | st.sampled_from(NAMES)
AMOUNTS = (
    st.decimals(0, 10**9, places=2).map(str) | st.integers(0, 10**9) | st.floats(0, 1e9).map(lambda x: round(x, 2))
)


def through_cells(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the cells of a document say, without a file."""
    reading = read_sheets(as_sheets(*sheets_of(data)))
    assert (reading.problems, reading.notices) == ([], [])
    return reading.document


def through_file(data: dict[str, Any]) -> dict[str, Any]:
    reading = read_workbook(scenario_workbook(data))
    assert (reading.problems, reading.notices) == ([], [])
    return reading.document


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_comes_back_equal(name: str) -> None:
    assert through_cells(EXAMPLES[name]) == EXAMPLES[name]


@pytest.mark.parametrize("data", [odd(), document(), template()], ids=["odd", "everything", "template"])
def test_a_file_comes_back_equal_with_what_cells_do_not_like(data: dict[str, Any]) -> None:
    assert through_file(data) == data
    raw = json.dumps(data)
    assert fingerprint(parse_scenario(scenario_workbook(data))) == fingerprint(parse_scenario(raw))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_random_scenario_of_each_family_comes_back_equal(family: FamilyName | WideName) -> None:
    data = generate(family, SEEDS)
    assert through_cells(data) == data


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "some", [pytest.param(8, marks=pytest.mark.campaign), pytest.param(SEEDS, marks=pytest.mark.slow)]
)
def test_many_random_scenarios_come_back_equal(some: int, family: FamilyName | WideName) -> None:
    for seed in range(some):
        data = generate(family, seed)
        assert through_file(data) == data, seed


@settings(deadline=None, max_examples=25)
@given(names=st.lists(TEXTS, min_size=2, max_size=6, unique=True), handle=st.text(CHARACTERS))
def test_texts_come_back_as_they_were(names: list[str], handle: str) -> None:
    data = document()
    data["creators"] = [
        {"id": name, "handle": handle, "communities": names, "labels": {name: handle}, "service": name}
        for name in names
    ]
    assert through_cells(data) == data


@settings(deadline=None, max_examples=25)
@given(chance=st.floats(0, 1), days=st.floats(0.001, 1000), amount=AMOUNTS)
def test_numbers_come_back_to_the_last_digit(chance: float, days: float, amount: str | float) -> None:
    data = document()
    data["posting"] = {"organic_rate": {"high": chance}, "gift_lag": {"p90_days": days}}
    data["shipping"]["services"][0] = {"id": "x", "cost": amount, "transit_days": {"1": chance, "3": 1 - chance}}
    data["creators"][0] |= {"embeddedness": chance, "paid_fee": amount, "organic_rate": chance}
    assert through_cells(data) == data


@pytest.mark.campaign
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_that_a_spreadsheet_has_saved_comes_back_equal(tmp_path: Path) -> None:
    wanted: dict[str, dict[str, Any]] = {"odd": odd(), "template": template(), **EXAMPLES}
    wanted |= {family: generate(family, 1) for family in FAMILIES}
    files = [tmp_path / f"{name}.xlsx" for name in wanted]
    for file, data in zip(files, wanted.values(), strict=True):
        file.write_bytes(scenario_workbook(data))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    kind, saved = "xlsx:Calc MS Excel 2007 XML", tmp_path / "saved"
    command = ["soffice", "--headless", profile, "--convert-to", kind, "--outdir", str(saved), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for file, data in zip(files, wanted.values(), strict=True):
        reading = read_workbook((saved / file.name).read_bytes())
        assert (reading.problems, reading.notices) == ([], [])
        assert reading.document == data, file.name
