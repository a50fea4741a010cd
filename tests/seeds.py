"""Seeds of random tests: a few by default, more in the campaign, many in the slow one."""

from __future__ import annotations

from typing import Any

import pytest


def seeds(few: int, many: int, *, first: int = 0) -> list[Any]:
    """Return the seeds from `first` up to `few`, followed by those up to `many` with the marker `campaign`."""
    return [*range(first, few), *(pytest.param(seed, marks=pytest.mark.campaign) for seed in range(few, many))]


def slow_seeds(first: int, many: int) -> list[Any]:
    """Return the seeds from `first` up to `many` with the marker `slow`."""
    return [pytest.param(seed, marks=pytest.mark.slow) for seed in range(first, many)]
