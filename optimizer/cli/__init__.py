"""The command line: parse, call, print; one file per command.

A command's file is imported when the command runs, so that help comes at once. `COMMANDS` is the list of all of them;
each names a function of its own name in the file of its own name (``import-creators``: `import_creators`).

Exit codes: 0 done; 1 internal error or failed verification; 2 bad input; 3 proven infeasible; 4 nothing found in the
time; 130 interrupted.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import NoReturn

from optimizer.cli.application import application
from optimizer.cli.console import ExitCode, say


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
    """Run a command and return its exit code; an error that nobody expected is reported in a sentence.

    With GROUNDSWELL_DEBUG set in the environment such an error is raised.
    """
    try:
        application()(args=arguments, prog_name="groundswell")
    except SystemExit as leaving:
        return int(leaving.code or ExitCode.DONE)
    except Exception as error:
        if os.environ.get("GROUNDSWELL_DEBUG"):
            raise
        _report(error)
        return ExitCode.FAILED
    return ExitCode.DONE


def _leave_at_once() -> NoReturn:
    """Leave without waiting for a search that may still be under way in its thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ExitCode.INTERRUPTED)


PARTS = {"distributed": "cluster", "dask": "cluster", "psycopg": "cluster", "pyarrow": "parquet"}
"""Packages that do not come with the installation, and the part (extra) that brings each."""


def _report(error: Exception) -> None:
    if isinstance(error, ModuleNotFoundError) and error.name is not None:
        package = error.name.partition(".")[0]
        if package in PARTS:
            say(f"This needs the part {PARTS[package]!r} of groundswell, which is not installed.")
            say(f"In the folder of groundswell: pip install '.[{PARTS[package]}]', or run it with uv's --all-extras.")
            return
    from optimizer.errors import VerificationError  # noqa: PLC0415

    if isinstance(error, VerificationError):
        say(str(error))
    else:
        say(f"This is a bug in groundswell: {type(error).__name__}: {error}")
    say("Please report it with the scenario and what this command prints with GROUNDSWELL_DEBUG=1 in the environment.")
