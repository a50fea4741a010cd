"""``groundswell serve``, ``keys`` and ``openapi``: what the command line gains where the service is installed.

Commands import what they need when they run, so that help comes at once.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from optimizer.cli.console import ExitCode, blaming, say, show_text

if TYPE_CHECKING:
    from api.settings import ServiceSettings
    from api.store import KeyRecord, Store

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke the API keys of the service.")
app.add_typer(keys, name="keys")

Database = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Where runs are kept (SQLAlchemy URL).",
        show_default="GROUNDSWELL_DATABASE_URL or a file here",
    ),
]
ScopeName = Literal["read", "run", "admin"]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.", show_default="8000")] = None,
    database: Database = None,
) -> None:
    """Serve plans over HTTP until Ctrl-C; runs survive a restart.

    Every setting can also be given in the environment, as GROUNDSWELL_ and its name; see docs/operating.md.
    """
    from optimizer.execution.first_process import be_child_of_init

    be_child_of_init()
    from api.server import serve as run
    from api.store import StoreError

    settings = _settings(host=host, port=port, database_url=database)
    try:
        with blaming("settings"):
            run(settings)
    except StoreError as error:
        say(str(error))
        raise typer.Exit(ExitCode.FAILED) from None


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of the service."""
    from api.app import bare_app
    from api.openapi import document_text

    show_text(document_text(bare_app()))


@keys.command()
def create(
    workspace: Annotated[str, typer.Option(metavar="NAME", help="Whose runs it opens; made if new.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="Who or what holds it.")] = "key",
    scope: Annotated[ScopeName, typer.Option(help="read: look; run: also plan; admin: also metrics.")] = "run",
    database: Database = None,
) -> None:
    """Make a key; its secret is shown once and kept nowhere."""
    from api.store import Scope

    with blaming("keys create"):
        _refuse_controls({"--workspace": workspace, "--name": name})
    key, secret = _store(database).create_key(workspace, name, Scope(scope))
    say(f"Key {key.id} ({scope}) of workspace {workspace}. This is the only time it is shown:")
    show_text(secret + "\n")


@keys.command("list")
def list_keys(database: Database = None) -> None:
    """List the keys, revoked ones too; no secrets."""
    rows: list[tuple[str, ...]] = [("id", "workspace", "name", "scope", "made", "last used", "revoked")]
    rows += [_cells(key) for key in _store(database).keys()]  # noqa: SIM118
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    # Never folded or cut: an id is copied to `keys revoke`, and lines are read by other programs.
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    show_text("".join(line.rstrip() + "\n" for line in lines))


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it.")], database: Database = None
) -> None:
    """Revoke a key at once and for good."""
    if not _store(database).revoke_key(key):
        say(f"There is no such key, or it is revoked already: {key}")
        raise typer.Exit(ExitCode.BAD_INPUT)
    say(f"Key {key} is revoked.")


def _refuse_controls(given: Mapping[str, str]) -> None:
    """Raise InputError for every text that would steer a terminal, or break the lines that keys are listed in."""
    import re

    from optimizer.errors import InputError, Problem
    from optimizer.scenario.fields import ONE_LINE

    detail, remedy = "holds a control character", "Write it anew, without tabs and line breaks."
    wrong = [(option, text) for option, text in given.items() if not re.fullmatch(ONE_LINE, text)]
    if wrong:
        raise InputError([Problem("control_character", option, detail, remedy, text) for option, text in wrong])


def _cells(key: KeyRecord) -> tuple[str, ...]:
    times = (f"{at:%Y-%m-%d %H:%M}" if at else "–" for at in (key.created_at, key.last_used_at, key.revoked_at))
    return key.id, key.workspace, key.name, key.scope.value, *times


def _store(database: str | None) -> Store:
    from api.store import Store, StoreError, holding, is_current, make_engine, upgrade

    url = _settings(database_url=database).database_url
    try:
        engine = make_engine(url)
        if not is_current(engine):
            # A server that is running must not have its tables changed under it.
            with holding(url):
                upgrade(engine)
    except StoreError as error:
        say(str(error))
        raise typer.Exit(ExitCode.FAILED) from None
    return Store(engine)


def _settings(**options: str | int | None) -> ServiceSettings:
    """Return the settings of options and environment; exit with every problem in them."""
    from pydantic import ValidationError

    from api.settings import PREFIX, ServiceSettings, misspelt
    from optimizer.errors import InputError, Problem

    given = {name: value for name, value in options.items() if value is not None}
    with blaming("settings"):
        try:
            return ServiceSettings(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            faults = [
                Problem(
                    "setting",
                    f"{PREFIX}{fault['loc'][0]}".upper(),
                    fault["msg"],
                    "See docs/operating.md.",
                    fault["input"],
                )
                for fault in error.errors()
                # What concerns no one setting are those that are none.
                if fault["loc"]
            ]
            raise InputError([*misspelt(), *faults]) from None
