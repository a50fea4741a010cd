"""Random teams of real scenarios (families W and WW) against every row and cut.

``python -m tests.campaigns.teams --families W --seeds 0:120 --teams 250`` judges more than 100,000 teams: none that
holds under the exact tail may be excluded by a threshold row or a dominance cut, none that fails may be let in.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from optimizer.derive.build import build_instance
from optimizer.scenario.families.table import WideName
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data
from tests.campaigns import ranges
from tests.campaigns.ranges import Campaign, Record
from tests.teams import try_scenario


def check(family: str, seed: int, each: int = 250) -> Record:
    """Judge so many teams of each activation of one scenario."""
    instance = build_instance(scenario_from_data(generate(cast(WideName, family), seed)))
    return {f"n_{name}": count for name, count in try_scenario(instance, seed, each).items()}


def scenarios(family: str, seed: int) -> Sequence[Record]:
    """Return the scenario of a seed."""
    return [generate(cast(WideName, family), seed)]


CAMPAIGN = Campaign("teams", __doc__ or "", check, scenarios)


def main() -> int:
    """Run the teams asked for."""
    options = ranges.parser(CAMPAIGN)
    options.add_argument("--teams", type=int, default=250, metavar="N", help="of each activation, default 250")
    asked = options.parse_args()
    return min(1, ranges.run(replace(CAMPAIGN, check=partial(check, each=asked.teams)), asked))


if __name__ == "__main__":
    # By its own name, so that other processes find the check.
    from tests.campaigns.teams import main as by_name

    sys.exit(by_name())
