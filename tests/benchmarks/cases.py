"""Which instances are solved: a family, a seed, a size, and how full the warehouse is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from optimizer.scenario.families.table import FamilyName, WideName
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario

LIMITS: dict[FamilyName, float] = {"S": 15, "M": 30, "L": 60, "XL": 120, "Y": 120}
"""Seconds each method is given, by family."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One generated instance; `capacity_use` is None where the family draws it."""

    family: FamilyName | WideName
    seed: int
    scale: int = 1
    capacity_use: float | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        scale = "" if self.scale == 1 else f" ×{self.scale}"
        use = "" if self.capacity_use is None else f", {self.capacity_use:.0%} of the places"
        return f"{self.family}{scale} seed {self.seed}{use}"

    def document(self) -> Record:
        """Return the scenario as JSON data.

        The slack for embeddedness is set to 0: what is compared is cost, and a plan may not spend more on purpose.
        """
        written = generate(self.family, self.seed, scale=self.scale, capacity_use=self.capacity_use)
        written["objective"]["cost_slack"] = 0
        return written

    def scenario(self) -> Scenario:
        """Return the scenario, checked."""
        return scenario_from_data(self.document())


@dataclass(frozen=True)
class Task:
    """One method on one instance: seconds allowed, gap asked for, seed of the method, cores, memory (GB)."""

    case: Case
    method: str
    limit: float
    gap: float = 0.0001
    seed: int = 1
    cores: int = 2
    memory_gb: float = 12.0

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes a finished run the same run."""
        return (*asdict(self.case).values(), self.method, float(self.limit), float(self.gap))

    def to_record(self) -> Record:
        """Return the task as plain data."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Record) -> Task:
        """Return the task that `to_record` wrote."""
        return cls(**{**record, "case": Case(**record["case"])})
