"""Random scenarios small enough for complete enumeration, in which every rule of the contract gets its turn."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from optimizer.money import from_minor
from optimizer.scenario.models import Scenario
from tests.brute_force import Enumeration, best

Document = dict[str, Any]

FIRST, LAST = date(2027, 3, 8), date(2027, 5, 9)
"""Easter 2027 lies in it: 26 and 29 March are public holidays in England."""
MONTHS = ("2027-03", "2027-04")
TIERS = ("nano", "emerging", "established")
BANDS = ((0.2, 0.4), (0.29, 0.31), (0.05, 0.6), (0.3, 0.3), (0.0, 0.5), (0.35, 0.5))
SERVICES = (
    {"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}},
    {"id": "economy", "cost": "2.10", "transit_days": {"2": 0.7, "3": 0.25, "5": 0.05}},
    {"id": "courier", "cost": "7.5", "transit_days": {"1": 1.0}},
)
DRAWN = {
    "density": 1,
    "once": 1,
    "window": 1,
    "locks": 3,
    "budget_total": 4,
    "paid_share": 6,
    "max_activations": 8,
    "required": 13,
    "tier_mix": 14,
    "community_gap": 25,
    "rest_days": 27,
    "budget_month": 38,
    "stock": 43,
    "daily_capacity": 45,
    "min_paid": 207,
}
"""For every rule the seed of a tiny scenario that is different without it; below 250, so that
`test_against_brute_force` compares that scenario with enumeration."""


def tiny_scenario(seed: int) -> Document:
    """Return a scenario document; equal seeds give equal scenarios."""
    dice = Random(seed)
    document = _body(dice)
    set_confidences(dice, document)
    _add_limits(dice, document)
    _add_locks(dice, document)
    if chance(dice):
        document["budget"]["total"] = binding_budget(dice, document)
    return document


def chance(dice: Random, share: float = 1 / 3) -> bool:
    """Return True in this share of draws."""
    return dice.random() < share


def _body(dice: Random) -> Document:
    communities = [_community(dice, index) for index in range(dice.choice((1, 1, 2, 2, 3)))]
    products = [{"id": "socks", "unit_cost": price(dice, 500, 4000)}]
    if chance(dice):
        products.append({"id": "starter", "unit_cost": price(dice, 500, 4000)})
    services = dice.sample(SERVICES, dice.choice((1, 1, 2, 3)))
    posting = _posting(dice)
    document: Document = {
        "schema_version": 1,
        "name": "Tiny",
        "horizon": {"start": FIRST.isoformat(), "end": LAST.isoformat()},
        "objective": {
            "goal": dice.choice(("activate_most", "activate_most", "min_cost")),
            "cost_slack": dice.choice((0, 0.02, 0.2)),
        },
        "budget": {},
        "products": products,
        "shipping": {
            "ship_weekdays": dice.choice((["mon"], ["fri"], ["mon", "thu"], ["tue", "fri"], ["mon", "wed", "fri"])),
            "services": services,
        },
        "posting": posting,
        "communities": communities,
        "rotation": {},
        "locks": [],
    }
    if chance(dice):
        document["shipping"]["holiday_calendar"] = "GB-ENG"
    document["creators"] = _creators(dice, document)
    document["activations"] = _activations(dice, document)
    return document


def price(dice: Random, low: int, high: int) -> str:
    """Return an amount between two amounts in pence, in steps of a penny or of five pounds."""
    step = dice.choice((1, 500))
    return from_minor(dice.randint(low // step, high // step) * step, 2)


def _posting(dice: Random) -> Document:
    low, high = dice.choice(BANDS)
    return {
        "organic_rate": {
            "low": low,
            "high": high,
            "model": dice.choice(("shared", "shared", "independent", "worst_case")),
        },
        "gift_lag": dice.choice(({"median_days": 3, "p90_days": 7}, {"median_days": 8, "p90_days": 21})),
        "brief_compliance": dice.choice((0.5, 0.8, 1.0)),
        "hold_decay_per_day": dice.choice((0.0, 0.015, 0.1)),
        "paid_prep_days": dice.choice((0, 3, 6)),
        "paid_reliability": dice.choice((0.97, 0.9)),
    }


def _community(dice: Random, index: int) -> Document:
    community: Document = {"id": f"k{index}", "authenticity": dice.choice(("high", "medium", "low", "low", "low"))}
    if chance(dice):
        community["max_paid_share"] = dice.choice((0.0, 0.3333333333333333, 0.4, 0.5, 0.6, 0.75, 1.0))
    if chance(dice):
        community["min_gap_days"] = dice.choice((1, 7, 14, 21))
    if chance(dice, 0.15):
        community["min_embeddedness"] = dice.choice((0.1, 0.2))
    return community


def _creators(dice: Random, document: Document) -> list[Document]:
    names = [community["id"] for community in document["communities"]]
    found: list[Document] = []
    for name in names:
        own = [creator for creator in found if name in creator["communities"]]
        for _ in range(max(0, dice.choice((3, 4, 5, 5, 6, 6)) - len(own))):
            communities = [name]
            later = names[names.index(name) + 1 :]
            if later and chance(dice):
                communities.append(dice.choice(later))
            found.append(_creator(dice, len(found), communities, document))
    return found


def _creator(dice: Random, number: int, communities: list[str], document: Document) -> Document:
    band = document["posting"]["organic_rate"]
    ceiling = (band["low"] + band["high"]) / 2 / band["high"]
    creator: Document = {"id": f"c{number}", "communities": communities}
    if chance(dice, 0.9):
        creator["organic_rate"] = min(dice.randint(5, 60), int(ceiling * 100)) / 100
    if chance(dice, 0.8):
        creator["tier"] = dice.choice(TIERS)
    if chance(dice, 0.5):
        creator["paid_fee"] = price(dice, 1500, 20000)
        if chance(dice, 0.25):
            creator["paid_reliability"] = dice.choice((0.6, 0.95, 0.999, 1.0))
    if chance(dice, 0.1):
        creator["accepts"] = dice.choice((["gift"], ["paid"], []))
    if chance(dice, 0.5):
        creator["service"] = dice.choice(document["shipping"]["services"])["id"]
    if chance(dice, 0.7):
        creator["embeddedness"] = dice.randint(0, 100) / 100
    elif chance(dice, 0.5):
        creator["comments"] = {
            "sampled": 200,
            "substantive": dice.randint(0, 200),
            "creator_replies": dice.randint(0, 150),
        }
    if chance(dice, 0.15):
        begin = FIRST + timedelta(days=dice.randint(0, 40))
        creator["unavailable"] = [
            {"start": begin.isoformat(), "end": (begin + timedelta(days=dice.randint(0, 9))).isoformat()}
        ]
    return creator


def _activations(dice: Random, document: Document) -> list[Document]:
    names = [community["id"] for community in document["communities"]]
    counts = (1, 2, 2, 3, 3) if document["objective"]["goal"] == "activate_most" else (1, 1, 2)
    owners = [dice.choice(names) for _ in range(dice.choice(counts))]
    found = [_activation(dice, index, owner, document) for index, owner in enumerate(owners)]
    if len(found) == 1 and chance(dice):
        found[0]["repeat"] = {"times": 2, "every_days": dice.choice((7, 14)), "flex_days": 6}
        found[0].pop("start_latest")
    return found


def _activation(dice: Random, index: int, owner: str, document: Document) -> Document:
    earliest = FIRST + timedelta(days=7 * (dice.randint(1, 3) + dice.choice((0, 1, 2)) * index))
    daily = chance(dice)
    members = sum(owner in creator["communities"] for creator in document["creators"])
    payers = sum(owner in creator["communities"] and "paid_fee" in creator for creator in document["creators"])
    activation: Document = {
        "id": f"a{index}",
        "community": owner,
        "product": dice.choice(document["products"])["id"],
        "min_posts": dice.choice((1, 2, 2, 3)[: 3 if members < 5 else 4]),
        "window_days": dice.randint(5, 12),
        "start_earliest": earliest.isoformat(),
        "start_latest": (earliest + timedelta(days=dice.choice((0, 1, 2) if daily else (0, 7, 14)))).isoformat(),
        "confidence": 0.01,
        "value": dice.randint(1, 4),
        "delivery": {"before_days": dice.choice((5, 7, 7, 8)), "after_days": dice.choice((0, 0, 2))},
    }
    if daily:
        activation["start_weekday"] = "any"
    if chance(dice, 0.15):
        activation["required"] = True
    if payers and chance(dice, 0.15):
        activation["min_paid"] = dice.choice((1, 1, 1, 2))
    if chance(dice, 0.25):
        low = dice.choice((0, 0, 1, 1))
        tier = {"min": low, "max": low + dice.choice((0, 0, 1, 2))} if chance(dice, 0.7) else {"min": low}
        activation["tier_mix"] = {dice.choice(TIERS): tier}
    return activation


def set_confidences(dice: Random, document: Document) -> None:
    """Ask for what can be attained or a little more, now and then for the very probability of some choice."""
    ways = Enumeration(Scenario.model_validate(document)).ways
    for activation in document["activations"]:
        known = ways[activation["id"] + ("-1" if "repeat" in activation else "")].probability
        usual = known.max() * dice.uniform(0.1, 1.0) if len(known) else 0.5
        activation["confidence"] = round(min(0.95, max(0.05, usual)), 2)
        if len(known) and chance(dice, 0.2):
            exact = float(dice.choice(known[known >= min(0.2, known.max())]))
            activation["confidence"] = min(0.99, max(0.01, exact + dice.choice((-1e-7, 0, 5e-7, 2e-6))))


def _add_limits(dice: Random, document: Document) -> None:
    if chance(dice):
        document["shipping"]["daily_capacity"] = dice.choice((1, 2, 3, 3))
    if chance(dice):
        for month in dice.sample(MONTHS, dice.choice((1, 2))):
            document["budget"].setdefault("monthly", {})[month] = price(dice, 5000, 25000)
    if chance(dice):
        product = dice.choice(document["products"])
        lots = dice.choice((1, 2, 2))
        arrivals = sorted(dice.sample(range(0, 35), lots))
        product["stock"] = [
            {"on": (FIRST + timedelta(days=day)).isoformat(), "units": dice.randint(2, 8)} for day in arrivals
        ]
    if chance(dice):
        document["rotation"]["rest_days"] = dice.choice((3, 10, 20))
    if chance(dice):
        document["rotation"]["max_activations_per_creator"] = dice.choice((1, 1, 2))


def _add_locks(dice: Random, document: Document) -> None:
    if not chance(dice, 0.25):
        return
    for activation in dice.sample(document["activations"], 1):
        members = [creator for creator in document["creators"] if activation["community"] in creator["communities"]]
        for creator in dice.sample(members, min(len(members), dice.choice((1, 1, 2)))):
            payable = ("gift", "paid") if "paid_fee" in creator else ("gift",)
            modes = [mode for mode in payable if mode in creator.get("accepts", payable)]
            lock: Document = {
                "creator": creator["id"],
                "activation": activation["id"] + ("-1" if "repeat" in activation else ""),
                "mode": dice.choice([*modes, "skip"]),
            }
            if lock["mode"] != "skip" and chance(dice, 0.25):
                lock["ship_on"] = _some_ship_day(dice, activation, document)
            document["locks"].append(lock)


def _some_ship_day(dice: Random, activation: Document, document: Document) -> str:
    weekdays = document["shipping"]["ship_weekdays"]
    start = date.fromisoformat(activation["start_earliest"])
    near = [start - timedelta(days=back) for back in range(9)]
    usual = [day for day in near if day.strftime("%a").lower() in weekdays]
    return dice.choice(usual).isoformat()


def binding_budget(dice: Random, document: Document) -> str:
    """Return a total budget around what the best plan costs without one."""
    found = best(Scenario.model_validate(document))
    usual = 10000 if found is None else found.cost
    return from_minor(int(usual * dice.choice((0.6, 0.9, 0.99, 1.0, 1.0, 1.05, 1.2))), 2)
