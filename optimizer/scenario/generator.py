"""Scenarios of the benchmark families, the same for the same family and seed wherever they are made.

Everything is drawn with `random.Random`, seeded by family, seed and scale; dates, fees and rates come from the ranges
in `families.table`, limits follow from an estimate of what the activations will need.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from optimizer.errors import InputError, Problem
from optimizer.scenario.families import coupling, wide
from optimizer.scenario.families.campaign import HOLIDAYS, Aim, aim, draw_activation, need_of
from optimizer.scenario.families.people import draw_creators, pick
from optimizer.scenario.families.table import (
    AUTHENTICITY,
    FAMILIES,
    SERVICES,
    UNIT_COST,
    WIDE,
    Family,
    FamilyName,
    WideName,
)

Record = dict[str, Any]

_LINE = 120


def generate(family: FamilyName | WideName, seed: int, *, scale: int = 1, capacity_use: float | None = None) -> Record:
    """Return a scenario of a benchmark family as plain JSON data.

    Parameters
    ----------
    family
        S: 4 activations of 60 creators each, sharing a budget. M: 10 × 60, sharing parcels a day and stock in two
        lots. L: 30 × 200 and XL: 50 × 1,000, a budget for about 70 % of the value, months and parcels a day. Y: 12
        communities × 6 waves of 150 creators who rotate through a year. W: 1 to 8 communities of 25 to 80 creators,
        every field drawn over what planners have; WW: odd values.
    seed
        Any whole number; another seed is another scenario of the family.
    scale
        Times as many communities.
    capacity_use
        Share of the parcel places (open ship days that serve some window × parcels a day) that the parcels needed
        will take, in place of what the family draws. Days that would be least used are then closed.

    Raises
    ------
    InputError
        There is no such family, the scale is below 1, or the share is not above 0 and at most 1.
    """
    if family not in FAMILIES and family not in WIDE:
        names = ", ".join((*FAMILIES, *WIDE))
        raise InputError([Problem("unknown_choice", "", "there is no such family", f"Write one of {names}.", family)])
    if scale < 1:
        raise InputError([Problem("out_of_range", "", "the scale should be at least 1", "Choose 1 or more.", scale)])
    if capacity_use is not None and not 0 < capacity_use <= 1:
        remedy = "Choose a share above 0 and at most 1."
        raise InputError([Problem("out_of_range", "", "the parcels cannot use this share", remedy, capacity_use)])
    if family in WIDE:
        if capacity_use is not None:
            remedy = "Leave it out: the family draws its own capacities."
            raise InputError([Problem("out_of_range", "", "the family has no such share", remedy, capacity_use)])
        return wide.draw(str(family), seed, odd=family == "WW", scale=scale)
    shape = FAMILIES[cast(FamilyName, family)]
    rng = random.Random(f"{family}:{seed}:{scale}")
    costs = {f"product-{number}": rng.randint(*UNIT_COST) for number in range(1, shape.products + 1)}
    communities = [_community(number, rng) for number in range(1, scale * shape.communities + 1)]
    people = [draw_creators(shape, community["id"], rng) for community in communities]
    aims = _aims(shape, communities, people, costs, rng)
    name = f"Family {family}, seed {seed}"
    name += "" if scale == 1 else f", scale {scale}"
    name += "" if capacity_use is None else f", capacity use {capacity_use:g}"
    return _document(name, shape, aims, costs, communities, people, rng, capacity_use)


def _community(number: int, rng: random.Random) -> Record:
    return {"id": f"k{number:02d}", "name": f"Community {number}", "authenticity": pick(AUTHENTICITY, rng)}


def _aims(
    family: Family,
    communities: Sequence[Record],
    people: Sequence[Sequence[Record]],
    costs: dict[str, int],
    rng: random.Random,
) -> list[Aim]:
    products = list(costs)
    activations = [
        draw_activation(family, community, products[index % len(products)], rng)
        for index, community in enumerate(communities)
    ]
    needs = [
        need_of(family, activation, community, costs[activation["product"]], creators)
        for activation, community, creators in zip(activations, communities, people, strict=True)
    ]
    return aim(family, activations, needs, rng)


def _document(
    name: str,
    family: Family,
    aims: Sequence[Aim],
    costs: dict[str, int],
    communities: Sequence[Record],
    people: Sequence[Sequence[Record]],
    rng: random.Random,
    capacity_use: float | None,
) -> Record:
    share = coupling.affordable_share(family, aims)
    limits = coupling.budget(family, aims, share, rng)
    warehouse = coupling.warehouse(family, aims, share, rng, capacity_use)
    lots = coupling.stock(family, aims)
    document: Record = {
        "schema_version": 1,
        "name": name,
        "currency": "GBP",
        "horizon": {
            "start": family.start.isoformat(),
            "end": (family.start + timedelta(days=family.days - 1)).isoformat(),
        },
        "objective": {"goal": family.goal},
        **({"budget": limits} if limits else {}),
        "products": [
            {"id": product, "unit_cost": f"{cost}.00", **({"stock": lots} if lots else {})}
            for product, cost in costs.items()
        ],
        "shipping": _shipping(warehouse),
        "communities": list(communities),
        "activations": [item.activation for item in aims],
    }
    if family.rotation is not None:
        document["rotation"] = dict(family.rotation)
    document["creators"] = [creator for group in people for creator in group]
    return document


def _shipping(warehouse: coupling.Warehouse | None) -> Record:
    closed = [] if warehouse is None else [day.isoformat() for day in warehouse.closed]
    return {
        **({} if warehouse is None else {"daily_capacity": warehouse.daily_capacity}),
        "holiday_calendar": HOLIDAYS,
        **({"closed_dates": closed} if closed else {}),
        "services": [dict(service) for service in SERVICES],
    }


def dump(document: Record) -> str:
    """Return a scenario document as readable JSON: one creator, and one of anything else that fits, per line."""
    fields = [f"  {json.dumps(key)}: {_field(key, value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _field(key: str, value: Any) -> str:
    if key == "creators" and isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"    {_line(creator)}" for creator in value) + "\n  ]"
    return _layout(value, 2)


def _layout(value: Any, indent: int) -> str:
    """Return JSON on one line where it fits and is no list of objects, else with one member per line."""
    line = _line(value)
    if not value or not isinstance(value, dict | list) or (indent + len(line) <= _LINE and not _is_table(value)):
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {_layout(item, indent + 2)}" for key, item in value.items()]
        opening, closing = "{}"
    else:
        parts = [f"{inner}{_layout(item, indent + 2)}" for item in value]
        opening, closing = "[]"
    return f"{opening}\n" + ",\n".join(parts) + f"\n{' ' * indent}{closing}"


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(item, dict) for item in value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
