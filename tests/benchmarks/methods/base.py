"""What a method is given and what it gives back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, TextIO

from optimizer.analysis.certify import decisions_of
from optimizer.analysis.report import Decision
from optimizer.derive.instance import Instance
from optimizer.model.selection import Selection
from optimizer.scenario.models import Scenario
from optimizer.solve.cpsat.feasibility import failing
from tests.benchmarks.cases import Task

Record = dict[str, Any]

WORKING_SECONDS = 0.5
"""Left free at the end for reading the solver's answer; the limit is one for everything a method does."""


@dataclass(frozen=True)
class Moment:
    """What is known at one time: the plan in hand, whether it holds exactly, the certified bounds (minor units).

    `infeasible`: it is proven that there is no plan.
    """

    seconds: float
    value: int | None = None
    cost: int | None = None
    holds: bool | None = None
    value_bound: int | None = None
    cost_bound: int | None = None
    infeasible: bool = False


@dataclass(frozen=True)
class Answer:
    """A method's last word; `note` says in a sentence what should be known about how it ended."""

    decisions: Sequence[Decision]
    starts: Mapping[str, date]
    note: str = ""
    value_bound: int | None = None
    cost_bound: int | None = None

    def to_record(self) -> Record:
        """Return the answer as plain data."""
        rows = [[item.creator, item.activation, item.mode, item.ship_on.isoformat()] for item in self.decisions]
        starts = {activation: start.isoformat() for activation, start in self.starts.items()}
        return {
            "decisions": rows,
            "starts": starts,
            "note": self.note,
            "value_bound": self.value_bound,
            "cost_bound": self.cost_bound,
        }

    @classmethod
    def from_record(cls, record: Record) -> Answer:
        """Return the answer that `to_record` wrote."""
        decisions = [
            Decision(creator, activation, mode, date.fromisoformat(day))
            for creator, activation, mode, day in record["decisions"]
        ]
        starts = {activation: date.fromisoformat(start) for activation, start in record["starts"].items()}
        return cls(decisions, starts, record["note"], record["value_bound"], record["cost_bound"])


NOTHING = Answer((), {})


def answer_of(instance: Instance, selection: Selection | None, note: str = "", **bounds: int | None) -> Answer:
    """Return a selection as an answer; nothing at all where there is none."""
    if selection is None:
        return Answer((), {}, note, **bounds)
    decisions, starts = decisions_of(instance, selection)
    return Answer(decisions, starts, note, **bounds)


@dataclass
class Run:
    """One run under way: its task, its clock (started when the run is made), and where its moments are written."""

    task: Task
    sink: TextIO | None = None
    began: float = field(default_factory=time.monotonic)
    moments: list[Moment] = field(default_factory=list)

    @property
    def elapsed(self) -> float:
        """Seconds since the method was called."""
        return time.monotonic() - self.began

    @property
    def remaining(self) -> float:
        """Seconds a solver may still take, at least 0."""
        return max(0.0, self.task.limit - WORKING_SECONDS - self.elapsed)

    def tell(self, moment: Moment) -> None:
        """Write down a moment; at once, so that it outlives a crash."""
        self.moments.append(moment)
        if self.sink is not None:
            self.sink.write(json.dumps({"moment": asdict(moment)}) + "\n")
            self.sink.flush()

    def found(
        self,
        instance: Instance,
        selection: Selection,
        *,
        value_bound: int | None = None,
        cost_bound: int | None = None,
    ) -> None:
        """Write down a plan with what it costs, what it claims to secure, and whether all of that holds exactly."""
        self.tell(
            Moment(
                round(self.elapsed, 3),
                int(sum(instance.value[a] for a in selection.windows)),
                selection.cost(instance),
                not failing(instance, selection, selection.windows),
                value_bound,
                cost_bound,
            )
        )


Method = Callable[[Scenario, Run], Answer]
