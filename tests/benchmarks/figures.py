"""From result records to the figures of the report: gaps, times, ratios, medians; nothing that was not measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from optimizer.scenario.families.table import FAMILIES
from tests.benchmarks.cases import Case, Task
from tests.benchmarks.methods.base import Moment

Record = dict[str, Any]
NEVER = math.inf


@dataclass(frozen=True)
class Result:
    """One run and what it is worth."""

    record: Record

    @cached_property
    def task(self) -> Task:
        """What was run."""
        return Task.from_record(self.record["task"])

    @property
    def case(self) -> Case:
        """The instance."""
        return self.task.case

    @property
    def method(self) -> str:
        """Name of the method."""
        return self.task.method

    @property
    def judged(self) -> Record | None:
        """True figures; None where there is no plan."""
        return self.record["judged"] if self.record["status"] == "plan" else None

    @cached_property
    def moments(self) -> list[Moment]:
        """What was known when."""
        return [Moment(**moment) for moment in self.record["moments"]]

    @property
    def clean(self) -> bool:
        """Whether there is a plan, everything it plans holds (under `min_cost`: everything), and it breaks no rule."""
        found = self.judged
        if found is None or found["broken"]:
            return False
        return bool(found["holding"] == found["wanted" if self.must_secure_all else "planned"])

    @property
    def must_secure_all(self) -> bool:
        """Whether a plan without all activations is none."""
        goal = self.record.get("goal") or FAMILIES[self.case.family].goal  # type: ignore[index]
        return bool(goal == "min_cost")

    @property
    def value(self) -> int:
        """Value that really holds."""
        return int(self.judged["value"]) if self.judged else 0

    @property
    def cost(self) -> int | None:
        """Cost of the plan in minor units."""
        return int(self.judged["cost"]) if self.judged else None

    @property
    def peak_mb(self) -> float:
        """Peak memory (MB)."""
        return float(self.record["peak_mb"])

    @property
    def gap(self) -> float | None:
        """Gap that the method itself has proven for its last plan; None without a proof or a clean plan."""
        if not self.clean:
            return None
        return gap(self.value, self.cost, self.record.get("value_bound"), self.record.get("cost_bound"))

    @property
    def first(self) -> float:
        """Seconds to the first plan of any worth that the method took for good."""
        return next((item.seconds for item in self.moments if item.value), NEVER)

    def proven(self, within: float) -> float:
        """Return the seconds until a plan that holds was proven to be within a gap."""
        for item in self.moments:
            known = gap(item.value, item.cost, item.value_bound, item.cost_bound)
            if item.holds and known is not None and known <= within:
                return item.seconds
        return NEVER

    @property
    def infeasible(self) -> float:
        """Seconds until it was proven that there is no plan."""
        told = next((item.seconds for item in self.moments if item.infeasible), NEVER)
        if told == NEVER and self.record.get("note", "").startswith("status infeasible"):
            return float(self.record["seconds"])
        return told

    @property
    def proves(self) -> bool:
        """Whether the method gives a certified bound at all."""
        return any(item.value_bound is not None for item in self.moments)

    def near(self, best: Result | None, within: float) -> float:
        """Return the seconds until a plan that holds was as good as the best known, up to a share."""
        if best is None or best.cost is None:
            return NEVER
        for item in self.moments:
            if not item.holds or item.value is None or item.cost is None:
                continue
            behind = 1 - item.value / max(1, best.value) if item.value < best.value else item.cost / best.cost - 1
            if behind <= within:
                return item.seconds
        return NEVER


def gap(value: int | None, cost: int | None, value_bound: int | None, cost_bound: int | None) -> float | None:
    """Return the value gap where positive, else the cost gap, as in a plan; None while either is unknown."""
    if value is None or value_bound is None:
        return None
    if value_bound == 0:
        return 0.0
    if value < value_bound:
        return (value_bound - value) / max(1, value_bound)
    if cost is None or cost_bound is None:
        return None
    return max(0, cost - cost_bound) / max(1, cost)


def better(one: Result, other: Result, margin: float = 0.00005) -> bool:
    """Return whether `one` has a clean plan of more value, or of the same at less cost (by more than a margin)."""
    if not one.clean or one.cost is None:
        return False
    if not other.clean or other.cost is None:
        return True
    if one.value != other.value:
        return one.value > other.value
    return one.cost < other.cost * (1 - margin)


@dataclass(frozen=True)
class Group:
    """Results on instances of one kind: family, scale, use of capacity, limit."""

    family: str
    scale: int
    capacity_use: float | None
    limit: float
    results: tuple[Result, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        scale = "" if self.scale == 1 else f" ×{self.scale}"
        use = "" if self.capacity_use is None else f", {self.capacity_use:.0%} of the parcel places used"
        return f"{self.family}{scale}{use}"

    def of(self, method: str) -> list[Result]:
        """Return a method's results, by seed."""
        return sorted((item for item in self.results if item.method == method), key=lambda item: item.case.seed)

    def ours_beside(self, result: Result) -> Result | None:
        """Return our result on the same instance."""
        return next((item for item in self.of("ours") if item.case == result.case), None)

    def best(self, case: Case) -> Result | None:
        """Return the best clean result on an instance."""
        found: Result | None = None
        for item in self.results:
            if item.case == case and item.clean and (found is None or better(item, found, 0.0)):
                found = item
        return found

    def cost_ratios(self, method: str) -> list[float]:
        """Return cost over ours wherever both plans are clean and secure the same value."""
        found = []
        for item in self.of(method):
            ours = self.ours_beside(item)
            if ours and item.clean and ours.clean and item.value == ours.value and item.cost and ours.cost:
                found.append(item.cost / ours.cost)
        return found

    def value_ratios(self, method: str) -> list[float]:
        """Return the value that really holds over ours."""
        pairs = [(item, self.ours_beside(item)) for item in self.of(method)]
        return [item.value / ours.value for item, ours in pairs if ours and ours.value]


def groups(records: Iterable[Record]) -> list[Group]:
    """Return results by kind of instance, in the order of families, sizes and capacities."""
    kinds: dict[tuple[Any, ...], list[Result]] = {}
    for record in records:
        result = Result(record)
        case = result.case
        kinds.setdefault((case.family, case.scale, case.capacity_use, result.task.limit), []).append(result)
    order = ("S", "M", "L", "XL", "Y")
    ranked = sorted(kinds, key=lambda kind: (order.index(kind[0]), kind[1], kind[2] or 0.0, kind[3]))
    return [
        Group(family, scale, use, limit, tuple(kinds[family, scale, use, limit]))
        for family, scale, use, limit in ranked
    ]


def middle(results: Sequence[Result], figure: Callable[[Result], float | None]) -> float | None:
    """Return the median of a figure over results that have it (never counts as later than everything)."""
    known = [value for value in map(figure, results) if value is not None]
    return median(known) if known else None
