"""A search in one line, and a scenario that keeps it busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from random import Random
from typing import Literal

from optimizer.derive.instance import Instance
from optimizer.solve.control import Control, Progress
from optimizer.solve.problem import SearchProblem, prepare
from optimizer.solve.search import Solution, search
from optimizer.solve.settings import Settings
from tests.derive.small import activation, creator, instance, shipping

Method = Literal["auto", "plain", "decomposed"]
METHODS: tuple[Method, ...] = ("plain", "decomposed")


def control(seconds: float = 60.0, listener: Callable[[Progress], None] | None = None) -> Control:
    """Return a control that nobody has cancelled yet."""
    return Control(time.monotonic() + seconds, threading.Event(), listener)


def found(
    given: Instance,
    *,
    seconds: float = 60.0,
    gap: float = 0.0,
    workers: int = 1,
    seed: int = 1,
    method: Method = "auto",
    by: Control | None = None,
) -> Solution:
    """Return what a search finds."""
    settings = Settings(time_limit_seconds=seconds, gap=gap, workers=workers, seed=seed, method=method)
    return search(given, settings, by or control(seconds))


def problem(given: Instance, *, gap: float = 0.0, seconds: float = 60.0) -> SearchProblem:
    """Return an instance with its covers."""
    return prepare(given, control(seconds), seed=1, gap=gap, workers=1)


def tight(communities: int = 6, people: int = 25, capacity: int = 2, seed: int = 5) -> Instance:
    """Many near-equal creators and few parcels a day: plans are found, but not proven in any short time."""
    rng = Random(seed)
    names = [f"k{n}" for n in range(communities)]
    waves = [
        activation(
            f"a-{name}",
            community=name,
            min_posts=3,
            confidence=0.8,
            start_latest="2027-03-22",
            delivery={"before_days": 5},
        )
        for name in names
    ]
    crowd = [
        creator(f"c{n}", rng.randint(20, 40) / 100, paid_fee=f"{rng.randint(40, 250)}")
        | {"communities": [names[n % communities]]}
        for n in range(people * communities)
    ]
    rules = [{"id": name, "authenticity": "low"} for name in names]
    return instance(crowd, *waves, communities=rules, shipping=shipping(daily_capacity=capacity))
