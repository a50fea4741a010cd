"""Fields and parts that several answers have."""

from __future__ import annotations

from pydantic import Field

from optimizer.scenario.fields import SignedAmount, Strict

__all__ = ["Effort", "SignedAmount"]


class Effort(Strict):
    """How an answer was computed; the only part that may differ between equal calls."""

    seed: int = Field(description="Seed of the solver and the simulation.", examples=[1])
    time_limit_seconds: float = Field(description="Time allowed (seconds).", examples=[180.0])
    wall_seconds: float = Field(description="Time used (seconds).", examples=[21.5])
    workers: int = Field(description="Solver threads (count).", examples=[2])
    versions: dict[str, str] = Field(description="Versions of what took part.", examples=[{"ortools": "9.15.6755"}])
