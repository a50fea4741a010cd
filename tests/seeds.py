"""Seeds of random tests: a few by default, all of them in the campaign."""

from __future__ import annotations

from typing import Any

import pytest


def seeds(few: int, many: int) -> list[Any]:
    """Return `few` seeds for the default tests, followed by those up to `many` with the marker `campaign`."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.campaign) for seed in range(few, many))]
