from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from optimizer.export.report.page import report_html
from optimizer.export.report.scripts import inline
from optimizer.plan import Plan
from tests.cli.launch import decision, plan, scenario
from tests.export import answers
from tests.export.charts.plans import HOSTILE, hostile, renamed
from tests.export.pages import nothing, ours

VOID = {"meta", "link", "input", "br", "img"}


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, texts by element, scripts."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def specs(self) -> dict[str, Any]:
        return {str(attributes["id"]): json.loads(text) for attributes, text in self.scripts if attributes.get("type")}

    def code(self) -> list[str]:
        return [text for attributes, text in self.scripts if not attributes.get("type")]


@cache
def full() -> Page:
    """Return the report with every answer, made once."""
    return Page(
        report_html(
            scenario(),
            ours(),
            frontier=answers.frontier(),
            certainty=answers.certainty(),
            comparison=answers.comparison(),
            cash=answers.cash(),
        )
    )


def test_page_has_status_figures_tables_and_all_charts() -> None:
    page = full()
    assert page.open == []
    for words in (
        "Proven optimal within 2.3%",
        "1 of 2 activations secured for £123.90: 1 gift, 1 paid",
        "Mon 15 Mar – Sun 28 Mar",
        "✗ not secured",
        "@cat (cat)",
        "paid £60.00",
        "Silent gifts",
        "breaks density",
        "proven that it cannot be less than £121.10",
        "Share of gifted creators who follow the brief 80%",
    ):
        assert words in page.text, words
    assert set(page.specs()) == {
        f"spec-{name}" for name in ("timeline", "posts", "cash", "frontier", "certainty", "waterfall-0")
    }


def test_sections_appear_only_where_there_is_something_to_tell() -> None:
    alone = Page(report_html(scenario(), ours()))
    for title in ("The budget frontier", "The price of certainty", "Beside other plans", "Ways out"):
        assert title not in alone.text
    assert "The budget frontier" in full().text


def test_every_link_of_the_page_leads_somewhere_inside_it() -> None:
    page = full()
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"]).removeprefix("#") for link in page.all("a")} <= set(ids)
    labels = [str(attributes["aria-labelledby"]) for _, attributes in page.elements if "aria-labelledby" in attributes]
    assert set(labels) <= set(ids)


def test_nothing_is_fetched() -> None:
    page = full()
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert not str(attributes.get("href", "#")).startswith(("http", "//", "file")), tag
        assert not [name for name in attributes if name.startswith("on")], tag
    assert page.all("link") == [{"rel": "icon", "href": "data:,"}]


def test_policy_names_exactly_the_scripts_of_the_page() -> None:
    page = full()
    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    named = re.findall(r"'sha256-([^']+)'", str(policy))
    assert named == [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in page.code()]
    assert str(policy).startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in str(policy)
    assert policy == str(policy).replace("script-src 'unsafe-inline'", "")


def test_tables_have_heads_with_scope_and_captions() -> None:
    page = full()
    assert all(head.get("scope") in {"col", "row"} for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 8


def test_charts_say_what_they_show() -> None:
    page = full()
    for spec in page.specs().values():
        assert len(spec["description"]) > 20
        assert spec["description"] in "".join(page.texts)
        assert "title" not in spec, "it is text of the page, where it wraps"


def test_names_that_mean_harm_are_text_everywhere() -> None:
    case, judged = hostile()
    page = Page(report_html(case, judged))
    assert len(page.code()) == 2
    assert not page.all("img")
    assert HOSTILE in page.text
    assert HOSTILE in json.dumps(page.specs(), ensure_ascii=False).replace('\\"', '"')


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(st.sampled_from("<>/&!-'\"\\]{}%#ascriptSCRIPT \u2028\u2029é"), min_size=1, max_size=40))
@example("</th></table><b>")
@example("<!--<script>")
def test_any_name_leaves_the_page_whole(name: str) -> None:
    page = Page(report_html(scenario(), renamed(plan(), name)))
    assert page.open == []
    assert len(page.code()) == 2
    assert len(page.specs()) == 3
    assert " ".join(name.split()) in page.text


@pytest.mark.parametrize(
    ("unsolved", "words"),
    [
        (nothing("infeasible", value_bound=None), "Infeasible: proven that no plan keeps every rule"),
        (nothing("unknown", value_bound=3), "No plan found in the time given; there may be one"),
    ],
)
def test_without_a_plan_the_page_says_so_and_shows_no_tables_of_it(unsolved: Plan, words: str) -> None:
    page = Page(report_html(scenario(), unsolved))
    assert words in page.text
    assert page.specs() == {}
    assert len(page.code()) == 1, "no charts, no library"
    assert "Who takes part" not in page.text
    assert "Money" not in page.text
    assert "Nothing to verify: no plan." in page.text
    assert "kept" not in page.text


def test_empty_plan_says_what_is_not_secured() -> None:
    page = Page(report_html(scenario(), plan([])))
    assert "0 of 2 activations secured for £0.00" in page.text
    assert page.text.count("✗ not secured") == 2
    assert page.specs() == {}


def test_broken_plan_names_the_rules_first() -> None:
    late = plan([decision("cat", "paid", "2027-03-28"), decision("ana", "gift", "2027-03-11")])
    page = Page(report_html(scenario(), late))
    assert "Judged as it stands: 3 rules broken" in page.text
    assert page.text.index("Rules this plan breaks") < page.text.index("What is planned")
    assert "✗ BROKEN" in page.text
    assert "Verified plan" not in page.text


def test_assumptions_show_their_values() -> None:
    text = Page(report_html(scenario(), plan())).text
    assert "Low end of the posting rate 20% " in text
    assert "How the posting rate is shared among creators shared " in text
    assert re.search(r"Weekdays on which parcels leave mon, tue, wed, thu, fri ", text)


def test_page_is_the_same_each_time() -> None:
    assert report_html(scenario(), plan()) == report_html(scenario(), plan())


def test_inline_script_cannot_end_its_element() -> None:
    assert inline('a = "</script><!--";\r\n') == 'a = "<\\/script><\\!--";\n'
