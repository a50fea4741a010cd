"""Tiny scenarios of the families W and WW against complete enumeration: optimum, verdict, bounds, early ends.

``python -m tests.campaigns.tiny_wide --seeds 0:5000`` compares 10,000 of them, by both methods of search.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import cast

from optimizer.scenario.families.table import WideName
from tests.campaigns import ranges
from tests.campaigns.ranges import Campaign, Record
from tests.solve.enumerated import check_no_false_claim, check_optimum
from tests.tiny_wide import enumeration, tiny_wide

HURRIED_EVERY = 5
"""Every so many seeds are searched once more with next to no time."""


def check(family: str, seed: int) -> Record:
    """Compare one scenario."""
    everything = enumeration(cast(WideName, family), seed)
    check_optimum(everything)
    hurried = seed % HURRIED_EVERY == 0
    if hurried:
        check_no_false_claim(everything)
    best = everything.best
    return {
        "n_infeasible": int(best is None),
        "n_nothing_to_secure": int(best is not None and best.value == 0),
        "n_with_a_plan": int(best is not None and best.value > 0),
        "n_ended_early_as_well": int(hurried),
    }


def scenarios(family: str, seed: int) -> Sequence[Record]:
    """Return the scenario of a seed."""
    return [tiny_wide(cast(WideName, family), seed)]


CAMPAIGN = Campaign("tiny_wide", __doc__ or "", check, scenarios)


def main() -> int:
    """Run the scenarios asked for."""
    return min(1, ranges.run(CAMPAIGN, ranges.parser(CAMPAIGN).parse_args()))


if __name__ == "__main__":
    # By its own name, so that other processes find the check.
    from tests.campaigns.tiny_wide import main as by_name

    sys.exit(by_name())
