"""Spreadsheet: what planners do today, the cheapest creators until their rates sum to the posts needed.

The cheapest creators are taken, as gifts, until their organic rates sum to the posts needed (Σ organic_rate ≥ k, an
expectation, where density asks for a probability), shipped on the last open day at least a week before the first window
for which that can be done. It does not look at money, capacity or stock; under `activate_most` it goes through the
activations by value and stops before the total budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from optimizer.analysis.baselines.sheets import Decided, parcel_cost, sheet_plan
from optimizer.money import exact
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import Wave


def spreadsheet_plan(scenario: Scenario) -> Decided:
    """Return the decisions and window starts of the plan a spreadsheet leads to.

    Of creators that cost the same the higher organic rate comes first; rates are summed as exact decimals.
    """

    def dearness(creator: Creator) -> tuple[Decimal, float]:
        return parcel_cost(creator, scenario), -_rate(creator, scenario)

    def choice(wave: Wave, usable: Sequence[Creator]) -> Sequence[Creator]:
        posts, ranked = exact(0), sorted(usable, key=dearness)
        for number, creator in enumerate(ranked, start=1):
            posts += exact(_rate(creator, scenario))
            if posts >= wave.min_posts:
                return ranked[:number]
        return ()

    return sheet_plan(scenario, choice)


def _rate(creator: Creator, scenario: Scenario) -> float:
    band = scenario.posting.organic_rate
    return (band.low + band.high) / 2 if creator.organic_rate is None else creator.organic_rate
