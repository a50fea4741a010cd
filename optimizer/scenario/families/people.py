"""Drawing creators: tier, followers, fee, rate, embeddedness, service, absences; each belongs to one community."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from optimizer.scenario.families.table import (
    AWAY,
    AWAY_DAYS,
    FEE_SIGMA,
    PAID_ONLY,
    PAYABLE,
    RATE,
    SERVICE_SHARES,
    SERVICES,
    TIERS,
    Family,
)

Record = dict[str, Any]
K = TypeVar("K")


def draw_creators(family: Family, community: str, rng: random.Random) -> list[Record]:
    """Return the creators of one community, as the scenario format has them."""
    digits = len(str(family.creators))
    return [
        _creator(f"{community}-{number:0{digits}d}", community, family, rng) for number in range(1, family.creators + 1)
    ]


def _creator(name: str, community: str, family: Family, rng: random.Random) -> Record:
    tier = pick({name: draw.share for name, draw in TIERS.items()}, rng)
    creator: Record = {
        "id": name,
        "communities": [community],
        "tier": tier,
        "followers": _followers(*TIERS[tier].followers, rng),
        "embeddedness": round(rng.betavariate(2, 3), 2),
        "organic_rate": round(rng.uniform(*RATE), 3),
    }
    if rng.random() < PAYABLE:
        creator["paid_fee"] = f"{_fee(tier, rng)}.00"
        if rng.random() < PAID_ONLY:
            creator["accepts"] = ["paid"]
    service = pick(SERVICE_SHARES, rng)
    if service != SERVICES[0]["id"]:
        creator["service"] = service
    if rng.random() < AWAY:
        creator["unavailable"] = [_absence(family.start, family.days, rng)]
    return creator


def pick(weights: Mapping[K, float], rng: random.Random) -> K:
    """Return one key of `weights`, drawn in proportion to its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def _followers(least: int, most: int, rng: random.Random) -> int:
    return 100 * round(math.exp(rng.uniform(math.log(least), math.log(most))) / 100)


def _fee(tier: str, rng: random.Random) -> int:
    """Return a fee in pounds, a multiple of 5: log-normal around the tier's median, clipped to its range."""
    draw = TIERS[tier]
    least, most = draw.fee
    drawn = rng.lognormvariate(math.log(draw.fee_median), FEE_SIGMA)
    return min(most, max(least, 5 * round(drawn / 5)))


def _absence(start: date, days: int, rng: random.Random) -> Record:
    length = rng.randint(*AWAY_DAYS)
    first = start + timedelta(days=rng.randint(0, days - length))
    return {"start": first.isoformat(), "end": (first + timedelta(days=length - 1)).isoformat()}
