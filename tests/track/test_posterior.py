from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from optimizer.chance.tail import exact_count, nodes
from optimizer.derive.instance import RateModel
from optimizer.track.odds import density_odds
from optimizer.track.posterior import MOST_NODES, Posterior
from optimizer.track.prospects import Prospect

BAND = RateModel("shared", 2 / 3, 4 / 3)
GIFT: Any = SimpleNamespace(mode="gift")


def prospects(silent: int, posted: int, seen: float) -> list[Prospect]:
    """Return gifts: some silent so far with a chance of having been seen, and some who have posted."""
    rate = np.linspace(0.2, 0.4, silent)
    return [Prospect(GIFT, posted=True)] * posted + [
        Prospect(GIFT, silence=float(seen * chance), late=float((1 - seen) * chance)) for chance in rate
    ]


@pytest.mark.parametrize("band", [BAND, RateModel("shared", 0.0, 2.0)])
@pytest.mark.parametrize(("silent", "posted", "seen"), [(700, 0, 0.0), (500, 60, 0.4), (600, 300, 0.9), (900, 0, 0.99)])
def test_nodes_where_the_evidence_stands_out_do_as_well_as_exact_ones(
    band: RateModel, silent: int, posted: int, seen: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = prospects(silent, posted, seen)
    few = Posterior(band, people)
    assert len(few.ratio) == MOST_NODES < exact_count(silent)
    monkeypatch.setattr("optimizer.track.posterior.MOST_NODES", 10_000)
    exact = Posterior(band, people)
    assert len(exact.ratio) == exact_count(silent + posted + 1)
    assert few.weight @ few.ratio == pytest.approx(exact.weight @ exact.ratio, abs=1e-12)
    for need in (1, 20, 60, 150):
        odds = [density_odds(each, [p.chance(each.ratio) for p in people[-300:]], need) for each in (few, exact)]
        assert odds[0] == pytest.approx(odds[1], abs=1e-11)


def test_the_interval_holds_four_fifths_of_the_evidence() -> None:
    people = prospects(40, 9, 0.6)
    mean, low, high = Posterior(BAND, people).interval()
    rate, weight = nodes(BAND, 4_000)
    evidence = weight * rate**9
    for each in people:
        evidence = evidence * (1 - rate * each.silence)
    evidence /= evidence.sum()
    assert evidence[rate < low].sum() == pytest.approx(0.1, abs=2e-3)
    assert evidence[rate > high].sum() == pytest.approx(0.1, abs=2e-3)
    assert evidence @ rate == pytest.approx(mean, abs=1e-12)


def test_without_evidence_the_band_is_uniform() -> None:
    assert Posterior(BAND, []).interval() == pytest.approx((1.0, 2 / 3 + 2 / 30, 4 / 3 - 2 / 30))
