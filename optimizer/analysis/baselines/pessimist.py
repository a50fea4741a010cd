"""Pessimist: the careful planner's rule of thumb, the posts needed divided by the worst rate.

Posts / (low end of the rate band) gifts are sent (posts / 0.20 where the band starts at 0.20), rounded up, cheapest
first, shipped on the last open day at least a week before the first window for which that can be done. It does not look
at money, capacity or stock; under `activate_most` it goes through the activations by value and stops before the total
budget.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer.analysis.baselines.sheets import Decided, parcel_cost, sheet_plan
from optimizer.money import exact
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import Wave


def pessimist_plan(scenario: Scenario) -> Decided:
    """Return the decisions and window starts of ⌈min_posts / low⌉ gifts per activation.

    Of creators that cost the same the first listed comes first. With a band that starts at 0 no number of gifts is
    enough, and nothing is planned.
    """
    low = exact(scenario.posting.organic_rate.low)

    def choice(wave: Wave, usable: Sequence[Creator]) -> Sequence[Creator]:
        needed = math.ceil(wave.min_posts / low) if low else math.inf
        if len(usable) < needed:
            return ()
        return sorted(usable, key=lambda creator: parcel_cost(creator, scenario))[: int(needed)]

    return sheet_plan(scenario, choice)
