"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("groundswell", "ortools", "highspy", "pyscipopt", "numpy", "scipy")


@cache
def machine() -> dict[str, str | int | float]:
    """Return cores, processor, memory (GB) and system."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
    }


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of all solvers."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"
