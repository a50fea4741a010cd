from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.export.charts import render
from optimizer.export.charts.base import Chart
from optimizer.export.charts.certainty import certainty_chart
from optimizer.export.charts.files import plan_charts, write_chart
from optimizer.export.charts.frontier import frontier_chart
from optimizer.export.charts.months import cash_chart
from optimizer.export.charts.posts import posts_chart
from optimizer.export.charts.timeline import timeline_chart
from optimizer.export.charts.together import together_chart
from optimizer.export.charts.waterfall import waterfall_chart
from tests.cli.launch import plan, scenario
from tests.export import answers
from tests.export.charts.plans import HOSTILE, hostile, many

SVG = "{http://www.w3.org/2000/svg}"
CHARTS: dict[str, Callable[[], Chart]] = {
    "timeline": lambda: timeline_chart(many(5), scenario()),
    "timeline of 72": lambda: timeline_chart(many(73), scenario()),
    "posts": lambda: posts_chart(many(6), scenario()),
    "posts of 72": lambda: posts_chart(many(73), scenario()),
    "together": lambda: together_chart(many(5)),
    "frontier": lambda: frontier_chart(answers.frontier()),
    "certainty": lambda: certainty_chart(answers.certainty()),
    "waterfall": lambda: waterfall_chart(answers.difference(), "GBP"),
    "cash": lambda: cash_chart(answers.cash()),
    "nothing": lambda: timeline_chart(plan([]), scenario()),
}


@cache
def drawn(name: str) -> str:
    """Return the picture of a chart, drawn once."""
    return render.svg(CHARTS[name]())


def texts(picture: str) -> list[str]:
    """Return every text that is seen; those that would overlap stay in the picture, transparent."""
    seen = [text for text in ET.fromstring(picture).iter(f"{SVG}text") if text.get("opacity") != "0"]
    return [" ".join(text.itertext()) for text in seen]


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_titled_and_uncut(name: str) -> None:
    chart = CHARTS[name]()
    picture = drawn(name)
    labels = texts(picture)
    assert chart.to_dict()["title"]["text"] in labels
    assert not [text for text in labels if "…" in text], "a label is cut"
    assert not [text for text in labels if "undefined" in text or "NaN" in text or "null" in text]
    root = ET.fromstring(picture)
    assert len(list(root.iter(f"{SVG}path"))) + len(list(root.iter(f"{SVG}line"))) >= (0 if name == "nothing" else 5)


@pytest.mark.parametrize("name", ["timeline of 72", "posts of 72"])
def test_none_of_many_activations_loses_its_name(name: str) -> None:
    labels = " ".join(texts(drawn(name)))
    assert not [number for number in range(1, 73) if not re.search(rf"trail-running-wave-{number}\b", labels)]


def test_png_has_twice_the_pixels_of_the_svg() -> None:
    chart = CHARTS["waterfall"]()
    picture = render.png(chart)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    svg = ET.fromstring(drawn("waterfall"))
    assert (width, height) == (2 * float(svg.attrib["width"]), 2 * float(svg.attrib["height"]))


def test_pictures_are_the_same_each_time() -> None:
    assert render.svg(CHARTS["cash"]()) == render.svg(CHARTS["cash"]())


def test_names_that_mean_harm_are_text() -> None:
    case, judged = hostile()
    for chart in plan_charts(case, judged).values():
        picture = render.svg(chart)
        assert "<script" not in picture
        assert "<img" not in picture
    assert any(HOSTILE[:40] in text for text in texts(render.svg(timeline_chart(judged, case))))


def test_characters_that_no_picture_can_hold_are_replaced() -> None:
    """They end the whole process where they reach the engine."""
    for chart in plan_charts(*hostile("trail\x00\x01\x1b\ufffe\uffff")).values():
        picture = render.svg(chart)
        assert not set(picture) & {"\x00", "\x01", "\x1b", "\ufffe", "\uffff"}
        assert render.png(chart).startswith(b"\x89PNG")
    named = waterfall_chart(answers.difference().model_copy(update={"name": "b\x01"}), "GBP", baseline="a\x02")
    assert any("b\ufffd" in text for text in texts(render.svg(named)))
    titled = CHARTS["cash"]().properties(title="\x03")
    assert "\ufffd" in texts(render.svg(titled))


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.SVG", b"<svg")])
def test_file_is_what_its_name_says(tmp_path: Path, name: str, begins: bytes) -> None:
    write_chart(tmp_path / name, CHARTS["nothing"]())
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.jpg", "a", "png"])
def test_other_pictures_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"unknown_picture.*\.png or \.svg"):
        write_chart(tmp_path / name, CHARTS["nothing"]())
    assert not list(tmp_path.iterdir())
