"""When a post may still come, given that a gifted creator posts at all and has been silent until the day.

Symbols: delivery day D, lag L, natural posting day D + L, window [w, e], h = `brief_compliance`,
δ = `hold_decay_per_day`, F(y) = P(D + L < y), H = Σ_{y<w} P(D + L = y)(1 − δ)^(w−y). Seen before the morning of day y::

    V(y) = (1 − h)·F(y)                         y ≤ w   posted early, outside the window
    V(y) = (1 − h)·F(w) + h·H + F(y) − F(w)     y > w   held posts come on w
    I(y) = h·H + F(min(y, e + 1)) − F(w)        y > w   inside the window; 0 before

Where the delivery day is not known, everything is the mean over its chances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from optimizer.derive.posting import lag_distribution
from optimizer.scenario.fields import Posting

Arrivals = Sequence[tuple[int, float]]


class Seen(NamedTuple):
    """Chances, given that the creator posts at all, of a post that is seen before a morning.

    Attributes
    ----------
    anywhere, inside
        V and I: wherever it falls, and inside the window.
    """

    anywhere: float
    inside: float


@dataclass
class Outlook:
    """The posting model of one scenario, day by day; days are ordinals."""

    posting: Posting
    _before: list[float] = field(init=False)
    _lag: list[float] = field(init=False)
    _known: dict[tuple[int, int, int, int], Seen] = field(init=False, default_factory=dict)
    _held: dict[int, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        lag = lag_distribution(self.posting.gift_lag.median_days, self.posting.gift_lag.p90_days)
        self._lag = lag.tolist()
        self._before = [0.0, *np.cumsum(lag).tolist()]

    def seen(self, arrivals: Arrivals, opens: int, closes: int, morning: int) -> Seen:
        """Return V and I of a morning, the mean over the days of delivery; each weighed by its chance."""
        anywhere = inside = 0.0
        for day, chance in arrivals:
            own = self._seen(day, opens, closes, morning)
            anywhere, inside = anywhere + chance * own.anywhere, inside + chance * own.inside
        return Seen(anywhere, inside)

    def _seen(self, day: int, opens: int, closes: int, morning: int) -> Seen:
        key = (day, opens, closes, morning)
        if key not in self._known:
            self._known[key] = self._seen_from(day, opens, closes, morning)
        return self._known[key]

    def _seen_from(self, day: int, opens: int, closes: int, morning: int) -> Seen:
        comply = self.posting.brief_compliance
        early = self._by(min(opens, morning) - day)
        if morning <= opens:
            return Seen((1 - comply) * early, 0.0)
        held = comply * self._kept(opens - day)
        inside = held + self._by(min(morning, closes + 1) - day) - early
        return Seen((1 - comply) * early + held + self._by(morning - day) - early, inside)

    def _by(self, days: int) -> float:
        """Return P(L < days)."""
        return self._before[min(max(days, 0), len(self._before) - 1)]

    def _kept(self, days: int) -> float:
        """Return the chance of a natural post earlier than `days` after delivery whose interest lasts until then."""
        if days not in self._held:
            keep = 1 - self.posting.hold_decay_per_day
            self._held[days] = sum(
                chance * keep ** (days - lag) for lag, chance in enumerate(self._lag[: max(0, days)])
            )
        return self._held[days]
