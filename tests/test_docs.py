"""The texts are run and checked: commands, Python, tables, links and names of README, CONTRIBUTING and `docs/`."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from optimizer.cli import outcome
from optimizer.cli.application import COMMANDS, command_names
from optimizer.cli.console import ExitCode
from optimizer.model.rules import RULES as MODEL_RULES
from optimizer.scenario.families.table import TIERS
from optimizer.verify.rules import RULES
from tests import docs_fields
from tests.docs_pages import PAGES, README, ROOT, Page, page

LONG = pytest.mark.campaign

EXPECTED = re.compile(r"# exit code (\d+)$")
AMOUNT = re.compile(r"£[\d,]+\.\d\d")
NAMED = re.compile(r"^\| `groundswell ([\w-]+)", re.MULTILINE)
KINDS = {"sh", "console", "csv", "python", "json", "math", "mermaid"}
FOLDERS = ("optimizer/", "api/", "tests/", "docs/", "scenarios/", ".ci/")
QUICK = {"README.md", "docs/exports.md"}
"""Pages that run in the default tests; the others, which make many plans, in the campaign."""
RUN = [each for each in PAGES if {"console", "python"} & {block.kind for block in each.blocks}]


def run(command: str) -> int:
    """Run one line as a shell would: a comment is none of its words, ``<`` names its standard input."""
    program, *words = shlex.split(command, comments=True)
    assert program == "groundswell"
    if "<" not in words:
        return outcome(words)
    redirection = words.index("<")
    with Path(words[redirection + 1]).open(encoding="utf-8") as source, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", source)
        return outcome(words[:redirection])


@pytest.mark.parametrize(
    "text", [each if str(each) in QUICK else pytest.param(each, marks=LONG) for each in RUN], ids=str
)
def test_everything_on_a_page_runs(
    text: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    output = ""
    for block in text.blocks:
        if block.kind == "csv":
            Path(block.name).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            example = compile(block.text, str(text), "exec")
            if block.name != "fragment":
                exec(example, {"__name__": "example"})
        elif block.kind == "console":
            for command in block.commands():
                expected = EXPECTED.search(command)
                code, printed = run(command), capsys.readouterr()
                assert code == (int(expected[1]) if expected else 0), f"{command}\n{printed.err}"
                output += printed.out
    missing = {amount for amount in AMOUNT.findall(text.prose) if amount not in output}
    assert not missing, "no command on the page prints these amounts"


def test_every_page_that_shows_commands_is_run() -> None:
    assert {"README.md", "docs/finance.md", "docs/exports.md", "docs/batches.md"} <= {str(each) for each in RUN}


@pytest.mark.parametrize("text", PAGES, ids=str)
def test_every_block_is_of_a_kind_that_is_checked(text: Page) -> None:
    assert {block.kind for block in text.blocks} <= KINDS
    assert text.text.count("\n```") == 2 * len(text.blocks)
    for block in text.blocks:
        assert block.kind != "console" or list(block.commands())
        assert block.kind != "csv" or block.name
        assert block.kind != "json" or json.loads(block.text)


@pytest.mark.parametrize("text", PAGES, ids=str)
def test_links_lead_somewhere_and_names_that_link_to_code_stand_there(text: Page) -> None:
    for link in text.links:
        target = (text.path.parent / link.path).resolve() if link.path else text.path
        assert target.exists(), link
        if link.anchor:
            assert link.anchor in Page(target).anchors, link
        if target.suffix == ".py" and link.text.strip("`").endswith(".py"):
            assert link.text.strip("`") == target.name, link
        elif target.suffix == ".py":
            code = target.read_text(encoding="utf-8")
            for name in re.findall(r"\w+", link.text):
                assert re.search(rf"\b{name}\b", code), f"{name} does not stand in {link.path}"


@pytest.mark.parametrize("text", PAGES, ids=str)
def test_files_and_modules_that_are_named_exist(text: Page) -> None:
    for span in re.findall(r"`([^`\n]+)`", text.prose):
        if span.startswith(FOLDERS) and re.fullmatch(r"[a-z\d_./-]+(RESULTS\.md)?", span):
            assert (ROOT / span).exists(), span
    for module in re.findall(r"-m (tests[\w.]*)", text.text):
        assert importlib.util.find_spec(module), module
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for extra in re.findall(r"(?:--extra |\.\[)(\w+)", text.text):
        assert settings["project"]["optional-dependencies"][extra], extra
    for group in re.findall(r"--group (\w+)", text.text):
        assert group in settings["dependency-groups"], group
    for path in re.findall(
        r"\s((?:optimizer|api|tests|scenarios)/[\w./-]+)", "".join(block.text for block in text.blocks)
    ):
        assert (ROOT / path).exists(), path


def test_every_command_has_a_line_and_is_shown_nowhere_without_one() -> None:
    pattern = r"groundswell ([a-z]+(?:-[a-z]+)*(?: (?:create|list|revoke)\b)?)"
    shown = set(re.findall(rf"`{pattern}`", page("commands").text))
    named = command_names()
    assert {"serve", "keys list"} <= named
    assert shown == named
    typed = [block.text for text in PAGES for block in text.blocks if block.kind in ("sh", "console")]
    used = {command for lines in typed for command in re.findall(pattern, lines)}
    assert used <= named


def test_commands_stand_under_the_headings_of_the_help() -> None:
    parts = re.split(r"^### (.+)$", page("commands").section("Commands"), flags=re.MULTILINE)[1:]
    listed = {name: panel for panel, text in zip(parts[::2], parts[1::2], strict=True) for name in NAMED.findall(text)}
    assert {name: listed[name] for name in COMMANDS} == {name: entry.panel for name, entry in COMMANDS.items()}


def test_every_rule_has_a_line() -> None:
    ids = {rule.__name__ for rule in RULES} | {rule.id for rule in MODEL_RULES} | {"simulation"}
    assert sorted(page("scenario").first_cells("The rules")) == sorted(ids)


def test_the_modules_stand_in_the_order_in_which_they_may_import() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in settings["contracts"] if each.get("containers") == ["optimizer"])
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page("architecture").section("The modules"), re.MULTILINE)
    assert [re.findall(r"\w+", row) for row in rows] == [re.findall(r"\w+", layer) for layer in layers]


def test_every_exit_code_has_a_line() -> None:
    assert [int(cell) for cell in page("commands").first_cells("Exit codes")] == list(ExitCode)


def test_draw_ranges_are_those_of_the_generator() -> None:
    text = " ".join(page("scenario").section("Generated scenarios").split())
    for tier, drawn in TIERS.items():
        assert f"{tier} £{drawn.fee[0]:,}–£{drawn.fee[1]:,}" in text


@pytest.mark.parametrize("name", docs_fields.PAGES)
def test_tables_of_fields_are_those_of_the_schema(name: str) -> None:
    text = (docs_fields.DOCS / name).read_text(encoding="utf-8")
    assert text == docs_fields.page(name), "Run `python -m tests.docs_fields`."


def test_every_page_is_reached_from_the_readme() -> None:
    linked = {(ROOT / link.path).resolve() for link in README.links}
    assert {text.path for text in PAGES if text != README} <= linked


def test_checks_run_the_documented_test_command() -> None:
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    install, tests = next(block.text for block in README.blocks if "pytest" in block.text).strip().split(" && ")
    assert install in checks
    assert tests in checks
