"""``groundswell validate``: every problem of scenario files, and what each network can reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.analysis.network import network
from optimizer.cli.console import ExitCode, complain, show
from optimizer.cli.files import scenario_at
from optimizer.errors import InputError, Notice
from optimizer.export.formatting import listed
from optimizer.export.terminal.elements import spaced, titled
from optimizer.export.terminal.network_page import network_page
from optimizer.scenario.models import Scenario
from optimizer.scenario.scenario_warnings import scenario_warnings

MOST_NAMED = 6
"""At most this many further places of one kind of warning are named."""


def run(sources: Sequence[Path]) -> ExitCode:
    """Check every file and print all problems of all of them."""
    outcome = ExitCode.DONE
    for number, source in enumerate(sources):
        try:
            scenario = scenario_at(source)
        except InputError as error:
            complain(source, error)
            outcome = ExitCode.BAD_INPUT
        else:
            show(_validated(source, scenario) if number == 0 else Group("", _validated(source, scenario)))
    return outcome


def _validated(source: Path, scenario: Scenario) -> RenderableType:
    warnings = titled("Warnings", _grouped(scenario_warnings(scenario)))
    return spaced([Text(f"{source}: ok"), warnings, network_page(network(scenario))])


def _grouped(notices: Iterable[Notice]) -> Iterator[tuple[str, str]]:
    """Yield one line per kind of warning: the first in full, then where else it holds."""
    by_code: dict[str, list[Notice]] = {}
    for notice in notices:
        by_code.setdefault(notice.code, []).append(notice)
    for code, (first, *rest) in by_code.items():
        also = f"\nalso at {listed([notice.pointer for notice in rest], MOST_NAMED)}" if rest else ""
        yield code, f"{first.detail} {first.pointer}{also}"


def validate(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files.")],
) -> None:
    """Check scenario files: every problem at once, then what each community's network can reach."""
    raise typer.Exit(run(scenarios))
