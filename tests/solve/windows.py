"""One activation in one window with everything that can be asked of a team, and the truth about it by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import numpy as np

from optimizer.derive.build import derive
from optimizer.derive.instance import Instance, Ints
from optimizer.derive.people import TIERS
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.exact import holds
from tests.derive.small import activation, creator, document, shipping

Document = dict[str, Any]
SERVICES = [
    {"id": "s", "cost": "2", "transit_days": {"1": 0.5, "2": 0.5}},
    {"id": "t", "cost": "1", "transit_days": {"2": 0.7, "4": 0.3}},
]


def one_window(seed: int, people: int, *, days: int = 2, plain: bool = False) -> Instance:
    """Return an instance of one activation in one window; `plain`: without locks, tiers and least numbers of paid."""
    dice = Random(seed)
    wave = activation(
        min_posts=dice.choice((1, 2, 3)),
        confidence=dice.choice((0.2, 0.4, 0.6)),
        window_days=dice.randint(3, 10),
        delivery={"before_days": days, "after_days": 0},
    )
    crowd = [_person(dice, number) for number in range(people)]
    fields = document(crowd, wave)
    band = dice.choice(({"low": 0.3, "high": 0.3}, {"low": 0.2, "high": 0.4}, {"low": 0.05, "high": 0.35}))
    fields["posting"] = {"gift_lag": {"median_days": 4, "p90_days": 12}, "brief_compliance": 0.5, "organic_rate": band}
    # A capacity that never binds here, so that every ship day stays an option.
    fields["shipping"] = shipping(services=SERVICES, daily_capacity=people - 1)
    fields["communities"][0]["max_paid_share"] = dice.choice((0.25, 0.5, 0.75, 1.0))
    if not plain:
        _ask_for_more(dice, fields, crowd)
    return derive(scenario_from_data(fields))


def _person(dice: Random, number: int) -> Document:
    person = creator(
        f"c{number}", dice.randint(10, 55) / 100, tier=dice.choice(TIERS), service=dice.choice(("s", "s", "t"))
    )
    if dice.random() < 0.4:
        person |= {"paid_fee": f"{dice.randint(3, 60)}", "paid_reliability": dice.choice((0.97, 0.97, 0.8))}
        person["accepts"] = dice.choice((["gift", "paid"], ["gift", "paid"], ["paid"]))
    if dice.random() < 0.1:
        person["unavailable"] = [{"start": "2027-03-08", "end": "2027-03-09"}]
    return person


def _ask_for_more(dice: Random, fields: Document, crowd: list[Document]) -> None:
    wave = fields["activations"][0]
    if dice.random() < 0.3:
        wave["min_paid"] = dice.choice((1, 2))
    if dice.random() < 0.4:
        tiers = dice.sample(TIERS, 2)
        wave["tier_mix"] = {tiers[0]: {"min": dice.choice((0, 1, 2))}, tiers[1]: {"min": 0, "max": dice.choice((1, 2))}}
    if dice.random() < 0.3:
        free = [person for person in crowd if "unavailable" not in person]
        fields["locks"] = [
            {"creator": person["id"], "activation": "a", "mode": person.get("accepts", ["gift"])[-1]}
            for person in dice.sample(free, min(len(free), dice.choice((1, 2))))
        ]


def day_prices(given: Instance, seed: int) -> Ints:
    """Return what every option costs with random prices on ship days."""
    dice = Random(seed)
    charge = np.array([dice.choice((0, 0, 150, 700)) for _ in given.limits.ship_month], dtype=np.int64)
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
    return all((choice.creator, choice.paid) in modes for choice in given.fixed)
