"""The chance constraint as rows: what is chosen holds, and what holds is never cut off."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance
from optimizer.model.variables import Approximation
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.cpsat.feasibility import holds, probability
from tests.derive.small import CALM, activation, creator, document, instance
from tests.model.desk import Desk, Draft, fixed_to, satisfiable


def _wide(seed: int) -> Instance:
    """Five creators whose chances lie far apart, so that rounding and ranges matter."""
    rng = Random(seed)
    people = [
        creator(
            f"c{n}",
            rng.choice((0.02, 0.11, 0.3, 0.45, 0.5)),
            paid_fee="5.00",
            paid_reliability=rng.choice((0.6, 0.9, 1.0)),
        )
        for n in range(5)
    ]
    wave = activation(min_posts=rng.choice((1, 2, 3)), confidence=rng.choice((0.05, 0.3, 0.5, 0.8, 0.95)))
    model = rng.choice(("shared", "independent"))
    band = {"low": rng.choice((0.05, 0.2)), "high": rng.choice((0.3, 0.35)), "model": model}
    people = [each | {"organic_rate": min(each["organic_rate"], 0.57)} for each in people]
    return build_instance(
        scenario_from_data(document(people, wave, posting={**document([])["posting"], "organic_rate": band}))
    )


def _borderline(desk: Desk, rng: Random, count: int) -> list[tuple[Draft, bool]]:
    """Some of the selections whose probability is closest to the confidence, and whether they hold."""
    found, names = desk.instance, desk.instance.creator_ids
    known = []
    for modes in product((None, "gift", "paid"), repeat=len(names)):
        chosen = [(name, "a", mode) for name, mode in zip(names, modes, strict=True) if mode]
        if chosen:
            draft = desk.draft(*chosen)
            own = np.array(sorted(draft.options))
            known.append((abs(probability(found, 0, own) - found.waves[0].confidence), draft, holds(found, 0, own)))
    closest = sorted(known, key=lambda item: item[0])[: 3 * count]
    return [(draft, good) for _, draft, good in rng.sample(closest, count)]


@pytest.mark.parametrize("seed", range(12))
def test_every_choosing_selection_holds_and_every_holding_selection_is_bounding(seed: int) -> None:
    desk = Desk(_wide(seed))
    for draft, good in _borderline(desk, Random(seed), 25):
        assert (
            desk.allows(draft, approximation=Approximation.INNER)
            <= good
            <= desk.allows(draft, approximation=Approximation.OUTER)
        )


def test_the_sides_differ_in_what_is_borderline() -> None:
    """Otherwise thresholds that are too low when choosing, or too high when bounding, would pass unseen."""
    found = {
        (good, desk.allows(draft, approximation=approximation), approximation)
        for seed in range(12)
        for desk in [Desk(_wide(seed))]
        for draft, good in _borderline(desk, Random(seed), 8)
        for approximation in Approximation
    }
    assert {
        (True, False, Approximation.INNER),
        (False, True, Approximation.OUTER),
        (True, True, Approximation.INNER),
    } <= found


def test_what_passes_every_necessary_threshold_and_fails_is_not_chosen() -> None:
    """0.5, 0.25 and 0.45 under a rate uniform on 0 to twice the middle reach 0.6958 of 0.7."""
    rates = (0.5, 0.25, 0.4, 0.2, 0.4, 0.45, 0.5, 0.21, 0.25)
    people = [creator(f"c{n}", rate) for n, rate in enumerate(rates)]
    band = {**CALM, "organic_rate": {"low": 0.0, "high": 0.5}}
    desk = Desk(instance(people, activation(confidence=0.7), posting=band))
    draft = desk.draft(*((f"c{n}", "a", "gift") for n in (0, 1, 5)))
    assert probability(desk.instance, 0, np.array(sorted(draft.options))) == pytest.approx(0.69583, abs=1e-5)
    assert desk.allows(draft, approximation=Approximation.OUTER)
    assert not desk.allows(draft, approximation=Approximation.INNER)
    assert desk.allows(desk.draft(*((f"c{n}", "a", "gift") for n in (0, 2, 5))), approximation=Approximation.INNER)


@pytest.mark.parametrize("approximation", list(Approximation))
def test_a_cell_stands_for_its_numbers_of_paid_and_gifted_creators(approximation: Approximation) -> None:
    crowd = [creator(f"c{n}", 0.4, paid_fee="5.00", paid_reliability=0.5) for n in range(12)]
    desk = Desk(instance(crowd, activation(min_posts=2, confidence=0.8)))
    for paid, gifts in ((0, 6), (3, 2), (4, 4), (0, 12), (11, 1)):
        modes = ["paid"] * paid + ["gift"] * gifts
        draft = desk.draft(*((f"c{n}", "a", mode) for n, mode in enumerate(modes)))
        for number, (cell, _) in enumerate(desk.model(approximation).cells[0]):
            fits_paid = paid == cell.paid or (cell.more_paid and paid > cell.paid)
            fits_gifts = gifts == cell.gifts or (cell.more_gifts and gifts > cell.gifts)
            v = desk.model(approximation)
            v.model.add(v.cells[0][number][1] == 1)
            assert satisfiable(fixed_to(v, draft)) is (fits_paid and fits_gifts), cell
