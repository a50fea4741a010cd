from __future__ import annotations

import os
import sys

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes of the tests, xdist's workers included, share compiled code where none may lie by the sources.

    With ``PYTHONDONTWRITEBYTECODE`` each process compiles everything that it imports: 2 of the 3 seconds in which a
    server or a solver starts, and more than half of the time in which tests are collected.
    """
    if sys.dont_write_bytecode and config.cache:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(config.cache.mkdir("compiled"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
