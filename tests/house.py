"""Figures of the code base, for one checkout or for several side by side: ``python -m tests.house --root DIR``.

Sizes by folder, imports between the files of ``optimizer/solve/``, how much code a plan passes through, the longest
files and functions, and the time that commands take that solve nothing. A checkout with a ``.venv`` of its own is
measured with that.
"""

from __future__ import annotations

import argparse
import ast
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

Figures = dict[str, str]
Imports = Mapping[str, set[str]]

COUNTED = (".py", ".md", ".toml", ".html", ".js", ".css")
SOLVE = "optimizer/solve/"
SCENARIO = "scenarios/trail_launch.json"
LONGEST = 5
MOST_LINES_OF_A_FILE, MOST_LINES_OF_A_FUNCTION = 300, 40

TRACER = """
import importlib, sys, threading
from inspect import CO_OPTIMIZED

module, function, *arguments = sys.argv[1:]
main = getattr(importlib.import_module(module), function)
files = set()

def note(frame, event, _):
    code = frame.f_code
    if event == "call" and code.co_flags & CO_OPTIMIZED and not code.co_name.startswith("<"):
        files.add(code.co_filename)

sys.argv = ["groundswell", *arguments]
threading.setprofile(note)
sys.setprofile(note)
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
finally:
    sys.setprofile(None)
    threading.setprofile(None)
print("", *sorted(files), sep="\\n", file=sys.stderr)
"""
"""Runs a command and lists the files in which the body of a function ran, on any thread."""

RUNNER = """
import importlib, sys
module, function, *arguments = sys.argv[1:]
sys.argv = ["groundswell", *arguments]
getattr(importlib.import_module(module), function)()
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of the checkouts that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.house", description="Figures of the code base.")
    parser.add_argument(
        "--root", type=Path, action="append", metavar="DIR", help="a checkout; one column each (default: this one)"
    )
    parser.add_argument("--repeats", type=int, default=5, help="runs of each command whose median is taken; 0: none")
    chosen = parser.parse_args(arguments)
    roots = [root.resolve() for root in chosen.root or [Path(__file__).parents[1]]]
    columns = [figures(root, chosen.repeats) for root in roots]
    table = Table("figure", *(str(root) for root in roots))
    for name in dict.fromkeys(name for column in columns for name in column):
        table.add_row(name, *(column.get(name, "") for column in columns))
    Console(width=None if sys.stdout.isatty() else 60 + 70 * len(roots)).print(table)


def figures(root: Path, repeats: int) -> Figures:
    """Return every figure of a checkout by name, in the order to show them."""
    files = tracked(root)
    found = sizes(root, files) | solve_imports(root, files) | lengths(root, files)
    if repeats:
        passed = [file for file in files_passed(root, "solve", SCENARIO) if file.startswith("optimizer/")]
        found["files of optimizer/ in which a function runs during `solve`"] = str(len(passed))
        found |= seconds_of_commands(root, repeats)
    return found


def tracked(root: Path) -> tuple[str, ...]:
    """Return the paths of all files of code and text under version control, relative to the root."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split("\0")
    return tuple(name for name in listed if name.endswith(COUNTED) and (root / name).is_file())


def sizes(root: Path, files: Sequence[str]) -> Figures:
    """Return the numbers of files and lines, in all and by folder at the top; what stands at the root itself is `.`."""
    lines: dict[str, list[int]] = {}
    for name in files:
        top = name.split("/")[0] if "/" in name else "."
        lines.setdefault(top, []).append(len((root / name).read_text(encoding="utf-8").splitlines()))
    lines = {"all folders": [*chain.from_iterable(lines.values())], **dict(sorted(lines.items()))}
    return {f"{top}: files, lines": f"{len(counts):,}, {sum(counts):,}" for top, counts in lines.items()}


def solve_imports(root: Path, files: Sequence[str]) -> Figures:
    """Return how the files and the modules of `optimizer/solve/` import one another.

    A module is a file or a folder right below `solve/`; the layer of one is the longest way down through imports.
    """
    inside = [name for name in files if name.startswith(SOLVE) and name.endswith(".py")]
    between = imports_between(root, inside)
    parts: dict[str, set[str]] = {part_of(name): set() for name in inside if part_of(name) != "__init__.py"}
    for source, targets in between.items():
        if part_of(source) in parts:
            parts[part_of(source)] |= {part_of(target) for target in targets} & (parts.keys() - {part_of(source)})
    return {
        "solve/: files, imports between them": f"{len(inside)}, {sum(map(len, between.values()))}",
        "solve/: modules, imports between them, layers": (
            f"{len(parts)}, {sum(map(len, parts.values()))}, {layers(parts) or 'circular'}"
        ),
    }


def part_of(name: str) -> str:
    """Return the file or folder right below `solve/` that holds a file."""
    return name.removeprefix(SOLVE).split("/")[0]


def imports_between(root: Path, files: Sequence[str]) -> Imports:
    """Return for every file those of the others that it imports, anywhere in its text."""
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name for name in files}
    found: dict[str, set[str]] = {}
    for name in files:
        tree = ast.parse((root / name).read_text(encoding="utf-8"))
        found[name] = {modules[module] for module in imported(tree, modules)} - {name}
    return found


def imported(tree: ast.Module, modules: Mapping[str, str]) -> Iterator[str]:
    """Yield those of the modules that a file imports; of a package, the part that is named where it is one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in modules or node.module in modules:
                    yield whole if whole in modules else node.module


def layers(parts: Imports) -> int | None:
    """Return the length of the longest chain of imports, counted in modules; None where they go round in a circle."""
    height: dict[str, int] = {}
    try:
        for part in TopologicalSorter(parts).static_order():
            height[part] = 1 + max((height[below] for below in parts[part]), default=0)
    except CycleError:
        return None
    return max(height.values(), default=0)


def lengths(root: Path, files: Sequence[str]) -> Figures:
    """Return the longest files and functions of the product, and how many are longer than our style allows."""
    product = [name for name in files if name.startswith(("optimizer/", "api/")) and name.endswith(".py")]
    texts = {name: (root / name).read_text(encoding="utf-8") for name in product}
    long = [(len(text.splitlines()), name) for name, text in texts.items()]
    functions = [entry for name, text in texts.items() for entry in functions_of(name, text)]
    return {
        "longest files (lines)": longest(long),
        f"files of more than {MOST_LINES_OF_A_FILE} lines": str(sum(n > MOST_LINES_OF_A_FILE for n, _ in long)),
        "longest functions (lines)": longest(functions),
        f"functions of more than {MOST_LINES_OF_A_FUNCTION} lines": str(
            sum(n > MOST_LINES_OF_A_FUNCTION for n, _ in functions)
        ),
    }


def functions_of(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of lines, docstring included, and the name of each function of a file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{name}:{node.name}"


def longest(entries: Sequence[tuple[int, str]]) -> str:
    """Return the longest few, one a line."""
    few = sorted(entries, key=lambda entry: (-entry[0], entry[1]))[:LONGEST]
    return "\n".join(f"{lines:>4} {name}" for lines, name in few)


def python_of(root: Path) -> str:
    """Return the interpreter of a checkout's own environment, or the one that runs this where there is none."""
    own = root / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def command_line(root: Path, program: str, *arguments: str) -> list[str]:
    """Return how to run a program on the entry point that the checkout declares for `groundswell`."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]["groundswell"]
    return [python_of(root), "-c", program, *declared.split(":"), *arguments]


def environment(root: Path, compiled: str) -> dict[str, str]:
    """Return the environment in which the checkout's own packages are imported, and kept in a folder once compiled."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(root), "PYTHONPYCACHEPREFIX": f"{compiled}/compiled"}


def files_passed(root: Path, *arguments: str) -> list[str]:
    """Return the files of the checkout, relative to it, in which a function body runs while a command does."""
    with tempfile.TemporaryDirectory() as folder:
        line = command_line(root, TRACER, *arguments, "-o", f"{folder}/plan.json")
        ran = subprocess.run(line, cwd=root, env=environment(root, folder), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    here = f"{root}/"
    return [
        file.removeprefix(here) for file in ran.stderr.splitlines() if file.startswith(here) and ".venv" not in file
    ]


def seconds_of_commands(root: Path, repeats: int) -> Figures:
    """Return the CPU and wall seconds of the commands that solve nothing: medians, once warm."""
    with tempfile.TemporaryDirectory() as folder:
        plan = f"{folder}/plan.json"
        measured(command_line(root, RUNNER, "solve", SCENARIO, "-o", plan), root, folder)
        commands = {
            "--help": ["--help"],
            "validate": ["validate", SCENARIO],
            "verify": ["verify", SCENARIO, plan],
            "export --to csv": ["export", SCENARIO, plan, "--to", "csv", "-o", f"{folder}/tables"],
        }
        found = {}
        for name, arguments in commands.items():
            line = command_line(root, RUNNER, *arguments)
            measured(line, root, folder)
            runs = [measured(line, root, folder) for _ in range(repeats)]
            cpu, wall = (statistics.median(part) for part in zip(*runs, strict=True))
            found[f"`{name}`: CPU s, wall s"] = f"{cpu:.2f}, {wall:.2f}"
    return found


def measured(line: Sequence[str], root: Path, compiled: str) -> tuple[float, float]:
    """Run a command; return its seconds of CPU, those of its children included, and of wall clock."""
    began = time.perf_counter()
    process = subprocess.Popen(
        line, cwd=root, env=environment(root, compiled), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, line
    return usage.ru_utime + usage.ru_stime, wall


if __name__ == "__main__":
    main()
