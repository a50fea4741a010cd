"""One activation in one window with everything that can be asked of a team, and the truth about it by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import numpy as np

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance, Ints
from optimizer.derive.people import TIERS
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.feasibility import holds
from tests.derive.small import activation, creator, document, shipping

Document = dict[str, Any]
SERVICES = [
    {"id": "s", "cost": "2", "transit_days": {"1": 0.5, "2": 0.5}},
    {"id": "t", "cost": "1", "transit_days": {"2": 0.7, "4": 0.3}},
]


def one_window(seed: int, people: int, *, days: int = 2, plain: bool = False) -> Instance:
    """Return an instance of one activation in one window; `plain`: without locks, tiers and least numbers of paid."""
    rng = Random(seed)
    wave = activation(
        min_posts=rng.choice((1, 2, 3)),
        confidence=rng.choice((0.2, 0.4, 0.6)),
        window_days=rng.randint(3, 10),
        delivery={"before_days": days, "after_days": 0},
    )
    crowd = [_person(rng, number) for number in range(people)]
    fields = document(crowd, wave)
    band = rng.choice(({"low": 0.3, "high": 0.3}, {"low": 0.2, "high": 0.4}, {"low": 0.05, "high": 0.35}))
    fields["posting"] = {"gift_lag": {"median_days": 4, "p90_days": 12}, "brief_compliance": 0.5, "organic_rate": band}
    # A capacity that never binds here, so that every ship day stays an option.
    fields["shipping"] = shipping(services=SERVICES, daily_capacity=people - 1)
    fields["communities"][0]["max_paid_share"] = rng.choice((0.25, 0.5, 0.75, 1.0))
    if not plain:
        _ask_for_more(rng, fields, crowd)
    return build_instance(scenario_from_data(fields))


def _person(rng: Random, number: int) -> Document:
    person = creator(
        f"c{number}", rng.randint(10, 55) / 100, tier=rng.choice(TIERS), service=rng.choice(("s", "s", "t"))
    )
    if rng.random() < 0.4:
        person |= {"paid_fee": f"{rng.randint(3, 60)}", "paid_reliability": rng.choice((0.97, 0.97, 0.8))}
        person["accepts"] = rng.choice((["gift", "paid"], ["gift", "paid"], ["paid"]))
    if rng.random() < 0.1:
        person["unavailable"] = [{"start": "2027-03-08", "end": "2027-03-09"}]
    return person


def _ask_for_more(rng: Random, fields: Document, crowd: list[Document]) -> None:
    wave = fields["activations"][0]
    if rng.random() < 0.3:
        wave["min_paid"] = rng.choice((1, 2))
    if rng.random() < 0.4:
        tiers = rng.sample(TIERS, 2)
        wave["tier_mix"] = {tiers[0]: {"min": rng.choice((0, 1, 2))}, tiers[1]: {"min": 0, "max": rng.choice((1, 2))}}
    if rng.random() < 0.3:
        free = [person for person in crowd if "unavailable" not in person]
        fields["locks"] = [
            {"creator": person["id"], "activation": "a", "mode": person.get("accepts", ["gift"])[-1]}
            for person in rng.sample(free, min(len(free), rng.choice((1, 2))))
        ]


def day_prices(given: Instance, seed: int) -> Ints:
    """Return what every option costs with random prices on ship days."""
    rng = Random(seed)
    charge = np.array([rng.choice((0, 0, 150, 700)) for _ in given.limits.ship_month], dtype=np.int64)
    return given.options.cost_minor + charge[given.options.ship_day]


def teams(given: Instance, window: int = 0) -> Iterator[Ints]:
    """Yield every set of options of one window that keeps the rules of its activation, the confidence included."""
    table, everybody = given.options, given.options.in_window(window)
    who = np.unique(table.creator[everybody])
    menus = [[None, *everybody[table.creator[everybody] == creator].tolist()] for creator in who]
    for chosen in product(*menus):
        team = np.array([o for o in chosen if o is not None], dtype=np.int64)
        if keeps_own_rules(given, team) and holds(given, 0, team):
            yield team


def keeps_own_rules(given: Instance, team: Ints) -> bool:
    """Whether a team of the only activation keeps paid share, least paid, tiers, locks, and uses everybody once."""
    table, wave = given.options, given.waves[0]
    creators, paid = table.creator[team], int(table.paid[team].sum())
    if len(set(creators.tolist())) < len(team):
        return False
    if paid > given.max_paid_share[0] * len(team) or paid < wave.min_paid:
        return False
    for tier, allowed in wave.tier_mix.items():
        count = int((given.tier[creators] == TIERS.index(tier)).sum())
        if count < allowed.min or (allowed.max is not None and count > allowed.max):
            return False
    modes = set(zip(creators.tolist(), table.paid[team].tolist(), strict=True))
    return all((choice.creator, choice.paid) in modes for choice in given.locks)
