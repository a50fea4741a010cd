"""The application: the list of commands, how one is loaded when it runs, and the exit code of its outcome."""

from __future__ import annotations

import io
import os
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points, version
from typing import Any, NamedTuple, NoReturn, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from optimizer.cli import hear_interrupts
from optimizer.cli.console import ExitCode, say, show_text

# Classes of click, which typer carries inside itself under a private name.
Context: TypeAlias = Any
Command: TypeAlias = Any

PLAN, FINANCE, HAND_ON, MANY, DEVELOP = (
    "For planners: from a scenario to a plan",
    "For finance: what money buys",
    "For those who work with a plan",
    "For operations: many scenarios, the service, a cluster",
    "For developers: formats and benchmark scenarios",
)


class Listed(NamedTuple):
    """A command as the help lists it: its heading and its one-line summary."""

    panel: str
    summary: str


COMMANDS: dict[str, Listed] = {
    "new": Listed(PLAN, "Write a scenario to begin with: a workbook to fill in (.xlsx), or JSON."),
    "validate": Listed(
        PLAN, "Check scenario files: every problem at once, then what each community's network can reach."
    ),
    "solve": Listed(PLAN, "Make the best plan, verify it, and say how good it is."),
    "verify": Listed(PLAN, "Judge a plan by every rule, independently of what made it."),
    "evaluate": Listed(PLAN, "Score a hand-made plan: the same figures, and the rules it breaks."),
    "import-creators": Listed(
        PLAN, "Bring creators from any list into a scenario; what it does not say of somebody stays."
    ),
    "convert": Listed(PLAN, "Write a scenario as a workbook (.xlsx) or as JSON (.json); nothing is lost on the way."),
    "baseline": Listed(
        PLAN, "Plan by a simple rule, to compare with: the same figures as any plan, and the rules it breaks."
    ),
    "compare": Listed(
        FINANCE, "Put plans side by side: figures, activations, creators, where the cost comes from, cash by month."
    ),
    "frontier": Listed(
        FINANCE, "Find what every total budget buys: value, communities, cost and the next step, each plan verified."
    ),
    "certainty": Listed(
        FINANCE, "Show what certainty costs: the least cost of each activation, alone, at each confidence."
    ),
    "limits": Listed(FINANCE, "Show what limits cost: what each limit that binds would buy, one step looser."),
    "cash": Listed(
        FINANCE,
        "Show when a plan's money is spent, on what and on whom, and which share is expected to bring no post.",
    ),
    "track": Listed(
        HAND_ON,
        "Show how a campaign stands: who is late, the odds now, and the cheapest offers that bring them back.",
    ),
    "export": Listed(HAND_ON, "Write a plan as files for finance, warehouse, community managers and calendars."),
    "batch": Listed(MANY, "Solve many scenarios with several budgets, confidences and seeds."),
    "worker": Listed(
        MANY, "Solve for a Dask scheduler, until Ctrl-C or SIGTERM: other workers then take over the running solves."
    ),
    "generate": Listed(DEVELOP, "Make a scenario of a benchmark family."),
    "schema": Listed(DEVELOP, "Print the JSON Schema of a format: every field with its meaning, unit and an example."),
}
"""Every command of this package, in the order of the help; the summary is the first paragraph of its docstring."""

PARTS = {"distributed": "cluster", "dask": "cluster", "psycopg": "cluster", "pyarrow": "parquet"}
"""Packages that only an optional part (extra) installs, and that part."""

HELP_OPTIONS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def run_and_leave() -> NoReturn:
    """Run the command line and leave with the exit code of the outcome."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = outcome(sys.argv[1:])
    if code == ExitCode.INTERRUPTED:
        _leave_at_once()
    sys.exit(code)


def outcome(arguments: list[str]) -> int:
    """Run a command and return its exit code; report an unexpected error in a sentence.

    With GROUNDSWELL_DEBUG set in the environment such an error is raised.

    Parameters
    ----------
    arguments
        What follows ``groundswell`` on the command line.
    """
    try:
        application()(args=arguments, prog_name="groundswell")
    except SystemExit as leaving:
        return int(leaving.code or ExitCode.DONE)
    except Exception as error:
        # Any bug ends here: whoever typed the command is told so in a sentence, with an exit code, not by a traceback.
        if os.environ.get("GROUNDSWELL_DEBUG"):
            raise
        _report(error)
        return ExitCode.FAILED
    return ExitCode.DONE


@cache
def application() -> Command:
    """Return the whole command line, with the commands of other packages (entry points `groundswell.commands`)."""
    app = typer.Typer(
        cls=LazyGroup,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings=HELP_OPTIONS,
        help="Decides whom to gift, whom to pay and when, so that small creators of one community post together; "
        "and proves how good the plan is.",
        epilog="Exit codes: 0 done, 1 internal error or failed verification, 2 bad input, 3 proven infeasible, "
        "4 no plan found in the time given, 130 interrupted.",
    )
    app.callback(invoke_without_command=True)(_root)
    for entry in entry_points(group="groundswell.commands"):
        more: typer.Typer = entry.load()
        for command in more.registered_commands:
            command.rich_help_panel = MANY
        for group in more.registered_groups:
            group.rich_help_panel = MANY
        app.registered_commands += more.registered_commands
        app.registered_groups += more.registered_groups
    whole: Command = get_command(app)
    listed = {
        name: TyperCommand(name, help=command.summary, rich_help_panel=command.panel)
        for name, command in COMMANDS.items()
    }
    whole.commands = {**listed, **whole.commands}
    return whole


def command_names() -> set[str]:
    """Return the names of all commands; those in groups with the group's name, as ``keys list``."""
    names = set[str]()
    for name, command in application().commands.items():
        names |= {f"{name} {inner}" for inner in command.commands} if hasattr(command, "commands") else {name}
    return names


class LazyGroup(TyperGroup):
    """A group whose commands hold what the help shows of them, and that imports the one that runs."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands: those of this package, then those of other packages."""
        return list(self.commands)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command, list[str]]:
        """Return the command to run, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        command = _load(name) if name in COMMANDS else command
        hear_interrupts()
        return name, command, rest

    def invoke(self, ctx: Context) -> Any:
        """Run the command; say so where a signal ends it and it has not said more itself."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say("Interrupted.")
            raise typer.Exit(ExitCode.INTERRUPTED) from None


def _load(name: str) -> Command:
    """Return a command of this package from the file of its name."""
    attribute = name.replace("-", "_")
    function = getattr(import_module(f"optimizer.cli.{attribute}"), attribute)
    single = typer.Typer(add_completion=False, context_settings=HELP_OPTIONS, pretty_exceptions_enable=False)
    single.command(name)(function)
    return get_command(single)


def _root(show_version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if show_version:
        show_text(f"groundswell {version('groundswell')}\n")
        raise typer.Exit


def _leave_at_once() -> NoReturn:
    """Leave without waiting for a search that may still run in its thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ExitCode.INTERRUPTED)


def _report(error: Exception) -> None:
    """Say in a sentence what an unexpected error means and what to do."""
    from optimizer.errors import VerificationError  # noqa: PLC0415

    part = PARTS.get((error.name or "").partition(".")[0]) if isinstance(error, ModuleNotFoundError) else None
    if part is not None:
        say(f"This needs the part {part!r} of groundswell, which is not installed.")
        say(f"In the folder of groundswell: pip install '.[{part}]', or run it with uv's --all-extras.")
        return
    if isinstance(error, VerificationError):
        say(str(error))
    else:
        say(f"This is a bug in groundswell: {type(error).__name__}: {error}")
    say("Please report it with the scenario and what this command prints with GROUNDSWELL_DEBUG=1 in the environment.")
