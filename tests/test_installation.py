"""One installation brings everything; parts (extras) add only what a cluster or Parquet needs."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from optimizer.cli.application import PARTS

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"optimizer", "api"}
FOUNDATIONS = {"anyio", "pydantic_core", "starlette"}
"""What FastAPI and pydantic are built on: their requirements bring these in the versions they work with."""


def plain(name: str) -> str:
    """Return the name of a package as requirements write it."""
    return name.lower().replace("_", "-")


def names(requirements: list[str]) -> set[str]:
    """Return the names of the packages that requirements ask for."""
    return {plain(requirement.split(">=")[0].split("[")[0]) for requirement in requirements}


def imported(file: Path) -> set[str]:
    """Return the top-level modules that a file imports anywhere, without the standard library and our own."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return {module.split(".")[0] for module in modules} - sys.stdlib_module_names - OURS


def test_the_parts_are_cluster_and_parquet_and_the_old_names_stay_empty() -> None:
    parts = {name: names(requirements) for name, requirements in PROJECT["optional-dependencies"].items()}
    assert parts == {"cluster": {"distributed", "psycopg"}, "parquet": {"pyarrow"}, "finance": set(), "service": set()}
    assert {(package, part) for part, packages in parts.items() for package in packages} <= set(PARTS.items())


@pytest.mark.parametrize("folder", sorted(OURS))
def test_what_is_imported_comes_with_the_installation_or_with_a_part(folder: str) -> None:
    distributions = packages_distributions()
    needed = set.union(*(imported(file) for file in (ROOT / folder).rglob("*.py"))) - set(PARTS)
    installed = names(PROJECT["dependencies"])
    missing = {module for module in needed if not {plain(name) for name in distributions[module]} & installed}
    assert missing <= FOUNDATIONS
