"""Whole campaigns drawn day by day: who posts when, and the events that somebody would have written down.

The draws are those of the verifier's simulator: rate, parcels, lags and compliance. What it does not fix, the day of a
paid post, is the window's last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from optimizer.plan import Plan
from optimizer.scenario.models import Scenario
from optimizer.verify import simulate
from optimizer.verify.premises import Premises

NEVER = date.max.toordinal()


@dataclass(frozen=True)
class Drawn:
    """One campaign: per assignment the day of delivery and of the post (`NEVER`: none), as ordinals."""

    delivered: np.ndarray
    posted: np.ndarray


class Drawing:
    """Draws campaigns of a plan."""

    def __init__(self, scenario: Scenario, plan: Plan, seed: int):
        self.scenario, self.plan = scenario, plan
        self._generator = np.random.default_rng(seed)
        self._premises = Premises(scenario)
        self._cast = simulate._cast(self._premises, plan, [item.activation for item in plan.activations])

    def campaigns(self, draws: int) -> Iterator[Drawn]:
        generator, cast, posting = self._generator, self._cast, self.scenario.posting
        rates = simulate._campaign_rates(posting.organic_rate, draws, generator)
        everybody = np.arange(len(cast.gifted))
        for rate in rates:
            posts = generator.random(len(everybody)) < np.where(cast.gifted, rate * cast.rate, cast.rate)
            delivered = simulate._arrivals(cast, everybody, generator)
            natural = delivered + simulate._lags(posting.gift_lag, len(everybody), generator)
            held = np.maximum(0, cast.opens - natural)
            complies = generator.random(len(everybody)) < posting.brief_compliance
            survives = generator.random(len(everybody)) < (1 - posting.hold_decay_per_day) ** held
            day = np.where(held == 0, natural, np.where(complies, np.where(survives, cast.opens, NEVER), natural))
            in_time = delivered + posting.paid_prep_days <= cast.closes
            day = np.where(cast.gifted, day, np.where(in_time, cast.closes, NEVER))
            yield Drawn(delivered, np.where(posts, day, NEVER))

    def events(self, drawn: Drawn, as_of: date, *, with_deliveries: bool) -> list[dict[str, str]]:
        """Return what was written down before the morning of a day."""
        today, events = as_of.toordinal(), []
        for line, delivered, posted in zip(self.plan.assignments, drawn.delivered, drawn.posted, strict=True):
            days = {"shipped": line.ship_on.toordinal(), "posted": int(posted)}
            if with_deliveries:
                days["delivered"] = int(delivered)
            events += [
                {
                    "on": date.fromordinal(day).isoformat(),
                    "creator": line.creator,
                    "activation": line.activation,
                    "event": what,
                }
                for what, day in days.items()
                if day < today
            ]
        return events

    def with_offers(self, drawn: Drawn, offers: Collection[tuple[str, str]]) -> Drawn:
        """Return the campaign if these creators of these activations agree to a fee: reliable ones post at the end."""
        posted = drawn.posted.copy()
        posting = self.scenario.posting
        for place, line in enumerate(self.plan.assignments):
            if (line.creator, line.activation) in offers:
                own = self._premises.creators[line.creator].paid_reliability
                reliability = posting.paid_reliability if own is None else own
                closes = int(self._cast.closes[place])
                there = drawn.delivered[place] + posting.paid_prep_days <= closes
                posted[place] = closes if there and self._generator.random() < reliability else NEVER
        return Drawn(drawn.delivered, posted)

    def reached(self, drawn: Drawn) -> dict[str, bool]:
        """Return which activations reach density."""
        inside = (drawn.posted >= self._cast.opens) & (drawn.posted <= self._cast.closes)
        return {
            item.activation: sum(
                bool(ok)
                for ok, line in zip(inside, self.plan.assignments, strict=True)
                if line.activation == item.activation
            )
            >= item.min_posts
            for item in self.plan.activations
        }


def mornings(plan: Plan) -> list[date]:
    """Return seven mornings from the first ship day to the end of the first window."""
    first = min(line.ship_on for line in plan.assignments) + timedelta(days=2)
    last = min(line.window.end for line in plan.assignments)
    step = (last - first) / 6
    return [first + step * number for number in range(7)]
