"""Random scenarios of a few activations and some dozens of creators, with every kind of limit."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.derive.small import EVERY_DAY

Document = dict[str, Any]
TIERS = ("nano", "emerging", "established")
SERVICES = (
    {"id": "tracked", "cost": "3.95", "transit_days": {"1": 0.5, "2": 0.5}},
    {"id": "economy", "cost": "2.10", "transit_days": {"2": 0.7, "3": 0.25, "5": 0.05}},
)


def middle_scenario(seed: int, *, people: int = 18) -> Document:
    """Return a scenario document; equal seeds give equal scenarios."""
    rng = Random(seed)
    names = [f"k{n}" for n in range(rng.choice((2, 3)))]
    waves = [_wave(rng, name, number) for number, name in enumerate(names)]
    found: Document = {
        "schema_version": 1,
        "name": f"Middle {seed}",
        "horizon": {"start": "2027-03-01", "end": "2027-05-30"},
        "objective": {"goal": rng.choice(("activate_most", "min_cost"))},
        "budget": {},
        "products": [{"id": "socks", "unit_cost": "21.50"}],
        "shipping": {"services": list(SERVICES), "ship_weekdays": EVERY_DAY[: rng.choice((2, 5))]},
        "posting": {"organic_rate": {"model": rng.choice(("shared", "independent", "worst_case"))}},
        "communities": [{"id": name, "authenticity": rng.choice(("high", "medium", "low"))} for name in names],
        "activations": waves,
        "creators": [_creator(rng, n, names) for n in range(people * len(names))],
        "rotation": rng.choice(({}, {"rest_days": 14}, {"max_activations_per_creator": 1})),
    }
    if rng.random() < 0.5:
        found["shipping"]["daily_capacity"] = rng.randint(4, 12)
    if rng.random() < 0.4:
        found["budget"]["total"] = rng.randint(600, 2400)
    if rng.random() < 0.3:
        found["budget"]["monthly"] = {"2027-03": rng.randint(300, 1200)}
    if rng.random() < 0.3:
        lots = [{"on": "2027-03-01", "units": rng.randint(10, 30)}, {"on": "2027-04-01", "units": 30}]
        found["products"][0]["stock"] = lots
    return found


def _wave(rng: Random, community: str, number: int) -> Document:
    wave: Document = {
        "id": f"a{number}",
        "community": community,
        "min_posts": rng.choice((2, 3, 4)),
        "confidence": rng.choice((0.6, 0.75, 0.9)),
        "start_earliest": "2027-03-15",
        "start_latest": rng.choice(("2027-03-22", "2027-04-05")),
        "value": rng.randint(1, 4),
    }
    if rng.random() < 0.3:
        wave["repeat"] = {"times": 2, "every_days": 28, "flex_days": 7}
        del wave["start_latest"]
    if rng.random() < 0.3:
        wave["tier_mix"] = {rng.choice(TIERS): {"min": 1, "max": 3}}
    return wave


def _creator(rng: Random, number: int, names: list[str]) -> Document:
    found: Document = {
        "id": f"c{number}",
        "communities": [names[number % len(names)]],
        "organic_rate": rng.randint(20, 40) / 100,
        "tier": rng.choice(TIERS),
        "service": rng.choice(SERVICES)["id"],
        "embeddedness": rng.randint(0, 100) / 100,
    }
    if rng.random() < 0.3:
        found["paid_fee"] = rng.randint(40, 300)
    return found


def busy_scenario(seed: int, *, people: int = 18) -> Document:
    """Return a middle scenario with the rules it lacks added by chance: locks, gaps, absences, least paid and so on."""
    found, rng = middle_scenario(seed, people=people), Random(-seed - 1)
    names = [community["id"] for community in found["communities"]]
    if rng.random() < 0.5:
        found["objective"]["goal"] = "activate_most"
    if rng.random() < 0.4:
        found["shipping"]["holiday_calendar"] = "GB-ENG"
    for community in found["communities"]:
        _govern(rng, community)
    for wave in found["activations"]:
        _demand(rng, wave)
    if rng.random() < 0.3:
        again = dict(rng.choice(found["activations"])) | {"id": "again", "value": rng.randint(1, 3)}
        found["activations"].append(again)
    for person in found["creators"]:
        _live(rng, person, names)
    found["locks"] = _locks(rng, found) if rng.random() < 0.4 else []
    return found


def _govern(rng: Random, community: Document) -> None:
    if rng.random() < 0.3:
        community["max_paid_share"] = rng.choice((0.0, 0.25, 0.4, 0.75, 1.0))
    if rng.random() < 0.3:
        community["min_gap_days"] = rng.choice((3, 10, 20))
    if rng.random() < 0.15:
        community["min_embeddedness"] = 0.2


def _demand(rng: Random, wave: Document) -> None:
    if rng.random() < 0.25:
        wave["min_paid"] = rng.choice((1, 2))
    if rng.random() < 0.3:
        wave["delivery"] = {"before_days": rng.choice((3, 7, 12)), "after_days": rng.choice((0, 0, 4))}
    if rng.random() < 0.2:
        wave["required"] = True
    if "tier_mix" not in wave and rng.random() < 0.15:
        wave["tier_mix"] = {tier: {"min": rng.choice((0, 1, 2)), "max": 4} for tier in rng.sample(TIERS, 2)}
    if rng.random() < 0.25:
        wave["start_weekday"] = rng.choice(("wed", "any"))
        wave["window_days"] = rng.choice((7, 10))


def _live(rng: Random, person: Document, names: list[str]) -> None:
    """Give a creator a life: other communities, absences, terms of their own."""
    if rng.random() < 0.15:
        person["communities"] = sorted({*person["communities"], rng.choice(names)})
    if rng.random() < 0.15:
        first = rng.choice(("2027-03-20", "2027-04-02", "2027-04-20"))
        person["unavailable"] = [{"start": first, "end": first[:-2] + f"{int(first[-2:]) + 8:02d}"}]
    if "paid_fee" in person:
        person["paid_reliability"] = rng.choice((0.97, 0.97, 0.9, 0.6))
        if rng.random() < 0.2:
            person["accepts"] = ["paid"]
    elif rng.random() < 0.3:
        person["paid_fee"] = rng.choice((30, 60))
    if rng.random() < 0.1:
        person["organic_rate"] = rng.choice((0.05, 0.6))


def _locks(rng: Random, document: Document) -> list[Document]:
    waves = [wave for wave in document["activations"] if "repeat" not in wave]
    found: list[Document] = []
    for wave in rng.sample(waves, min(len(waves), rng.choice((1, 1, 2)))):
        members = [person for person in document["creators"] if wave["community"] in person["communities"]]
        for person in rng.sample(members, min(len(members), rng.choice((1, 2, 4)))):
            modes = [mode for mode in person.get("accepts", ["gift", "paid"]) if mode == "gift" or "paid_fee" in person]
            lock = {"creator": person["id"], "activation": wave["id"], "mode": rng.choice([*modes, "skip"])}
            if lock["mode"] != "skip" and rng.random() < 0.3:
                lock["ship_on"] = rng.choice(("2027-03-15", "2027-03-16", "2027-03-22"))
            found.append(lock)
    return found
