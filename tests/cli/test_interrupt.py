"""Signals, broken pipes and consoles without UTF-8, on real processes."""

from __future__ import annotations

import _thread
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import pytest

from optimizer.cli.console import interruptible
from optimizer.plan import Plan, to_json
from optimizer.scenario.generator import generate
from tests.cli.launch import plan, run, write

PATIENCE_SECONDS = 60
COMMAND = [sys.executable, "-c", "from optimizer.cli import main; main()"]
WITH_PLANNER = """
import sys, time, types
from pathlib import Path
from optimizer.plan import Plan
def make_plan(scenario, settings, *, progress, cancel):
    print("searching", file=sys.stderr, flush=True)
    {body}
    return Plan.model_validate_json(Path({answer!r}).read_text())
sys.modules["optimizer.planner"] = types.SimpleNamespace(make_plan=make_plan)
from optimizer.cli import main
main()
"""
OBEDIENT = "cancel.wait()"
DEAF = "time.sleep(600)"


Planning = Callable[[str, Plan], subprocess.Popen[str]]


@pytest.fixture
def planning(tmp_path: Path) -> Iterator[Planning]:
    """Return a function that starts a solve whose planner runs some code and then answers; on return it is running."""
    started: list[subprocess.Popen[str]] = []

    def start(body: str, answer: Plan) -> subprocess.Popen[str]:
        path = tmp_path / "answer.json"
        path.write_text(to_json(answer), encoding="utf-8")
        code = WITH_PLANNER.format(body=body, answer=str(path))
        command = [sys.executable, "-c", code, "solve", str(write(tmp_path)), "-o", str(tmp_path / "plan.json")]
        process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True)
        started.append(process)
        assert process.stderr is not None
        assert "searching" in process.stderr.readline()
        return process

    yield start
    for process in started:
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_ends_with_the_best_plan(planning: Planning, tmp_path: Path, number: signal.Signals) -> None:
    process = planning(OBEDIENT, plan())
    process.send_signal(number)
    shown, messages = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert "Interrupted: ending with the best plan so far" in messages
    assert "1 of 2 activations secured" in shown
    written = Plan.model_validate_json((tmp_path / "plan.json").read_text())
    assert written.assignments == plan().assignments


def test_nothing_is_written_when_there_is_no_plan_yet(planning: Planning, tmp_path: Path) -> None:
    process = planning(OBEDIENT, plan([]).model_copy(update={"status": "unknown"}))
    process.send_signal(signal.SIGINT)
    shown, messages = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, shown) == (130, "")
    assert "nothing is written" in messages
    assert not (tmp_path / "plan.json").exists()


def test_second_signal_ends_at_once(planning: Planning, tmp_path: Path) -> None:
    process = planning(DEAF, plan())
    assert process.stderr is not None
    process.send_signal(signal.SIGINT)
    assert "Once more to end at once" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    shown, messages = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, shown) == (130, "")
    assert "Traceback" not in messages
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.json", "launch.json"]


def hard_scenario() -> dict[str, object]:
    """Return eight activations that compete for few parcels in a fortnight: a plan comes fast, optimality never."""
    family = generate("M", 2)
    communities = [community["id"] for community in family["communities"][:8]]
    members = {name: [item for item in family["creators"] if name in item["communities"]] for name in communities}
    narrow = {"min_posts": 3, "start_earliest": "2027-03-22", "start_latest": "2027-03-29"}
    del family["products"][0]["stock"]
    return family | {
        "objective": {"goal": "activate_most"},
        "shipping": family["shipping"] | {"daily_capacity": 3},
        "communities": family["communities"][:8],
        "activations": [
            item | narrow | {"value": 2 + number % 4}
            for number, item in enumerate(family["activations"])
            if item["community"] in communities
        ],
        "creators": [creator for name in communities for creator in members[name][:40]],
    }


def chunks(terminal: int) -> Iterator[str]:
    """Yield what a terminal receives until the other side closes it."""
    while True:
        try:
            received = os.read(terminal, 65536)
        except OSError:
            return
        if not received:
            return
        yield received.decode(errors="replace")


def test_real_search_is_interrupted_with_a_verified_plan(tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    scenario = write(tmp_path, hard_scenario())
    terminal, theirs = pty.openpty()
    arguments = ["solve", str(scenario), "-o", str(out), "--gap", "0", "--time-limit", "300"]
    process = subprocess.Popen([*COMMAND, *arguments], stdout=PIPE, stderr=theirs, text=True)
    os.close(theirs)
    seen, sent = "", False
    try:
        for chunk in chunks(terminal):
            seen += chunk
            if not sent and re.search(r"value [1-9]", seen):
                process.send_signal(signal.SIGINT)
                sent = True
        shown, _ = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
        os.close(terminal)
    assert sent
    assert process.returncode == 130
    assert "Verified plan" in shown
    written = Plan.model_validate_json(out.read_text())
    assert written.status == "feasible"
    assert written.certificate.verified
    assert written.objective.value


ON_IMPORT = """
import signal, sys
from optimizer.cli import main
wanted = sys.argv.pop(1)
def interrupt(event, details):
    if event == "import" and details[0] == wanted:
        signal.raise_signal(signal.{name})
sys.addaudithook(interrupt)
main()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("module", "command", "message"),
    [
        ("typer", "solve", "Interrupted before the search began; no plan was made."),
        ("rich.console", "solve", "Interrupted before the search began; no plan was made."),
        ("optimizer.cli.options", "solve", "Interrupted before the search began; no plan was made."),
        ("pydantic", "solve", "Interrupted before the search began; no plan was made."),
        ("pydantic", "validate", "Interrupted before the command began; nothing was done."),
    ],
)
def test_a_signal_amid_the_imports_ends_in_one_line(
    tmp_path: Path, name: str, module: str, command: str, message: str
) -> None:
    start = [sys.executable, "-c", ON_IMPORT.format(name=name), module, command, str(write(tmp_path))]
    ran = subprocess.run(start, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", message + "\n")


@pytest.mark.parametrize(
    ("function", "message"),
    [("scenario_at", "Interrupted before the search began; no plan was made.\n"), ("deliver_plan", "Interrupted.\n")],
)
def test_a_signal_outside_the_search_ends_in_one_line(
    function: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"optimizer.cli.solve.{function}", interrupted)
    ran = run(capsys, "solve", write(tmp_path), "-o", tmp_path / "plan.json")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.endswith(message)


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.2, 0.3, 0.5])
def test_an_early_signal_ends_without_a_traceback(tmp_path: Path, seconds: float) -> None:
    code = "import sys; from optimizer.cli import main; print('up', flush=True); main()"
    start = [sys.executable, "-c", code, "solve", "scenarios/trail_launch.json", "-o", str(tmp_path / "plan.json")]
    process = subprocess.Popen(start, stdout=PIPE, stderr=PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert messages.startswith("Interrupted")
    assert "Traceback" not in messages


def test_what_hears_a_signal_loads_next_to_nothing() -> None:
    code = "import sys; before = set(sys.modules); import optimizer.cli; print(*sorted(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    slow = {"typing", "re", "importlib.metadata", "typer", "rich"}
    assert slow.isdisjoint(ran.stdout.split())


def test_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -c 'from optimizer.cli import main; main()' schema scenario | head -n 1"
    ran = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "{\n", "")


def test_console_without_utf8_still_shows_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plan().model_dump_json(by_alias=True), encoding="utf-8")
    command = [*COMMAND, "evaluate", str(write(tmp_path)), str(path)]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    assert "?123.90" in ran.stdout


def test_a_signal_that_does_not_wake_the_main_thread_is_heard() -> None:
    """A signal that comes just before the main thread begins to wait leaves a mark, and wakes nobody."""

    def work(cancel: threading.Event) -> bool:
        time.sleep(0.3)
        _thread.interrupt_main(signal.SIGINT)
        return cancel.wait(20)

    heard: list[str] = []
    assert interruptible(work, lambda: heard.append("once")) == (True, True)
    assert heard == ["once"]
