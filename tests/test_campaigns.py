"""Campaigns keep what they have done, resume where they ended, save what fails, and try it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import lines
from tests.campaigns import looser, ranges, teams, tiny_wide
from tests.campaigns.ranges import Campaign, Record


def even_only(family: str, seed: int) -> Record:
    assert seed % 2 == 0, f"{family} {seed} is odd"
    return {"n_even": 1}


def fine(family: str, seed: int) -> Record:
    return {"n_even": int(family == "W" and seed % 2 == 0)}


def documents(family: str, seed: int) -> list[Record]:
    return [{"name": f"{family} {seed}"}]


def go(path: Path, campaign: Campaign, *options: str) -> int:
    return ranges.run(campaign, ranges.parser(campaign).parse_args([*options, "--out", str(path)]))


@pytest.fixture
def made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert go(tmp_path, Campaign("numbers", "", even_only, documents), "--seeds", "0:3", "--families", "W") == 1
    told = capsys.readouterr().out
    assert "FAILED W 1" in told
    assert "3 of 3 done, 1 failed" in told
    assert "even: 2" in told
    return tmp_path


def test_what_fails_is_told_and_saved(made: Path) -> None:
    (file,) = (made / "numbers-failed").iterdir()
    assert json.loads(file.read_text(encoding="utf-8")) == {"name": "W 1"}
    (line,) = [line for line in lines.read(made / "numbers.jsonl") if line["failed"]]
    assert "W 1 is odd" in line["failed"]


@pytest.mark.campaign
def test_a_campaign_resumes_and_tries_again_what_failed(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(made, Campaign("numbers", "", fine, documents), "--seeds", "0:4", "--families", "W") == 0
    assert "2 of 4 done before" in capsys.readouterr().out
    assert [line["seed"] for line in lines.read(made / "numbers.jsonl")] == [0, 1, 2, 1, 3]


def test_no_seed_is_begun_after_the_minutes_given(tmp_path: Path) -> None:
    assert go(tmp_path, Campaign("numbers", "", fine, documents), "--seeds", "9", "--minutes", "0") == 0
    assert lines.read(tmp_path / "numbers.jsonl") == []


def test_ranges_are_read() -> None:
    assert (ranges.span("5:8"), ranges.span("3")) == (range(5, 8), range(3))


@pytest.mark.parametrize("campaign", [tiny_wide.CAMPAIGN, looser.CAMPAIGN, teams.CAMPAIGN])
def test_a_campaign_checks_a_seed_and_names_its_scenarios(campaign: Campaign) -> None:
    line = ranges.one(campaign, "W", 4)
    assert line["failed"] is None
    assert any(name.startswith("n_") for name in line)
    assert all(document["schema_version"] == 1 for document in campaign.scenarios("W", 4))
