"""The benchmark on families W and WW: states at time marks, verdicts, gaps, peers; runs are resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import resumable, store, wide
from tests.benchmarks.cases import Case, Task
from tests.benchmarks.figures import Result
from tests.benchmarks.methods.base import Moment
from tests.benchmarks.test_report import record
from tests.benchmarks.wide_tables import (
    closed_after,
    gap_at,
    gap_rows,
    peer_rows,
    share_rows,
    verdict_rows,
    wide_report,
)

Record = dict[str, Any]


def told(seed: int, *moments: Moment, method: str = "ours", **changes: Any) -> Record:
    """Return a record of family W with these moments."""
    found = record(method, case=Case("W", seed), goal="activate_most", **changes)
    return found | {"moments": [vars(moment) for moment in moments]}


PLANNED = told(
    1, Moment(0.3, 4, 1010, True, 5, None), Moment(1.5, 4, 1000, True, 4, 995), Moment(6.0, 4, 1000, True, 4, 1000)
)
INFEASIBLE = told(2, Moment(0.9, infeasible=True), status="no plan")
NOTHING = told(3, Moment(1.8, 0, 0, True, 0, None), status="no plan")
OPEN = told(4, Moment(4.0, 3, 900, True, 4, None))
OURS = [Result(each) for each in (PLANNED, INFEASIBLE, NOTHING, OPEN)]


def column(rows: tuple[list[str], list[list[str]]], name: str) -> dict[str, str]:
    headers, body = rows
    return {cells[0]: cells[headers.index(name)] for cells in body}


def test_one_run_gives_the_state_at_every_time_mark() -> None:
    rows = share_rows(OURS, 10)
    assert rows[0] == ["by", "0.5 s", "1 s", "2 s", "5 s", "10 s"]
    assert column(rows, "0.5 s") == {
        "closed": "0.0%",
        "within 1%, or infeasible": "0.0%",
        "proven infeasible": "0.0%",
        "a plan, or closed": "25.0%",
    }
    assert column(rows, "2 s")["closed"] == "50.0%"
    assert column(rows, "2 s")["within 1%, or infeasible"] == "75.0%"
    assert column(rows, "10 s")["closed"] == "75.0%"
    assert column(rows, "10 s")["a plan, or closed"] == "100.0%"
    assert column(share_rows(OURS, 2), "1 s")["proven infeasible"] == "25.0%"


def test_a_scenario_of_which_nothing_can_be_secured_is_closed() -> None:
    assert closed_after(Result(NOTHING)) == 1.8
    assert gap_at(Result(NOTHING), 1.0) is None
    assert gap_at(Result(NOTHING), 2.0) == 0


def test_verdicts_and_first_plans_have_their_times() -> None:
    rows = verdict_rows(OURS, 10)
    assert rows[1][0][1:] == ["1", "100.0%", "0.90", "0.90", "0.90"]
    assert rows[1][1][1:] == ["2", "50.0%", "0.30", "4.00", "4.00"]
    assert verdict_rows([], 10)[1][0][1:] == ["0", "–", "–", "–", "–"]


def test_a_verdict_without_progress_counts_when_the_answer_came() -> None:
    late = told(5, note="status infeasible, method plain", status="no plan", seconds=2.5)
    assert Result(late).infeasible == 2.5
    assert Result(PLANNED).infeasible == float("inf")


def test_gaps_are_those_of_scenarios_that_are_not_infeasible() -> None:
    headers, (row,) = gap_rows(OURS, 10)
    cells = dict(zip(headers, row, strict=True))
    assert row[0] == "3 not infeasible"
    assert (cells["≤ 0.1%"], cells["≤ 5.0%"], cells["none"]) == ("66.7%", "66.7%", "0.0%")
    assert (cells["median"], cells["largest"]) == ("0", "25.00%")


def test_peers_stand_beside_the_longest_run_of_ours_on_their_scenarios() -> None:
    peers = [
        Result(told(1, Moment(0.1, 4, 1100, True), method="greedy", cost=1100, value_bound=None, cost_bound=None)),
        Result(told(4, Moment(0.1, 3, 891, True), method="greedy", cost=891, judged={"value": 3})),
    ]
    ours = [*OURS[:1], Result(told(4, Moment(4.0, 3, 900, True, 4, None), cost=900, judged={"value": 3}))]
    rows = peer_rows(ours, peers)
    assert column(rows, "runs") == {"groundswell": "2", "greedy": "2"}
    assert column(rows, "cost / ours")["greedy"] == "1.0450"
    assert column(rows, "closed") == {"groundswell": "50.0%", "greedy": "0.0%"}
    assert column(rows, "value / ours")["greedy"] == "1.000"


def test_the_goal_decides_whether_a_part_is_a_plan() -> None:
    part = {"planned": 3, "holding": 3, "value": 3}
    assert Result(record("ours", case=Case("W", 1), goal="activate_most", judged=part)).clean
    assert not Result(record("ours", case=Case("W", 1), goal="min_cost", judged=part)).clean


def test_a_run_that_was_interrupted_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[Task] = []

    def run(task: Task) -> Record:
        ran.append(task)
        if len(ran) == 3:
            raise KeyboardInterrupt
        return PLANNED | {"task": task.to_record()}

    monkeypatch.setattr(resumable, "run_task", run)
    asked = ["--families", "W", "--seeds", "3", "--first-seed", "7", "--limit", "2", "--peer-seeds", "1"]
    asked += ["--peers", "greedy", "--out", str(tmp_path)]
    with pytest.raises(KeyboardInterrupt):
        wide.main(asked)
    with (tmp_path / wide.RESULTS).open("a", encoding="utf-8") as file:
        file.write('{"task": {"case')
    wide.main(asked)
    assert [(task.case.seed, task.method) for task in ran[3:]] == [(9, "ours"), (7, "greedy")]
    assert len(store.read(tmp_path / wide.RESULTS)) == 4
    assert capsys.readouterr().out.count("done before") == 2
    assert "## W, 3 scenarios, 2 s" in (tmp_path / wide.REPORT).read_text(encoding="utf-8")


def test_the_report_has_a_part_for_each_family_and_limit() -> None:
    other = PLANNED | {"task": Task(Case("WW", 1), "ours", 10.0).to_record()}
    text = wide_report([PLANNED, INFEASIBLE, other])
    assert text.count("## W, 2 scenarios, 15 s") == 1
    assert text.count("## WW, 1 scenarios, 10 s") == 1
    assert "peers" not in text


@pytest.mark.campaign
def test_the_command_runs_a_real_scenario(tmp_path: Path) -> None:
    wide.main(["--families", "W", "--seeds", "1", "--limit", "2", "--peer-seeds", "0", "--out", str(tmp_path)])
    (found,) = store.read(tmp_path / wide.RESULTS)
    assert found["goal"] in ("min_cost", "activate_most")
    assert found["moments"]
