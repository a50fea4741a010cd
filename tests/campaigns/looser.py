"""Looser pairs of the families W and WW: no bound of the looser above a plan of the tighter, no optimum that is worse.

``python -m tests.campaigns.looser --seeds 0:500`` solves 1,000 pairs of tiny scenarios to the end. With ``--limit 10``
the scenarios are those of the families in full size, each solved for so many seconds and as far as that goes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import cast

from optimizer.analysis.certify import certified
from optimizer.plan import Plan
from optimizer.scenario.families.table import WideName
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.settings import Settings
from tests.campaigns import ranges
from tests.campaigns.ranges import Campaign, Record
from tests.looser import contradictions, looser
from tests.tiny_wide import tiny_wide

TO_THE_END = 120.0
"""Seconds for a tiny scenario: as good as no limit."""


def pair(family: str, seed: int, *, tiny: bool) -> tuple[Record, Record, list[str]]:
    """Return a scenario, a looser one, and what was loosened."""
    name = cast(WideName, family)
    document = tiny_wide(name, seed) if tiny else generate(name, seed)
    return (document, *looser(Random(f"looser {family}:{seed}"), document))


def planned(document: Record, limit: float, gap: float) -> Plan:
    """Return the plan of a scenario."""
    settings = Settings(time_limit_seconds=limit, gap=gap, workers=1, seed=1, diagnose_seconds=0)
    return certified(scenario_from_data(document), settings, draws=0).plan


def check(family: str, seed: int, limit: float | None = None) -> Record:
    """Solve both scenarios of a pair; to the end where they are tiny and no limit is given."""
    tiny = limit is None
    tight, loose, names = pair(family, seed, tiny=tiny)
    gap = 0.0 if tiny else 0.001
    one, other = (planned(document, limit or TO_THE_END, gap) for document in (tight, loose))
    found = contradictions(one, other, gap=gap)
    assert not found, (names, found)
    told = {f"n_looser_in_{name}": 1 for name in names}
    same = one.objective.value == other.objective.value and one.objective.least_cost == other.objective.least_cost
    return {
        **told,
        "n_both_optimal": int(one.status == other.status == "optimal"),
        "n_tighter_infeasible": int(one.status == "infeasible"),
        "n_tighter_has_a_plan": int(bool(one.assignments)),
        "n_looser_is_better": int(other.objective.value is not None and not same),
    }


def scenarios(family: str, seed: int, *, tiny: bool = True) -> Sequence[Record]:
    """Return both scenarios of a pair."""
    return pair(family, seed, tiny=tiny)[:2]


CAMPAIGN = Campaign("looser", __doc__ or "", check, scenarios)


def main() -> int:
    """Run the pairs asked for."""
    options = ranges.parser(CAMPAIGN)
    options.add_argument("--limit", type=float, metavar="S", help="seconds for each scenario in full size")
    asked = options.parse_args()
    campaign = CAMPAIGN
    if asked.limit is not None:
        campaign = replace(
            CAMPAIGN,
            name="looser_whole",
            check=partial(check, limit=asked.limit),
            scenarios=partial(scenarios, tiny=False),
        )
    return min(1, ranges.run(campaign, asked))


if __name__ == "__main__":
    # By its own name, so that other processes find the check.
    from tests.campaigns.looser import main as by_name

    sys.exit(by_name())
