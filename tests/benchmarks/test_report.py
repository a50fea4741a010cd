"""The report says what the records say: no more, no less, and a peer's win as plainly as ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import store
from tests.benchmarks.__main__ import _parser, tasks_of
from tests.benchmarks.cases import Case, Task
from tests.benchmarks.figures import NEVER, Result, better, gap, groups
from tests.benchmarks.methods.base import Moment
from tests.benchmarks.report import report_text, write_report
from tests.benchmarks.tables import growth_rows, median_rows, proof_ratio, wins

Record = dict[str, Any]


def record(method: str, *, cost: int = 1000, case: Case | None = None, **changes: Any) -> Record:
    """Return a record of a plan of 4 activations that all hold, found after 2 s, proven to 1 % after 3 s."""
    judged = {
        "value": 4,
        "claimed_value": 4,
        "cost": cost,
        "planned": 4,
        "holding": 4,
        "wanted": 4,
        "least_probability": 0.9012,
        "shortfall": 0.0,
        "gifts": 30,
        "paid": 5,
        "broken": {},
        "places_used": None,
        **changes.pop("judged", {}),
    }
    moments = [
        Moment(2.0, 4, cost, True, 4, None),
        Moment(3.0, 4, cost, True, 4, round(cost * 0.995)),
    ]
    return {
        "task": Task(case or Case("S", 1), method, 15.0).to_record(),
        "date": "2027-01-02T03:04:05+00:00",
        "machine": {"cores": 2, "processor": "Abacus", "memory_gb": 8.0, "system": "Linux"},
        "versions": {"python": "3.11.7", "ortools": "9.15"},
        "peak_mb": 200.0,
        "moments": [vars(moment) for moment in moments],
        "status": "plan",
        "detail": "",
        "seconds": 14.0,
        "note": "",
        "value_bound": 4,
        "cost_bound": round(cost * 0.995),
        "judged": judged,
        **changes,
    }


def silent(method: str, **changes: Any) -> Record:
    """Return a record of a method that proves nothing."""
    moments = [vars(Moment(0.5, 4, changes.get("cost", 1000), True))]
    return record(method, moments=moments, value_bound=None, cost_bound=None, **changes)


def missing(method: str, **changes: Any) -> Record:
    """Return a record of a plan of which one activation does not hold."""
    found = silent(method, **changes)
    found["moments"][0]["holds"] = False
    found["judged"] |= {"value": 3, "holding": 3, "shortfall": 0.02, "least_probability": 0.87}
    return found


def row(records: list[Record], title: str) -> dict[str, str]:
    headers, rows = median_rows(groups(records)[0])
    return dict(zip(headers, next(cells for cells in rows if cells[0] == title), strict=True))


def test_a_row_holds_what_was_measured() -> None:
    cells = row([record("ours"), silent("greedy", cost=1020)], "groundswell")
    assert cells["cost"] == "10.00"
    assert cells["gap"] == "0.50%"
    assert (cells["first plan, s"], cells["1 % proven, s"], cells["0.1 % proven, s"]) == ("2.0", "3.0", ">15")
    cells = row([record("ours"), silent("greedy", cost=1020)], "greedy")
    assert (cells["cost / ours"], cells["gap"], cells["1 % proven / ours"]) == ("1.0200", "none", "none")
    assert (cells["near best, s"], cells["hold"]) == (">15", "4 of 4 planned")


def test_a_cheaper_plan_that_misses_a_confidence_is_not_compared_and_wins_nothing() -> None:
    records = [record("ours"), missing("saa-cpsat", cost=900)]
    assert row(records, "SAA + CP-SAT")["cost / ours"] == "–"
    assert wins(groups(records)[0]) == []
    assert not better(Result(records[1]), Result(records[0]))


def test_where_a_peer_wins_is_said() -> None:
    (line,) = wins(groups([record("ours"), silent("greedy", cost=990, peak_mb=100.0)])[0])
    assert line == (
        "S, greedy: a better plan (more value that holds, or the same value cheaper) in 1 of 1; within 1 % of the best "
        "plan sooner in 1 of 1; less memory with a plan that holds in 1 of 1."
    )


def test_what_failed_is_in_the_report() -> None:
    crash = record("oracle", status="out of memory", detail="exit code -6", moments=[], seconds=None)
    del crash["judged"]
    text = report_text([record("ours"), crash])
    assert "| exact oracle in SCIP, class cuts | 0 of 1 |" in text
    assert "out of memory: exit code -6" in text


def test_a_plan_that_leaves_out_what_must_be_secured_is_not_clean() -> None:
    part = record("ours", judged={"planned": 3, "holding": 3, "value": 3})
    assert not Result(part).clean
    assert Result(record("ours", case=Case("L", 1), judged={"planned": 3, "holding": 3, "value": 3})).clean


def test_medians_are_taken_over_seeds_and_never_is_late() -> None:
    late = [record("plain", case=Case("S", seed), moments=[vars(Moment(1.0, 4, 1000, True, 4, 0))]) for seed in (1, 2)]
    records = [*(record("ours", case=Case("S", seed)) for seed in (1, 2, 3)), *late, record("plain", case=Case("S", 3))]
    (group,) = groups(records)
    assert row(records, "plain CP-SAT")["1 % proven, s"] == ">15"
    assert proof_ratio(group, group.of("plain")) == "> 5.0"
    assert group.of("plain")[0].proven(0.01) == NEVER


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ((4, 1000, 4, 990), 0.01),
        ((3, 1000, 4, None), 0.25),
        ((4, 1000, 4, None), None),
        ((None, None, 4, 10), None),
        ((4, 1000, 4, 1001), 0.0),
    ],
)
def test_the_gap_is_that_of_the_plan(known: tuple[Any, ...], expected: float | None) -> None:
    assert gap(*known) == expected


def test_growth_is_told_where_a_family_was_solved_in_several_sizes() -> None:
    assert growth_rows(groups([record("ours")]))[1] == []
    twice = record("ours", case=Case("S", 1, 2), judged={"wanted": 8, "planned": 8, "holding": 8, "value": 8})
    headers, rows = growth_rows(groups([record("ours"), twice]))
    assert [cells[1] for cells in rows] == ["4", "8"]
    assert all(len(cells) == len(headers) for cells in rows)


def test_report_and_charts_are_written(tmp_path: Path) -> None:
    records = [record("ours"), record("ours", case=Case("S", 1, 2)), silent("greedy", cost=1010), missing("saa-highs")]
    records.append(record("ours", case=Case("M", 1, 1, 0.9), judged={"places_used": 0.88}))
    written = write_report(records, tmp_path)
    assert [path.suffix for path in written] == [".md", *[".png"] * 4]
    text = written[0].read_text(encoding="utf-8")
    for part in ("Abacus", "ortools 9.15", "2027-01-02", "## Nearly full warehouse", "88%", "## Growth", "Seeds 1."):
        assert part in text
    for name in (path.name for path in written[1:]):
        assert f"]({name})" in text


def test_the_results_file_keeps_the_latest_of_equal_runs_and_survives_a_cut(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    for item in (record("ours"), record("ours", cost=900), record("greedy")):
        store.append(path, item)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record("plain"))[:50])
    assert [item["judged"]["cost"] for item in store.read(path)] == [900, 1000]
    assert Task(Case("S", 1), "ours", 15).key in store.done(path)
    assert Task(Case("S", 1), "ours", 20).key not in store.done(path)


def test_runs_go_instance_by_instance() -> None:
    asked = _parser().parse_args(["--families", "S,M", "--seeds", "2", "--methods", "ours,greedy", "--scales", "1,2"])
    tasks = tasks_of(asked)
    assert len(tasks) == 16
    assert [(task.case.name, task.method) for task in tasks[:3]] == [
        ("S seed 1", "ours"),
        ("S seed 1", "greedy"),
        ("S seed 2", "ours"),
    ]
    assert {task.case.family: task.limit for task in tasks} == {"S": 15, "M": 30}
