from __future__ import annotations

import io
import json
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from optimizer.answers.batch import JobFigures, JobRow
from optimizer.batch.folder import Folder
from optimizer.cli.batch import outcome_of
from optimizer.cli.batch_progress import BatchProgress, clock
from optimizer.cli.console import ExitCode
from optimizer.export.terminal.batch_page import BatchPage
from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint, read_scenario
from optimizer.solve.control import Progress
from tests.batch.batches import BROKEN, DIED, Scripted, answer
from tests.cli.conftest import Run
from tests.cli.launch import document, write
from tests.export.answers import job as asked

IMPOSSIBLE = document(objective={"goal": "min_cost"})


def scripted(monkeypatch: pytest.MonkeyPatch, *script: Any, at_last: Any = None) -> list[Scripted]:
    """Replace the executor: the scenarios named `0`, `1`, … end as the script says."""
    made: list[Scripted] = []

    def make(listener: Any, places: int) -> Scripted:  # noqa: ARG001
        made.append(Scripted(listener, lambda name: script[int(name)], at_last))
        return made[-1]

    monkeypatch.setattr("optimizer.cli.batch.LocalExecutor", make)
    return made


def numbered(folder: Path, count: int) -> Path:
    source = folder / "in"
    source.mkdir()
    for number in range(count):
        write(source, document(name=str(number)), f"{number}.json")
    return source


def test_a_folder_is_solved_with_every_budget_and_its_files_agree(groundswell: Run, tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "new" / "out"
    source.mkdir()
    write(source)
    write(source, document(activations=None), "left_out.json")
    ran = groundswell("batch", source, "-o", out, "--budgets", "150,10", "--confidences", "0.5", "--parquet")
    assert ran.code == 0, ran.err
    assert "4 jobs: 4 optimal." in ran.out
    assert "[4/4] " in ran.err
    plans = sorted((out / "plans").iterdir())
    assert len(plans) == 4
    for path in plans:
        plan = Plan.model_validate_json(path.read_text(encoding="utf-8"))
        scenario = read_scenario(out / "scenarios" / path.name)
        assert plan.scenario.sha256 == fingerprint(scenario)
        assert str(scenario.budget.total) in {"150", "10"}
        assert {activation.confidence for activation in plan.activations} == {0.5}
        assert groundswell("verify", out / "scenarios" / path.name, path).code == 0
    assert {path.name for path in out.iterdir()} >= {"summary.csv", "summary.parquet", "times.csv"}
    assert not list(out.rglob("*.tmp"))


def test_solved_jobs_are_not_solved_again_unless_asked_for(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scripted(monkeypatch, answer(), answer("infeasible", empty=True), DIED)
    source, out = numbered(tmp_path, 3), tmp_path / "out"
    assert groundswell("batch", source, "-o", out).code == 1
    summary = (out / "summary.csv").read_bytes()
    ran = groundswell("batch", source, "-o", out)
    assert "3 jobs: 2 solved before, 1 to solve, 1 at once." in ran.err
    assert (out / "summary.csv").read_bytes() == summary
    groundswell("batch", source, "-o", out, "--fresh")
    assert [len(executor.submitted) for executor in made] == [3, 1, 3]


def test_a_fresh_batch_that_was_killed_resumes_where_it_stopped(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, answer())
    source, out = numbered(tmp_path, 1), tmp_path / "out"
    groundswell("batch", source, "-o", out)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("optimizer.cli.batch.LocalExecutor", killed)
        assert groundswell("batch", source, "-o", out, "--fresh").code == 130
    ran = groundswell("batch", source, "-o", out)
    assert "0 solved before, 1 to solve" in ran.err, "the old result does not count any more"


def test_bad_scenarios_are_reported_and_the_others_solved(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, answer(), None)
    source = numbered(tmp_path, 1)
    (source / "broken.json").write_text("{", encoding="utf-8")
    write(source, document(currency="XQX", surprise=1), "odd.json")
    ran = groundswell("batch", source, "-o", tmp_path / "out", "--seeds", "1,2")
    assert ran.code == 2
    assert "broken.json: 1 problem\n" in ran.err
    assert "odd.json: 2 problems\n" in ran.err
    assert "6 jobs: 2 optimal, 4 bad input." in ran.out
    assert ran.out.count("this is not JSON") == 1, "once for both seeds"


def test_a_manifest_with_problems_is_refused_with_those_of_its_scenarios(groundswell: Run, tmp_path: Path) -> None:
    write(tmp_path, document(surprise=1), "odd.json")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("scenario,seed\nodd.json,1\nodd.json,much\nnone.json,1\n", encoding="utf-8")
    ran = groundswell("batch", manifest, "-o", tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    assert "manifest.csv: 1 problem\n  row 3, column seed: should be a whole number" in ran.err
    assert "odd.json (row 2): 1 problem" in ran.err
    assert "none.json (row 4): 1 problem" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_manifest_is_solved_row_by_row(groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scripted(monkeypatch, answer(), answer())
    numbered(tmp_path, 2)
    manifest = tmp_path / "manifest.csv"
    text = "scenario,label,time_limit,gap\nin/1.json,second first,7,\nin/0.json,=cmd(),,0.5\nin/none.json,gone,,\n"
    manifest.write_text(text, encoding="utf-8")
    ran = groundswell("batch", manifest, "-o", tmp_path / "out", "--time-limit", 9)
    assert ran.code == 2, "one file is not there"
    assert {(task.settings.time_limit_seconds, task.settings.gap) for task in made[0].submitted} == {
        (7, 0.001),
        (9, 0.5),
    }
    rows = (tmp_path / "out" / "summary.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["in/1.json", "in/0.json", "in/none.json"]
    assert ",'=cmd()," in rows[1]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--budgets", "1,x", "--confidences", "2"], ["--budgets", "--confidences"]),
        (["--seeds", "1,1"], ["--seeds: this value comes twice"]),
        (["--time-limit", "0", "--gap", "2"], ["--time-limit", "--gap"]),
        (["--workers", "0"], ["--workers"]),
    ],
)
def test_all_impossible_options_are_reported(
    groundswell: Run, tmp_path: Path, options: list[str], named: list[str]
) -> None:
    ran = groundswell("batch", numbered(tmp_path, 1), "-o", tmp_path / "out", *options)
    assert (ran.code, ran.out) == (2, "")
    assert all(name in ran.err for name in named)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("place", "code"), [("in", "same_folder"), ("", "same_folder"), ("other", "folder_not_empty")])
def test_results_go_to_a_folder_of_their_own(groundswell: Run, tmp_path: Path, place: str, code: str) -> None:
    (tmp_path / "in" / "scenarios").mkdir(parents=True)
    (tmp_path / "other" / "mine").mkdir(parents=True)
    source = tmp_path / "in" / ("scenarios" if place == "in" else "")
    write(source)
    ran = groundswell("batch", source, "-o", tmp_path / (place or "in"))
    assert ran.code == 2
    assert code in ran.err


def test_one_batch_at_a_time(groundswell: Run, tmp_path: Path) -> None:
    with Folder(tmp_path / "out").locked():
        ran = groundswell("batch", numbered(tmp_path, 1), "-o", tmp_path / "out")
    assert ran.code == 2
    assert "folder_in_use" in ran.err


def test_an_interrupted_batch_keeps_its_results_and_the_same_command_resumes_it(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scripted(monkeypatch, answer(), None, at_last=answer("feasible"))
    source, out = numbered(tmp_path, 2), tmp_path / "out"

    def interrupt() -> None:
        while not (made and len(list((out / "outcomes").glob("*.json"))) == 1 and made[0].running):
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    ran = groundswell("batch", source, "-o", out)
    assert ran.code == 130
    assert "2 jobs: 1 optimal, 1 interrupted." in ran.out
    assert "Once more to leave at once." in ran.err
    rows = (out / "summary.csv").read_text(encoding="utf-8").splitlines()
    assert ",interrupted,feasible,3," in rows[2]
    scripted(monkeypatch, DIED, answer())
    ran = groundswell("batch", source, "-o", out)
    assert ran.code == 0
    assert "2 jobs: 2 optimal." in ran.out


def test_errors_of_the_executor_are_in_the_log_and_not_on_the_terminal(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functools import partial

    from optimizer.execution.local import LocalExecutor

    broken = partial(LocalExecutor, work="tests.batch.work_functions:by_name")
    monkeypatch.setattr("optimizer.cli.batch.LocalExecutor", broken)
    ran = groundswell("batch", write(tmp_path, document(name="unverified")), "-o", tmp_path / "out")
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "failed its own verification" in ran.out
    assert "stock: 3 of 2 units" in (tmp_path / "out" / "batch.log").read_text(encoding="utf-8")


def test_a_missing_part_for_the_summary_is_reported_before_anything_is_solved(
    groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    ran = groundswell("batch", numbered(tmp_path, 1), "-o", tmp_path / "out", "--parquet")
    assert ran.code == 1
    assert "which is not installed" in ran.err
    assert "In the folder of groundswell: pip install '.[parquet]'" in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("endings", "code"),
    [
        ("optimal feasible", 0),
        ("optimal unknown", 4),
        ("unknown infeasible", 3),
        ("infeasible bad_input unknown", 2),
        ("bad_input failed", 1),
        ("infeasible solver_died", 1),
        ("failed open", 130),
        ("interrupted bad_input", 130),
    ],
)
def test_the_gravest_outcome_is_the_exit_code(endings: str, code: int) -> None:
    rows = [JobRow(asked=asked(), found=JobFigures(outcome=ending)) for ending in endings.split()]  # type: ignore[arg-type]
    assert outcome_of(rows, interrupted=False) == code
    assert outcome_of(rows, interrupted=True) == ExitCode.INTERRUPTED


def shown(*, terminal: bool) -> str:
    out = io.StringIO()
    jobs = {"a": asked("a.json"), "b": asked("b.json"), "c": asked("c.json")}
    view = BatchPage(list(jobs.values()))
    with BatchProgress(Console(file=out, force_terminal=terminal, width=100), view, jobs, 1) as progress:
        progress.began("a")
        progress.began("b")
        progress.moved("b", Progress("improving the plan", 2, 3, 100, None, 0.34, 1.0))
        if terminal:
            Console(file=out, width=100).print(progress.page())
        progress.ended("a", JobFigures(outcome="optimal", value=3, value_bound=3, cost="9.00"))
        if terminal:
            Console(file=out, width=100).print(progress.page())
    return out.getvalue()


def test_a_terminal_shows_the_progress_and_the_running_jobs(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(terminal=True)
    assert "1/3 · 0 s gone" in text
    assert "  a · starting · 0 s" in text
    assert "  b · improving the plan · value 2 of at most 3 · gap 34% · 0 s" in text
    assert "2/3 · 0 s gone · about 0 s left" in text
    capsys.readouterr()


def test_a_pipe_gets_a_line_per_job(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(terminal=False) == ""
    assert capsys.readouterr().err == "[2/3] a: optimal, value 3 of at most 3, £9.00, 0.0 s\n"


@pytest.mark.parametrize(("seconds", "text"), [(0.9, "0 s"), (60, "1:00 min"), (3599, "59:59 min"), (7260, "2:01 h")])
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_the_record_of_a_failure_is_a_file(groundswell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, BROKEN)
    groundswell("batch", numbered(tmp_path, 1), "-o", tmp_path / "out")
    (path,) = (tmp_path / "out" / "outcomes").iterdir()
    record = json.loads(path.read_text(encoding="utf-8"))
    assert (record["found"]["outcome"], record["found"]["message"]) == ("failed", BROKEN.detail)
