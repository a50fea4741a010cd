"""Every method once on the smallest instance, and the command once from end to end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.benchmarks import store
from tests.benchmarks.__main__ import RESULTS, main
from tests.benchmarks.judge import judged
from tests.benchmarks.methods.registry import METHODS
from tests.benchmarks.small import run_of, small_scenario

EXACT = ("ours", "plain", "oracle", "oracle-counts")
HOLDING = (*EXACT, "greedy")
SHEETS = ("spreadsheet", "pessimist")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_the_smallest_instance(method: str) -> None:
    scenario = small_scenario()
    run = run_of(method)
    answer = METHODS[method].load()(scenario, run)
    found = judged(scenario, answer)
    assert found["planned"] == 1
    assert found["broken"] == {} or method in SHEETS
    assert run.moments
    if method in HOLDING:
        assert found["holding"] == 1
    if method in EXACT:
        assert found["cost"] == answer.cost_bound


@pytest.mark.campaign
def test_the_command_runs_resumes_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--families", "S", "--seeds", "1", "--limit", "2", "--out", str(tmp_path)]
    main([*asked, "--methods", "spreadsheet,greedy"])
    records = store.read(tmp_path / RESULTS)
    assert [record["status"] for record in records] == ["plan", "plan"]
    assert all(record["peak_mb"] > 10 and record["versions"]["ortools"] for record in records)
    main([*asked, "--methods", "greedy", "--report-only"])
    main([*asked, "--methods", "greedy"])
    assert len(re.findall("done before", capsys.readouterr().out)) == 1
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "| greedy | 1 of 1 | 4 of 4 planned |" in text
    assert (tmp_path / "value_that_holds.png").exists() or "value_that_holds" not in text


def test_what_goes_wrong_in_a_method_is_told_and_not_hidden(tmp_path: Path) -> None:
    asked = ["--families", "S", "--seeds", "1", "--limit", "2", "--methods", "ours", "--memory-gb", "0.4"]
    main([*asked, "--out", str(tmp_path)])
    (record,) = store.read(tmp_path / RESULTS)
    assert record["status"] in ("out of memory", "crashed")
    assert record["detail"]
