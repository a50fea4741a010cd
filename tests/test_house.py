"""The figures of the code base, taken from a checkout of a few lines whose figures can be counted by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.house import figures, files_passed, imports_between, main, tracked

MAIN = """
import threading
from optimizer.helper import help_out

def main():
    thread = threading.Thread(target=help_out)
    thread.start()
    thread.join()
    print("Written.")
"""
FILES = {
    "pyproject.toml": '[project]\nscripts.groundswell = "optimizer.cli:main"\n',
    "README.md": "One line.\n",
    "optimizer/__init__.py": "",
    "optimizer/cli.py": MAIN,
    "optimizer/helper.py": "def help_out():\n    return 1\n",
    "optimizer/idle.py": "only = lambda: [n for n in ()]\n\nclass Idle:\n    def nothing(self): ...\n\nonly()\n",
    "optimizer/solve/__init__.py": "",
    "optimizer/solve/search.py": (
        "from optimizer.solve.bounds import lower, upper\n\n\ndef later():\n    import optimizer.solve.problem\n"
    ),
    "optimizer/solve/problem.py": "from optimizer.solve.bounds.lower import VALUE\n",
    "optimizer/solve/bounds/__init__.py": "",
    "optimizer/solve/bounds/lower.py": "from optimizer.solve.bounds.upper import VALUE\n",
    "optimizer/solve/bounds/upper.py": "VALUE = 1\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    return tmp_path


def test_an_import_leads_to_the_file_that_is_named(checkout: Path) -> None:
    between = imports_between(checkout, [name for name in FILES if name.startswith("optimizer/solve/")])
    assert between["optimizer/solve/search.py"] == {
        "optimizer/solve/bounds/lower.py",
        "optimizer/solve/bounds/upper.py",
        "optimizer/solve/problem.py",
    }
    assert between["optimizer/solve/problem.py"] == {"optimizer/solve/bounds/lower.py"}


def test_sizes_imports_and_lengths_are_counted(checkout: Path) -> None:
    found = figures(checkout, repeats=0)
    assert found["optimizer: files, lines"] == "10, 25"
    assert found[".: files, lines"] == "2, 3"
    assert found["solve/: files, imports between them"] == "6, 5"
    assert found["solve/: modules, imports between them, layers"] == "3, 3, 3"
    assert found["longest functions (lines)"].splitlines()[0] == "   5 optimizer/cli.py:main"


def test_modules_that_import_one_another_have_no_layers(checkout: Path) -> None:
    (checkout / "optimizer/solve/bounds/upper.py").write_text("from optimizer.solve import problem\n", encoding="utf-8")
    assert figures(checkout, repeats=0)["solve/: modules, imports between them, layers"].endswith("circular")


def test_a_file_is_passed_where_the_body_of_a_function_runs(checkout: Path) -> None:
    """On another thread too; a lambda, a comprehension and the body of a class are no functions."""
    assert files_passed(checkout, "anything") == ["optimizer/cli.py", "optimizer/helper.py"]


def test_files_that_are_gone_or_not_under_version_control_do_not_count(checkout: Path) -> None:
    (checkout / "optimizer/idle.py").unlink()
    (checkout / "optimizer/new.py").write_text("", encoding="utf-8")
    assert {"optimizer/idle.py", "optimizer/new.py"}.isdisjoint(tracked(checkout))


def test_checkouts_stand_side_by_side(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--root", str(checkout), "--root", str(checkout), "--repeats", "0"])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "optimizer: files, lines" in line)
    assert line.count("10, 25") == 2
