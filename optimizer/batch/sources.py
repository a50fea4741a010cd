"""What is to be solved, from a folder of scenario files, a manifest, or one scenario file."""

from __future__ import annotations

from pathlib import Path

from optimizer.batch.choices import Choices
from optimizer.batch.jobs import Request
from optimizer.batch.manifest import Asking, read_manifest
from optimizer.errors import InputError, Problem

SCENARIO_ENDINGS = frozenset({".json", ".xlsx"})
MANIFEST_ENDINGS = frozenset({".csv", ".tsv"})


def asked_for(source: Path, choices: Choices) -> Asking:
    """Return what a source asks for, files in the order of their names or rows as they come.

    Parameters
    ----------
    source
        Folder: every ``*.json`` and ``*.xlsx`` directly in it. CSV: a manifest. Any other file: a scenario.

    Raises
    ------
    InputError
        There is nothing to be solved in it, or it cannot be read.
    """
    if source.is_dir():
        return Asking(list(_in_folder(source, choices)), [])
    if source.suffix.lower() in MANIFEST_ENDINGS:
        return read_manifest(source, choices)
    if not source.exists():
        raise InputError(
            [Problem("file_not_found", "", "there is no such folder or file", "Check the path.", str(source))]
        )
    return Asking([Request(source, source.name, choice) for choice in choices.each()], [])


def _in_folder(folder: Path, choices: Choices) -> list[Request]:
    try:
        files = sorted(path for path in folder.iterdir() if _is_scenario(path))
    except OSError as error:
        remedy = "Check its permissions."
        raise InputError(
            [Problem("file_unreadable", "", f"the folder cannot be read: {error.strerror}", remedy)]
        ) from None
    if not files:
        detail = "there is no scenario file (*.json, *.xlsx) in this folder"
        raise InputError([Problem("no_scenarios", "", detail, "Name the folder that holds them.", str(folder))])
    return [Request(path, path.name, choice) for path in files for choice in choices.each()]


def _is_scenario(path: Path) -> bool:
    # A spreadsheet keeps a file ~$NAME beside a workbook that is open.
    return path.suffix.lower() in SCENARIO_ENDINGS and not path.name.startswith((".", "~$")) and not path.is_dir()
