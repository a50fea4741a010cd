"""What is examined, and what is kept of the changes that help."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.analysis.diagnosis.phrases import Change
from optimizer.analysis.diagnosis.questions import Answer
from optimizer.plan import WayOut
from optimizer.scenario.semantics import Wave

INCOMPLETE = 1000.0
"""Added to the size of a change that does not do for everything wanted."""


@dataclass(frozen=True)
class Target:
    """What could not be secured.

    Attributes
    ----------
    activation
        Its id; None for everything that must be secured, which is impossible only together.
    asked
        Ids of the activations whose joint impossibility is examined.
    whole
        Ids of all activations that are wanted in the end: `asked` or more.
    fresh
        The activations whose own rules may be what is in the way.
    rest_secured
        Whether the plan secures everything else in `asked`.
    """

    activation: str | None
    asked: frozenset[str]
    whole: frozenset[str]
    fresh: tuple[Wave, ...]
    rest_secured: bool

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return self.activation or "everything that must be secured"


@dataclass(frozen=True)
class RankedWay:
    """A way out, the rule it eases, and how big a change it is.

    `size` is a share of what is given; a change that does not do for everything wanted counts as bigger than any.
    """

    rule: str
    size: float
    way: WayOut

    @property
    def complete(self) -> bool:
        """Whether it does for everything wanted."""
        return self.size < INCOMPLETE


@dataclass
class Eased:
    """The changes of one limit that suffice, whether the time told of every other, and the answer to the last one."""

    changes: list[Change] = field(default_factory=list)
    settled: bool = True
    last: Answer | None = None
