from __future__ import annotations

from collections import Counter

import pytest

from optimizer.errors import InputError
from optimizer.scenario.families.table import WIDE, WideName
from optimizer.scenario.generator import generate
from optimizer.scenario.loading import scenario_from_data


@pytest.mark.parametrize("family", WIDE)
@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(n, marks=pytest.mark.campaign) for n in range(12, 200))])
def test_a_wide_scenario_is_valid_and_always_the_same(family: WideName, seed: int) -> None:
    written = generate(family, seed)
    assert scenario_from_data(written).name == f"Family {family}, seed {seed}"
    assert generate(family, seed) == written


def test_wide_scenarios_vary_every_kind_of_limit() -> None:
    kinds = Counter[str]()
    for seed in range(80):
        written = generate("W", seed)
        budget, shipping = written.get("budget", {}), written["shipping"]
        found = {
            "budget": "total" in budget,
            "months": "monthly" in budget,
            "stock": any("stock" in product for product in written["products"]),
            "capacity": "daily_capacity" in shipping,
            "rotation": "rotation" in written,
            "left out": any(lock["mode"] == "skip" for lock in written.get("locks", [])),
            "agreed": any(lock["mode"] != "skip" for lock in written.get("locks", [])),
            "tiers": any("tier_mix" in item for item in written["activations"]),
            "required": any(item.get("required") for item in written["activations"]),
            "waves": any("repeat" in item for item in written["activations"]),
            "few ship days": len(shipping["ship_weekdays"]) < 5,
            "own reliability": any("paid_reliability" in creator for creator in written["creators"]),
            written["objective"]["goal"]: True,
            written["posting"]["organic_rate"]["model"]: True,
        }
        kinds.update(kind for kind, drawn in found.items() if drawn)
    assert len(kinds) == 17
    assert min(kinds.values()) >= 5


def test_a_wide_family_draws_its_own_capacities() -> None:
    with pytest.raises(InputError) as raised:
        generate("W", 1, capacity_use=0.5)
    assert raised.value.problems[0].code == "out_of_range"
