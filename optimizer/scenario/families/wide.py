"""Families W and WW: every field of the contract drawn over what planners really have, and over odd values.

Nothing is fixed that a user may vary. Limits follow from a rough need (posts over rates, parcels at the mean cost), so
that most scenarios are neither idle nor hopeless; some are hopeless, as real ones are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Record = dict[str, Any]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
SERVICES: tuple[Record, ...] = (
    {"id": "next-day", "cost": 5.4, "transit_days": {"1": 0.85, "2": 0.12, "3": 0.03}},
    {"id": "tracked-24", "cost": 4.65, "transit_days": {"1": 0.7, "2": 0.22, "3": 0.08}},
    {"id": "tracked-48", "cost": 3.6, "transit_days": {"2": 0.6, "3": 0.28, "4": 0.09, "7": 0.03}},
    {"id": "economy", "cost": 2.85, "transit_days": {"2": 0.25, "3": 0.4, "4": 0.2, "5": 0.1, "9": 0.05}},
    {"id": "abroad", "cost": 11.9, "transit_days": {"4": 0.2, "5": 0.35, "6": 0.25, "8": 0.15, "11": 0.05}},
)
TIERS = {"nano": (900, 9_500, 95), "emerging": (8_000, 34_000, 230), "established": (30_000, 160_000, 620)}
"""By tier: followers from and to, and the middle of the fees."""


@dataclass
class _Draw:
    """One scenario in the making."""

    rng: random.Random
    odd: bool
    scale: int

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def between(self, low: float, high: float, digits: int = 2) -> float:
        return round(self.rng.uniform(low, high), digits)

    def money(self, amount: float) -> str:
        return f"{max(0.0, amount):.2f}" if self.chance(0.6) else f"{max(0.0, amount):.0f}.00"


def draw(name: str, seed: int, *, odd: bool, scale: int = 1) -> Record:
    """Return a scenario as plain JSON data: plausible values, or odd ones."""
    d = _Draw(random.Random(f"{name}:{seed}:{scale}"), odd, scale)
    start = date(2027, 1, 4) + timedelta(days=d.rng.randrange(0, 300 if odd else 260))
    days = d.rng.randint(75, 160)
    communities = [_community(d, number) for number in range(scale * d.rng.randint(1, 8))]
    products = [
        {"id": f"p{n}", "unit_cost": d.money(d.between(4, 90) if odd else d.between(9, 55))}
        for n in range(d.rng.randint(1, 3))
    ]
    services = [dict(service) for service in d.rng.sample(SERVICES, d.rng.randint(1, 3))]
    for service in services:
        service["cost"] = f"{service['cost'] * d.between(0.85, 1.2):.2f}"
    posting = _posting(d)
    activations = [_activation(d, item, start, days, products) for item in communities]
    band = posting["organic_rate"]
    # At the high end of the band nobody posts with a chance above 1.
    most = 0.99 * (band["low"] + band["high"]) / 2 / max(band["high"], 0.01)
    creators = [
        _creator(d, item["id"], n, services, communities, most) for item in communities for n in range(_people(d))
    ]
    document: Record = {
        "schema_version": 1,
        "name": f"Family {name}, seed {seed}" + ("" if scale == 1 else f", scale {scale}"),
        "currency": d.rng.choice(("GBP", "GBP", "EUR", "USD")),
        "horizon": {"start": start.isoformat(), "end": (start + timedelta(days=days)).isoformat()},
        "objective": {
            "goal": d.rng.choice(("activate_most", "activate_most", "activate_most", "min_cost")),
            "cost_slack": d.rng.choice((0.0, 0.01, 0.02, 0.05)),
        },
        "products": products,
        "shipping": _shipping(d, services, start, days),
        "posting": posting,
        "communities": communities,
        "activations": activations,
        "creators": creators,
    }
    _limits(d, document, start)
    return document


def _people(d: _Draw) -> int:
    return d.rng.choice((6, 15, 25, 60, 120, 200)) if d.odd else d.rng.randint(25, 80)


def _community(d: _Draw, number: int) -> Record:
    community: Record = {"id": f"k{number:02d}", "authenticity": d.rng.choice(("high", "medium", "low"))}
    if d.chance(0.3):
        community["max_paid_share"] = d.rng.choice((0.0, 0.1, 0.33, 0.9) if d.odd else (0.25, 0.4, 0.5, 0.75))
    if d.chance(0.3):
        community["min_embeddedness"] = d.rng.choice((0.1, 0.2, 0.35))
    if d.chance(0.15):
        community["min_gap_days"] = d.rng.choice((0, 7, 14))
    return community


def _posting(d: _Draw) -> Record:
    low = d.between(0.02, 0.5) if d.odd else d.between(0.12, 0.3)
    median = d.between(4, 14, 0) if d.odd else d.between(5, 10, 0)
    posting: Record = {
        "organic_rate": {
            "low": low,
            "high": min(0.9, round(low + d.between(0, 0.35), 2)) if d.odd else round(low + d.between(0.08, 0.22), 2),
            "model": d.rng.choice(("shared", "shared", "shared", "independent", "worst_case")),
        },
        "gift_lag": {"median_days": median, "p90_days": round(median * d.between(1.6, 2.9), 1)},
        "brief_compliance": d.between(0, 1) if d.odd else d.between(0.5, 0.95),
    }
    if d.chance(0.4):
        posting["hold_decay_per_day"] = d.between(0, 0.1, 3)
    if d.chance(0.4):
        posting["paid_prep_days"] = d.rng.randint(1, 7)
    if d.chance(0.5):
        posting["paid_reliability"] = d.between(0.5, 1) if d.odd else d.between(0.85, 0.98)
    return posting


def _activation(d: _Draw, community: Record, start: date, days: int, products: list[Record]) -> Record:
    earliest = start + timedelta(days=d.rng.randint(12, 28))
    activation: Record = {
        "id": f"a-{community['id']}",
        "community": community["id"],
        "product": d.rng.choice(products)["id"],
        "min_posts": d.rng.choice((1, 2, 3, 5, 8, 12, 18)) if d.odd else d.rng.randint(3, 9),
        "window_days": d.rng.choice((3, 7, 10, 14, 21, 35)) if d.odd else d.rng.choice((7, 10, 14, 14, 21)),
        "confidence": d.rng.choice((0.5, 0.7, 0.9, 0.99) if d.odd else (0.7, 0.8, 0.85, 0.9, 0.9, 0.95)),
        "value": d.rng.randint(1, 10),
        "start_earliest": earliest.isoformat(),
    }
    if d.chance(0.6):
        latest = earliest + timedelta(days=d.rng.choice((6, 6, 13, 27, 48)))
        activation["start_latest"] = min(latest, start + timedelta(days=days - 2)).isoformat()
    if d.chance(0.1):
        activation["start_weekday"] = d.rng.choice(("any", "wed"))
    if d.chance(0.3):
        activation["delivery"] = {"before_days": d.rng.randint(4, 12), "after_days": d.rng.randint(0, 3)}
    if d.chance(0.35):
        activation["tier_mix"] = {
            "nano": {"min": d.rng.randint(1, 3)},
            "established": {"max": d.rng.randint(0, 3)},
        }
    if d.chance(0.2):
        activation["min_paid"] = d.rng.randint(1, 2)
    if d.chance(0.2):
        activation["required"] = True
    if d.chance(0.4) and days > 130 and "start_latest" not in activation:
        activation["repeat"] = {"times": 2, "every_days": d.rng.choice((28, 42)), "flex_days": d.rng.choice((6, 13))}
    return activation


def _creator(
    d: _Draw, home: str, number: int, services: list[Record], communities: list[Record], most: float
) -> Record:
    tier = d.rng.choices(tuple(TIERS), (6, 3, 1))[0]
    low, high, middle = TIERS[tier]
    creator: Record = {
        "id": f"c-{home}-{number:03d}",
        "handle": f"@{home}_{number:03d}",
        "communities": [home],
        "tier": tier,
        "followers": d.rng.randint(low, high),
        "service": d.rng.choice(services)["id"],
    }
    others = [item["id"] for item in communities if item["id"] != home]
    if others and d.chance(0.05):
        creator["communities"].append(d.rng.choice(others))
    if d.chance(0.92):
        creator["embeddedness"] = round(d.rng.betavariate(3, 3.5), 3)
    if d.chance(0.75):
        creator["organic_rate"] = round(max(0.03, min(0.8, most, d.rng.gauss(0.28, 0.14 if d.odd else 0.08))), 3)
    if d.chance(0.6):
        creator["paid_fee"] = f"{middle * d.rng.lognormvariate(0, 0.45):.2f}"
        if d.chance(0.5):
            creator["paid_reliability"] = d.between(0.3, 1) if d.odd else d.between(0.75, 0.99)
        if d.chance(0.06):
            creator["accepts"] = ["paid"]
    if d.chance(0.08):
        creator["accepts"] = ["gift"]
    if d.chance(0.08):
        creator["unavailable"] = _away(d)
    return creator


def _away(d: _Draw) -> list[Record]:
    first = date(2027, 1, 4) + timedelta(days=d.rng.randrange(0, 330))
    return [{"start": first.isoformat(), "end": (first + timedelta(days=d.rng.randint(3, 16))).isoformat()}]


def _shipping(d: _Draw, services: list[Record], start: date, days: int) -> Record:
    count = d.rng.choice((1, 2, 5)) if d.odd else d.rng.choice((2, 3, 4, 5, 5))
    chosen = sorted(d.rng.sample(range(5), count))
    shipping: Record = {"services": services, "ship_weekdays": [WEEKDAYS[n] for n in chosen]}
    if d.chance(0.6):
        shipping["holiday_calendar"] = d.rng.choice(("GB-ENG", "GB-SCT", "DE", "FR", "US"))
    if d.chance(0.2):
        closed = {start + timedelta(days=d.rng.randrange(days)) for _ in range(3)}
        shipping["closed_dates"] = sorted(day.isoformat() for day in closed)
    return shipping


def _limits(d: _Draw, document: Record, start: date) -> None:
    """Add budgets, stock, capacity, rotation and locks, in proportion to a rough need."""
    rates = document["posting"]["organic_rate"]
    rate = max(0.05, 0.75 * (rates["low"] + rates["high"]) / 2)
    parcels = {item["id"]: 1.3 * item["min_posts"] / rate for item in document["activations"]}
    costs = {item["id"]: float(item["unit_cost"]) + 4.5 for item in document["products"]}
    need = sum(parcels[item["id"]] * costs[item["product"]] for item in document["activations"])
    if d.chance(0.5):
        document["budget"] = {"total": d.money(need * d.between(0.45, 1.3))}
    if d.chance(0.3):
        share = d.between(0.15, 0.6)
        months = sorted({(start + timedelta(days=31 * n)).strftime("%Y-%m") for n in range(d.rng.randint(1, 3))})
        monthly = {month: d.money(need * share * d.between(0.7, 1.3)) for month in months}
        document.setdefault("budget", {})["monthly"] = monthly
    for product in document["products"]:
        if d.chance(0.2):
            total = sum(parcels[item["id"]] for item in document["activations"] if item["product"] == product["id"])
            first = max(1, round(total * d.between(0.2, 1.0)))
            lots = [{"on": start.isoformat(), "units": first}]
            if d.chance(0.6):
                later = start + timedelta(days=d.rng.randint(14, 40))
                lots.append({"on": later.isoformat(), "units": max(1, round(total * d.between(0.3, 1.0)))})
            product["stock"] = lots
    if d.chance(0.3):
        document["shipping"]["daily_capacity"] = max(3, round(sum(parcels.values()) * d.between(0.05, 0.4)))
    if d.chance(0.2):
        rest = {"rest_days": d.rng.choice((7, 14, 28))}
        document["rotation"] = d.rng.choice((rest, {"max_activations_per_creator": d.rng.randint(1, 2)}))
    if d.chance(0.2):
        document["locks"] = _locks(d, document)


def _locks(d: _Draw, document: Record) -> list[Record]:
    """Return a few locks that contradict neither each other nor what a creator accepts."""
    plain = [item for item in document["activations"] if "repeat" not in item]
    locks = []
    for activation in d.rng.sample(plain, min(len(plain), 2)):
        members = [c for c in document["creators"] if c["communities"] == [activation["community"]]]
        for creator in d.rng.sample(members, min(len(members), 2)):
            mode = d.rng.choice(("skip", "skip", *_agreed(document, creator)))
            locks.append({"creator": creator["id"], "activation": activation["id"], "mode": mode})
    return locks


def _agreed(document: Record, creator: Record) -> tuple[str, ...]:
    """Return what can be agreed with a creator before anything is planned."""
    (home,) = (item for item in document["communities"] if item["id"] == creator["communities"][0])
    if creator.get("embeddedness", 1.0) < home.get("min_embeddedness", 0.0):
        return ()
    accepts = creator.get("accepts", ("gift", "paid"))
    return tuple(mode for mode in ("gift", "paid") if mode in accepts and (mode == "gift" or "paid_fee" in creator))
