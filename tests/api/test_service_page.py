"""What the pages on the service say is run, and is all of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.app import bare_app
from api.openapi import document
from api.settings import settings_table
from tests.api.server import GROUNDSWELL, Server
from tests.docs_pages import ROOT, page


@pytest.mark.campaign
def test_the_calls_of_the_page_go_from_nothing_to_a_plan_and_to_a_run(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    script = "\n".join(block.text for block in page("service").blocks if block.name == "service")
    with Server(tmp_path) as server:
        script = script.replace("localhost:8000", f"localhost:{server.port}")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        plan = json.loads((tmp_path / "plan.json").read_text())
        assert plan["status"] == "optimal"
        assert done.stdout.count("event: done") == 2
        assert '"state":"done"' in done.stdout
        listed = json.loads('{"runs"' + done.stdout.rpartition('{"runs"')[2])
        (last,) = listed["runs"]
        assert last["id"] == json.loads((tmp_path / "run.json").read_text())["id"]
        assert last["status"] == "infeasible"
        assert last["from_run"] in done.stdout.split("event: done")[1]


def test_the_commands_that_start_it_are_the_real_ones() -> None:
    starting = next(block.text for block in page("service").blocks if "groundswell serve" in block.text)
    arguments = starting.split("groundswell ")[1].split()
    help_text = subprocess.run(
        [GROUNDSWELL, *arguments, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "120"},
    ).stdout
    assert "Serve plans over HTTP" in help_text


def test_every_call_has_a_line() -> None:
    shown = re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", page("service").section("Every call"), re.MULTILINE)
    paths = document(bare_app())["paths"]
    assert sorted(shown) == sorted(f"{method.upper()} {path}" for path, item in paths.items() for method in item)


def test_the_table_of_settings_is_the_one_of_the_code() -> None:
    assert settings_table() in page("operating").text
