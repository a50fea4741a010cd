"""The README is run: every command and every block of Python in it, in order, in one folder."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from optimizer.cli import extended, outcome
from optimizer.commands.console import ExitCode
from optimizer.model.rules import RULES as MODEL_RULES
from optimizer.scenario.families.table import TIERS
from optimizer.verify.rules import RULES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^```(?P<kind>\w+) ?(?P<name>\S*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"# exit code (\d+)$")


class Block(NamedTuple):
    kind: str
    name: str
    text: str


BLOCKS = [Block(**found.groupdict()) for found in FENCED.finditer(README)]


def commands(block: Block) -> Iterator[str]:
    return (line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ "))


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


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(title: str) -> list[str]:
    return re.findall(r"^\| `?([\w-]+)`? \|", section(title), re.MULTILINE)[1:]


def test_everything_in_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    for block in BLOCKS:
        if block.kind == "csv":
            Path(block.name).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            exec(compile(block.text, "README.md", "exec"), {})
        elif block.kind == "console":
            for command in commands(block):
                expected = EXPECTED.search(command)
                assert run(command) == (int(expected[1]) if expected else 0), f"{command}\n{capsys.readouterr().err}"


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert {block.kind for block in BLOCKS} == {"sh", "console", "csv", "python"}
    assert all(list(commands(block)) for block in BLOCKS if block.kind == "console")


def test_every_command_is_shown() -> None:
    shown = set(re.findall(r"groundswell (\w+(?:-\w+)*(?: (?:create|list|revoke)\b)?)", README))
    named = {info.name or getattr(info.callback, "__name__", "") for info in extended().registered_commands}
    named |= {
        f"{group.name} {info.name or getattr(info.callback, '__name__', '')}"
        for group in extended().registered_groups
        for info in (group.typer_instance.registered_commands if group.typer_instance else ())
    }
    assert {"serve", "keys list"} <= named <= shown


def test_every_rule_has_a_line() -> None:
    ids = {rule.__name__ for rule in (*RULES, *MODEL_RULES)} | {"simulation"}
    assert sorted(first_cells("The rules")) == sorted(ids)


def test_every_exit_code_has_a_line() -> None:
    assert [int(cell) for cell in first_cells("Exit codes")] == list(ExitCode)


def test_draw_ranges_are_those_of_the_generator() -> None:
    text = " ".join(section("Generated scenarios").split())
    for tier, drawn in TIERS.items():
        assert f"{tier} £{drawn.fee[0]:,}–£{drawn.fee[1]:,}" in text


def test_checks_run_the_documented_test_command() -> None:
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    install, tests = next(block.text for block in BLOCKS if "pytest" in block.text).strip().split(" && ")
    assert install in checks
    assert tests in checks


def test_files_that_are_linked_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
