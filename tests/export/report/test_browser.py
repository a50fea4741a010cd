"""The report in a real browser, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from optimizer.export.report.page import report_html
from tests.cli import launch
from tests.export import answers
from tests.export.charts.plans import hostile, many
from tests.export.pages import nothing, ours

NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next((path for name in NAMES if (path := shutil.which(name))), None)

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=f"none of {', '.join(NAMES)} is installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=PROGRAM, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    written = {
        "full": report_html(
            launch.scenario(),
            ours(),
            frontier=answers.frontier(),
            certainty=answers.certainty(),
            comparison=answers.comparison(),
            cash=answers.cash(),
        ),
        "long": report_html(launch.scenario(), many(30)),
        "hostile": report_html(*hostile()),
        "none": report_html(launch.scenario(), nothing("infeasible", value_bound=None)),
    }
    paths = {name: folder / f"{name}.html" for name in written}
    for name, html in written.items():
        paths[name].write_text(html, encoding="utf-8")
    return paths


class Visit:
    """A page that is open, and everything it complained about or asked for."""

    def __init__(self, browser: Browser, path: Path, width: int):
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.set_offline(True)
        self.page: Page = context.new_page()
        self.heard: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.heard.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("dialog", lambda dialog: self.heard.append(f"dialog {dialog.message}"))
        self.page.route("**/*", self._only_files)
        self.page.goto(path.as_uri())
        for chart in self.page.locator(".chart").all():
            chart.locator("svg .mark-group path").first.wait_for(state="attached")

    def _only_files(self, route: Route) -> None:
        self.asked.append(route.request.url)
        if route.request.url.startswith("file://"):
            route.continue_()
        else:
            route.abort()

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()


DRAWN = """
[...document.querySelectorAll('.chart svg')].map((svg) => [
    svg.clientWidth,
    svg.clientHeight,
    svg.querySelectorAll('[role=graphics-symbol]').length,
    svg.closest('[role=graphics-document]').getAttribute('aria-label'),
])
"""
OUTSIDE = """
[...document.querySelectorAll('body *')]
    .filter((part) => !part.parentElement.closest('.scroll'))
    .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
    .map((part) => part.outerHTML.slice(0, 80))
"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("name", "charts"), [("full", 6), ("long", 4), ("hostile", 3), ("none", 0)])
def test_page_draws_all_charts_in_silence_and_inside_its_width(
    browser: Browser, reports: dict[str, Path], name: str, charts: int, width: int
) -> None:
    visit = Visit(browser, reports[name], width)
    assert visit.heard == []
    assert visit.asked == [reports[name].as_uri()]
    drawn = visit.page.evaluate(DRAWN)
    assert len(drawn) == visit.count(".chart") == charts
    for wide, high, marks, description in drawn:
        assert wide > 200
        assert high > 100
        assert marks >= 2
        assert len(description) > 20
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    assert visit.page.evaluate(OUTSIDE) == []


def test_tooltip_shows_names_as_text(browser: Browser, reports: dict[str, Path]) -> None:
    visit = Visit(browser, reports["hostile"], 1280)
    bars = visit.page.locator("#chart-posts .mark-rect path")
    heights = [(bar.bounding_box() or {"height": 0.0})["height"] for bar in bars.all()]
    bars.nth(heights.index(max(heights))).hover(force=True)
    tooltip = visit.page.locator("#vg-tooltip-element")
    tooltip.wait_for(state="visible")
    assert "<script>alert(1)" in tooltip.inner_text()
    assert visit.count("#vg-tooltip-element img") == 0
    assert visit.heard == []


def test_creators_are_sorted_and_searched(browser: Browser, reports: dict[str, Path]) -> None:
    page = Visit(browser, reports["full"], 1280).page
    table = page.locator("table[data-sortable]")
    cost = table.get_by_role("button", name="Cost")
    first = table.locator("tbody tr").first
    cost.click()
    assert "£31.95" in first.inner_text()
    assert table.locator("th[aria-sort=ascending]").inner_text() == "Cost"
    cost.click()
    assert "£91.95" in first.inner_text()
    assert page.locator("output").inner_text() == "2 rows"
    page.get_by_label("Show only rows with").fill("ANA_RUNS")
    assert table.locator("tbody tr:visible").count() == 1
    assert page.locator("output").inner_text() == "1 of 2 rows"


def test_chart_follows_the_width_of_the_window(browser: Browser, reports: dict[str, Path]) -> None:
    page = Visit(browser, reports["long"], 1280).page
    chart = page.locator("#chart-posts svg")
    wide = chart.get_attribute("width") or ""
    page.set_viewport_size({"width": 600, "height": 900})
    expect(chart).not_to_have_attribute("width", wide)
    assert float(chart.get_attribute("width") or "inf") <= 600 < float(wide)
