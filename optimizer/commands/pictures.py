"""Pictures that commands draw beside their answers; what draws them is loaded only then."""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.commands.console import blaming, say
from optimizer.commands.outputs import check_output
from optimizer.export.files import check_folder, write_folder

if TYPE_CHECKING:
    from optimizer.export.charts.base import Chart


def check_picture_file(file: Path | None, *others: Path | None) -> None:
    """Leave with what is wrong with the name of a picture; `others` are the files the command uses besides."""
    if file is None:
        return
    from optimizer.export.charts.files import check_picture

    with blaming(file):
        check_picture(file)
    check_output(file, *others, option="--png")


def draw(file: Path | None, chart: Callable[[], Chart]) -> None:
    """Draw a chart as PNG or SVG, by the name of the file, where one is named."""
    if file is None:
        return
    from optimizer.export.charts.files import write_chart

    with blaming(file):
        write_chart(file, chart())
    say(f"Chart written to {file}.")


def check_picture_folder(folder: Path | None) -> None:
    """Leave with what is wrong with a folder for pictures, before any work is done for it."""
    if folder is not None:
        with blaming(folder):
            check_folder(folder)


def draw_all(folder: Path | None, charts: Callable[[], Mapping[str, Chart]]) -> None:
    """Draw charts as PNG files of a folder, each by its name, where a folder is named."""
    if folder is None:
        return
    from optimizer.export.charts.render import png

    drawn = {f"{name}.png": png(chart) for name, chart in charts().items()}
    with blaming(folder):
        write_folder(folder, drawn)
    say(f"{len(drawn)} charts written to {folder}.")
