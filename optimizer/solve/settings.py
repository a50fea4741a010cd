"""How long to search, how good is good enough, with what seed: one frozen, self-checking object."""

from __future__ import annotations

import os
from typing import Literal

from pydantic import Field

from optimizer.scenario.fields import Strict


class Settings(Strict):
    """Settings of a solve.

    With the same scenario, seed and settings a solve ends with the same plan, whatever `workers` is, as long as it
    is not ended by the clock: every solver call uses one thread, and threads only work on separate calls.
    """

    time_limit_seconds: float = Field(60.0, gt=0, le=86_400, description="Time allowed (seconds).", examples=[30])
    gap: float = Field(
        0.001, ge=0, le=1, description="Cost gap at which a plan counts as optimal (a fraction).", examples=[0.001]
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Seed of the solver and the simulation.", examples=[1])
    workers: int = Field(
        default_factory=lambda: min(64, os.cpu_count() or 1),
        ge=1,
        le=64,
        description="Solver threads (count).",
        examples=[2],
    )
    diagnose_seconds: float = Field(
        1.0,
        ge=0,
        le=86_400,
        description="Time allowed to ask what stands in the way of what the plan leaves out (seconds).",
        examples=[1],
    )
    method: Literal["auto", "plain", "decomposed"] = Field(
        "auto",
        description="Search by one plain model, decomposed, or as the scenario's size suggests.",
        examples=["auto"],
    )
