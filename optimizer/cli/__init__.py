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
from typing import Annotated, NoReturn

import typer

from optimizer.cli import batches, budgets, cluster, comparing, exports, planning, pricing
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

PARTS = (planning.app, comparing.app, budgets.app, pricing.app, exports.app, batches.app, cluster.app)
"""Groups of commands, in the order of the help."""

_EXTENDED: set[str] = set()


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    if version:
        from importlib.metadata import version as installed

        show_text(f"groundswell {installed('groundswell')}\n")
        raise typer.Exit


for _part in PARTS:
    app.registered_commands += _part.registered_commands


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
        say("Install it: pip install 'groundswell[cluster,finance,service]', or run it with uv's --all-extras.")
        return
    if isinstance(error, VerificationError):
        say(str(error))
    else:
        say(f"This is a bug in groundswell: {type(error).__name__}: {error}")
    say("Please report it with the scenario and what this command prints with GROUNDSWELL_DEBUG=1 in the environment.")
