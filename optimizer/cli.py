"""The command line: parse, call, print.

Commands import what they need when they run, so that help comes at once.

Exit codes: 0 done; 1 internal error or failed verification; 2 bad input; 3 proven infeasible; 4 nothing found in the
time; 130 interrupted.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from optimizer.commands.console import ExitCode, say, show_text

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Decides whom to gift, whom to pay and when, so that small creators of one community post together; "
    "and proves how good the plan is.",
    epilog="Exit codes: 0 done, 1 internal error or failed verification, 2 bad input, 3 proven infeasible, "
    "4 nothing found in the time, 130 interrupted.",
)


Format = Literal["table", "json"]
Method = Literal["auto", "plain", "decomposed"]
Family = Literal["S", "M", "L", "XL", "Y"]
Document = Literal["scenario", "plan"]
ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file; - reads standard input.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write.")]
Shown = Annotated[Format, typer.Option("--format", help="How the plan is printed.")]

_EXTENDED: set[str] = set()


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    if version:
        from importlib.metadata import version as installed

        show_text(f"groundswell {installed('groundswell')}\n")
        raise typer.Exit


@app.command()
def solve(
    scenario: ScenarioFile,
    output: Output = None,
    time_limit: Annotated[float, typer.Option(help="Seconds allowed.", metavar="S")] = 60.0,
    gap: Annotated[float, typer.Option(help="Cost gap at which a plan counts as optimal.", metavar="G")] = 0.001,
    seed: Annotated[int, typer.Option(help="Seed of solver and simulation.", metavar="N")] = 1,
    workers: Annotated[
        int | None, typer.Option(help="Solver threads.", metavar="N", show_default="one per core")
    ] = None,
    method: Annotated[Method, typer.Option(help="One plain model, decomposed, or as the size suggests.")] = "auto",
    shown: Shown = "table",
) -> None:
    """Make the best plan, verify it, and say how good it is.

    The first Ctrl-C ends the search with the best plan so far, the second at once.
    """
    from optimizer.commands.inputs import settings_of
    from optimizer.commands.solving import solve as run

    settings = settings_of(time_limit_seconds=time_limit, gap=gap, seed=seed, workers=workers, method=method)
    raise typer.Exit(run(scenario, output, settings, as_json=shown == "json"))


@app.command()
def validate(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files.")],
) -> None:
    """Check scenario files: every problem at once, then what each community's network can reach."""
    from optimizer.commands.judging import validate as run

    raise typer.Exit(run(scenarios))


@app.command()
def verify(
    scenario: ScenarioFile, plan: Annotated[Path, typer.Argument(metavar="PLAN", help="Plan file (JSON).")]
) -> None:
    """Judge a plan by every rule, independently of what made it."""
    from optimizer.commands.judging import verify as run

    raise typer.Exit(run(scenario, plan))


@app.command()
def evaluate(
    scenario: ScenarioFile,
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            help="Plan (JSON), or decisions (CSV: creator, activation, mode, ship_on, window_start).",
        ),
    ],
    shown: Shown = "table",
) -> None:
    """Score a hand-made plan: the same figures, and the rules it breaks."""
    from optimizer.commands.judging import evaluate as run

    raise typer.Exit(run(scenario, plan, as_json=shown == "json"))


@app.command("import-creators")
def import_creators(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="Creators, one per row, with a line of column names.")],
    into: Annotated[Path, typer.Option(metavar="SCENARIO", help="Scenario that receives them.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write.", show_default="SCENARIO")
    ] = None,
) -> None:
    """Bring creators from a spreadsheet into a scenario; those with a known id are replaced."""
    from optimizer.commands.documents import import_creators as run

    run(table, into, output or into)


@app.command()
def generate(
    family: Annotated[Family, typer.Option(help="Kind and size.")],
    seed: Annotated[int, typer.Option(help="Equal seeds give equal scenarios.", metavar="N", min=0)],
    scale: Annotated[int, typer.Option(help="Times as many communities.", metavar="N", min=1)] = 1,
    capacity_use: Annotated[
        float | None,
        typer.Option(
            help="Share of the parcel places that the parcels needed will take.",
            metavar="SHARE",
            min=0.01,
            max=1.0,
            show_default="drawn by the family",
        ),
    ] = None,
    output: Output = None,
) -> None:
    """Make a scenario of a benchmark family."""
    from optimizer.commands.documents import generate as run

    run(family, seed, output, scale=scale, capacity_use=capacity_use)


@app.command()
def schema(document: Annotated[Document, typer.Argument(help="Which format.")]) -> None:
    """Print the JSON Schema of a format: every field with its meaning, unit and an example."""
    from optimizer.commands.documents import schema as run

    run(document)


def extended() -> typer.Typer:
    """Return the application with the commands of installed parts (entry points `groundswell.commands`)."""
    from importlib.metadata import entry_points

    for part in entry_points(group="groundswell.commands"):
        if part.name not in _EXTENDED:
            _EXTENDED.add(part.name)
            more: typer.Typer = part.load()
            app.registered_commands += more.registered_commands
            app.registered_groups += more.registered_groups
    return app


def main() -> NoReturn:
    """Run the command line and leave with the exit code of the outcome."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = outcome(sys.argv[1:])
    if code == ExitCode.INTERRUPTED:
        _leave_at_once()
    sys.exit(code)


def outcome(arguments: list[str]) -> int:
    """Run a command and return its exit code; an error that nobody expected is told in a sentence.

    With GROUNDSWELL_DEBUG set in the environment such an error is raised.
    """
    try:
        extended()(args=arguments, prog_name="groundswell")
    except SystemExit as leaving:
        return int(leaving.code or ExitCode.DONE)
    except Exception as error:
        if os.environ.get("GROUNDSWELL_DEBUG"):
            raise
        _own_up(error)
        return ExitCode.FAILED
    return ExitCode.DONE


def _leave_at_once() -> NoReturn:
    """Leave without waiting for a search that may still be under way in its thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ExitCode.INTERRUPTED)


def _own_up(error: Exception) -> None:
    from optimizer.errors import VerificationError

    if isinstance(error, ModuleNotFoundError):
        say(f"This needs the part of groundswell that uses {error.name}, which is not installed.")
        say("Install it: pip install 'groundswell[service]', or run it with uv's --all-extras.")
        return
    if isinstance(error, VerificationError):
        say(str(error))
    else:
        say(f"This is a bug in groundswell: {type(error).__name__}: {error}")
    say("Please report it with the scenario and what this command prints with GROUNDSWELL_DEBUG=1 in the environment.")
