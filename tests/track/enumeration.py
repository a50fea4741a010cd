"""Live odds by enumeration: every creator's every fate, day by day, at many rates; nothing is taken from `track`.

Lag and arrivals come from the verifier's reading of the scenario (`optimizer.verify.premises`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np

from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.verify.premises import Premises

RATES = 60


@dataclass(frozen=True)
class Fate:
    """What may become of a creator: the day of the post (None: never seen), the day of delivery, chance per node."""

    day: date | None
    delivered: date
    chance: np.ndarray


class Enumeration:
    """The campaign of one plan, given what was seen."""

    def __init__(self, scenario: Scenario, plan: Plan, events: Sequence[dict[str, str]], as_of: date):
        self.premises, self.plan, self.as_of = Premises(scenario), plan, as_of
        self.posting = scenario.posting
        self.known = {
            (item["creator"], item["activation"], item["event"]): date.fromisoformat(item["on"]) for item in events
        }
        self.recorded = any(item["event"] == "delivered" for item in events)
        band = self.posting.organic_rate
        points, weights = np.polynomial.legendre.leggauss(RATES)
        self.rate, self.weight = band.low + (band.high - band.low) * (points + 1) / 2, weights / 2
        self.fates = {(line.creator, line.activation): list(self._possible(line)) for line in plan.assignments}
        self.evidence = {
            pair: sum((fate.chance for fate in fates), np.zeros(RATES)) for pair, fates in self.fates.items()
        }
        for each in self.evidence.values():
            self.weight = self.weight * each
        self.weight = self.weight / self.weight.sum()

    def _when(self, line: object, what: str) -> date | None:
        return self.known.get((line.creator, line.activation, what))  # type: ignore[attr-defined]

    def _possible(self, line: object) -> Iterator[Fate]:
        """Yield the fates of a line that agree with what was seen."""
        stated = self.premises.line(line)  # type: ignore[arg-type]
        assert stated is not None
        nobody = Fate(None, date.min, np.ones(RATES))
        if self._when(line, "lost") or self._when(line, "declined"):
            yield nobody
            return
        arrivals = self.premises.timing.arrivals(
            self._when(line, "shipped") or stated.ship_on, self.premises.service(stated.creator)
        )
        days = [(day, float(chance)) for day, chance in arrivals]
        delivered, posted = self._when(line, "delivered"), self._when(line, "posted")
        if delivered:
            days = [(delivered, 1.0)]
        elif self.recorded and not posted and max(day for day, _ in days) >= self.as_of and stated.ship_on < self.as_of:
            days = [(day, chance) for day, chance in days if day >= self.as_of]
            total = sum(chance for _, chance in days)
            days = [(day, chance / total) for day, chance in days]
        if stated.mode == "paid":
            yield from self._paid(stated, days, posted)
            return
        for day, chance in days:
            for fate in self._gifted(stated, day):
                weighed = Fate(fate.day, day, fate.chance * chance)
                is_seen = fate.day is not None and fate.day < self.as_of
                if (posted is None and not is_seen) or (posted is not None and fate.day == posted):
                    yield weighed

    def _paid(self, stated: object, days: list[tuple[date, float]], posted: date | None) -> Iterator[Fate]:
        if posted:
            yield Fate(posted, date.min, np.ones(RATES))
            return
        own = stated.creator.paid_reliability  # type: ignore[attr-defined]
        last = stated.window.end  # type: ignore[attr-defined]
        reliability = self.posting.paid_reliability if own is None else own
        for day, chance in days:
            there = day + timedelta(days=self.posting.paid_prep_days) <= last and self.as_of <= last
            yield Fate(last if there else None, day, np.full(RATES, chance * reliability))
            yield Fate(None, day, np.full(RATES, chance * (1 - reliability)))

    def _gifted(self, stated: object, delivered: date) -> Iterator[Fate]:
        band, own = self.posting.organic_rate, stated.creator.organic_rate  # type: ignore[attr-defined]
        middle = (band.low + band.high) / 2
        posts = self.rate * ((middle if own is None else own) / middle)
        opens = stated.window.start  # type: ignore[attr-defined]
        yield Fate(None, delivered, 1 - posts)
        for lag, chance in enumerate(self.premises.timing.lag):
            natural = delivered + timedelta(days=lag)
            if natural >= opens:
                yield Fate(natural, delivered, posts * chance)
                continue
            comply = self.posting.brief_compliance
            keeps = (1 - self.posting.hold_decay_per_day) ** (opens - natural).days
            yield Fate(natural, delivered, posts * chance * (1 - comply))
            yield Fate(opens, delivered, posts * chance * comply * keeps)
            yield Fate(None, delivered, posts * chance * comply * (1 - keeps))

    def odds(self, activation: str, paid: Sequence[str] = ()) -> float:
        """Return the chance of density; `paid` agree to a fee on the day."""
        result = next(item for item in self.plan.activations if item.activation == activation)
        assert result.window is not None
        lines = [line for line in self.plan.assignments if line.activation == activation]
        chances = []
        for line in lines:
            pair = (line.creator, line.activation)
            inside = [f for f in self.fates[pair] if f.day and result.window.start <= f.day <= result.window.end]
            total = sum((fate.chance for fate in inside), np.zeros(RATES))
            if line.creator in paid:
                stated = self.premises.line(line)
                assert stated is not None
                own = stated.creator.paid_reliability
                last = result.window.end - timedelta(days=self.posting.paid_prep_days)
                there = [fate.chance for fate in self.fates[pair] if fate.delivered <= last]
                total = sum(there, np.zeros(RATES)) * (self.posting.paid_reliability if own is None else own)
            chances.append(total / self.evidence[pair])
        reached = np.zeros(RATES)
        for posts in product((False, True), repeat=len(lines)):
            if sum(posts) >= result.min_posts:
                reached += np.prod([c if post else 1 - c for c, post in zip(chances, posts, strict=True)], axis=0)
        return float(self.weight @ reached)

    def mean_rate(self) -> float:
        return float(self.weight @ self.rate)
