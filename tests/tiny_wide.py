"""Scenarios of the families W and WW, cut down until complete enumeration is possible, with their fields as drawn."""

from __future__ import annotations

from datetime import date, timedelta
from math import prod
from random import Random
from typing import Any

from optimizer.scenario.families import wide
from optimizer.scenario.families.table import WideName
from optimizer.scenario.loading import scenario_from_data
from tests.brute_force import Enumeration
from tests.tiny import binding_budget, chance, price, set_confidences

Document = dict[str, Any]

MOST_WAYS = 40_000
"""Choices that one window may offer."""
DEAR = 80_000
"""A monthly cap drawn up to this many minor units is now and then all that there is."""


def tiny_wide(family: WideName, seed: int) -> Document:
    """Return a scenario document; equal families and seeds give equal scenarios.

    Fields that need no room stay as the family draws them. Limits in proportion to a need (budget, months, stock,
    places a day, confidence) are drawn anew in proportion to what is left.
    """
    dice = Random(f"tiny {family}:{seed}")
    document = wide.draw(family, seed, odd=family == "WW")
    _keep_few_activations(dice, document)
    _keep_few_creators(dice, document)
    _shrink_limits(dice, document)
    _drop_dangling(document)
    while _ways(document) > MOST_WAYS:
        document["creators"].pop(_of_most_populous(document))
        _drop_dangling(document)
    if chance(dice, 0.9 if document["objective"]["goal"] == "min_cost" else 0.7):
        set_confidences(dice, document)
    if document.get("budget", {}).pop("total", None) is not None:
        document["budget"]["total"] = binding_budget(dice, document)
    return document


def _keep_few_activations(dice: Random, document: Document) -> None:
    most = dice.choice((1, 2, 2, 3))
    repeated = [activation for activation in document["activations"] if "repeat" in activation]
    if repeated and chance(dice, 0.6):
        # Its waves are activations enough.
        document["activations"], most = repeated, 1
    document["activations"] = dice.sample(document["activations"], min(most, len(document["activations"])))
    kept = {activation["community"] for activation in document["activations"]}
    document["communities"] = [each for each in document["communities"] if each["id"] in kept]
    if len(document["activations"]) > 1:
        for activation in document["activations"]:
            activation.pop("repeat", None)
    for activation in document["activations"]:
        _make_small(dice, activation)


def _make_small(dice: Random, activation: Document) -> None:
    """Leave at most three windows, and ask for posts and people that half a dozen creators can give."""
    activation["min_posts"] = min(activation["min_posts"], dice.choice((1, 1, 2, 3)))
    daily = activation.get("start_weekday") == "any"
    if "repeat" in activation:
        activation["repeat"]["flex_days"] = 2 if daily else activation["repeat"]["flex_days"]
    else:
        # Always one Monday or Wednesday at least.
        days = 2 if daily else dice.choice((6, 13, 20))
        last = (date.fromisoformat(activation["start_earliest"]) + timedelta(days=days)).isoformat()
        activation["start_latest"] = min(last, activation.get("start_latest", last))
    for tier in activation.get("tier_mix", {}).values():
        tier.update({name: min(count, 1) for name, count in tier.items() if name == "min"})
    if "min_paid" in activation:
        activation["min_paid"] = 1


def _keep_few_creators(dice: Random, document: Document) -> None:
    homes = [community["id"] for community in document["communities"]]
    kept = []
    for home in homes:
        own = [creator for creator in document["creators"] if creator["communities"][0] == home]
        own = dice.sample(own, min(len(own), dice.choice((3, 4, 5, 6, 7))))
        for creator in own:
            creator["communities"] = [home, *(each for each in creator["communities"][1:] if each in homes)]
            if len(homes) > 1 and chance(dice, 0.2) and len(creator["communities"]) == 1:
                creator["communities"].append(dice.choice([each for each in homes if each != home]))
        kept += own
    document["creators"] = kept


def _shrink_limits(dice: Random, document: Document) -> None:
    for month in document.get("budget", {}).get("monthly", {}):
        document["budget"]["monthly"][month] = price(dice, 3000, DEAR)
    for product in document["products"]:
        for lot in product.get("stock", []):
            lot["units"] = dice.randint(1, 8)
    shipping = document["shipping"]
    if "daily_capacity" in shipping:
        shipping["daily_capacity"] = dice.choice((1, 2, 3))
    if len(shipping["ship_weekdays"]) > 3:
        shipping["ship_weekdays"] = [each for each in shipping["ship_weekdays"] if each in ("mon", "wed", "fri")]


def _drop_dangling(document: Document) -> None:
    """Leave out what names somebody or something that is no longer there."""
    people = {creator["id"] for creator in document["creators"]}
    activations = {activation["id"] for activation in document["activations"] if "repeat" not in activation}
    document["locks"] = [
        lock for lock in document.get("locks", []) if lock["creator"] in people and lock["activation"] in activations
    ]


def _ways(document: Document) -> int:
    """Return the largest number of choices that one window offers."""
    everything = Enumeration(scenario_from_data(document))
    sizes = [
        prod(len(menu) for menu in everything.menus(wave, start))
        for wave in everything.premises.waves.values()
        for start in wave.starts()
    ]
    return max(sizes, default=1)


def _of_most_populous(document: Document) -> int:
    """Return the place of the last creator of the community with most of them."""
    members = {
        community["id"]: [
            place for place, each in enumerate(document["creators"]) if community["id"] in each["communities"]
        ]
        for community in document["communities"]
    }
    return max(members.values(), key=len)[-1]


def enumeration(family: WideName, seed: int) -> Enumeration:
    """Return everything that can be done in a tiny scenario."""
    return Enumeration(scenario_from_data(tiny_wide(family, seed)))
