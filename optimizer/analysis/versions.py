"""Which versions take part in a plan: another of any of them may give another plan."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("groundswell", "ortools", "numpy", "scipy", "holidays")


def library_versions() -> dict[str, str]:
    """Return the versions of groundswell and of the libraries that decide a plan."""
    return {name: _version(name) for name in LIBRARIES}


def versions() -> dict[str, str]:
    """Return the versions that a plan and every answer name: Python's too."""
    return {"python": platform.python_version(), **library_versions()}


@lru_cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
