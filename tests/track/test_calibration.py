"""Odds are chances: campaigns drawn by the verifier's simulator reach density as often as their odds say."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from datetime import date

import pytest

from optimizer.track.campaign import campaign_of
from optimizer.track.rows import json_rows
from optimizer.track.tracking import status_of
from tests.track.cases import plan, scenario, status
from tests.track.drawn import Drawing, mornings

CAMPAIGNS = int(os.environ.get("GROUNDSWELL_TEST_CAMPAIGNS", "300"))
BINS = 10


@pytest.mark.campaign
@pytest.mark.parametrize("with_deliveries", [True, False])
def test_density_comes_as_often_as_the_odds_say(with_deliveries: bool) -> None:
    """Every bin of odds, at each of seven mornings, within the standard errors that so many bins allow."""
    drawing = Drawing(scenario(), plan(), seed=7)
    bins: dict[tuple[date, str, int], list[tuple[float, bool]]] = defaultdict(list)
    for drawn in drawing.campaigns(CAMPAIGNS):
        reached = drawing.reached(drawn)
        for morning in mornings(plan()):
            rows = json_rows(drawing.events(drawn, morning, with_deliveries=with_deliveries))
            for item in status_of(campaign_of(scenario(), plan(), rows, morning)).activations:
                key = morning, item.activation, min(BINS - 1, int(item.odds * BINS))
                bins[key].append((item.odds, reached[item.activation]))
    worst = 0.0
    for (morning, activation, number), found in sorted(bins.items()):
        expected, variance = sum(odds for odds, _ in found), sum(odds * (1 - odds) for odds, _ in found)
        came = sum(came for _, came in found)
        if variance < 1:
            assert abs(came - expected) < 6
            continue
        z = (came - expected) / math.sqrt(variance)
        print(
            f"{morning} {activation} bin {number}: {len(found)} campaigns, {expected:.1f} expected, {came}, z {z:.2f}"
        )
        worst = max(worst, abs(z))
    # With a hundred bins one beyond 4 standard errors comes once in 150 runs, were they normal.
    assert worst < 4


@pytest.mark.campaign
def test_rescues_carried_out_reach_density_as_often_as_they_promised() -> None:
    """Promised before the first event, by the best table; on the decision day, by each rescue itself."""
    drawing, item = Drawing(scenario(), plan(), seed=11), status().activations[0]
    promised = [item.odds_with_recourse] * CAMPAIGNS
    on_the_day, came, fees = [], 0, 0.0
    for drawn in drawing.campaigns(CAMPAIGNS):
        rows = json_rows(drawing.events(drawn, item.decide_on, with_deliveries=True))
        now = status_of(campaign_of(scenario(), plan(), rows, item.decide_on)).activations[0]
        on_the_day.append(now.odds_with_recourse)
        offers = now.rescue.offers if now.rescue else []
        fees += sum(float(offer.fee) for offer in offers)
        came += drawing.reached(drawing.with_offers(drawn, {(offer.creator, "trail") for offer in offers}))["trail"]
    print(f"promised {promised[0]:.4f}, {sum(on_the_day) / CAMPAIGNS:.4f} on the day, came {came / CAMPAIGNS:.4f}")
    print(f"{fees / CAMPAIGNS:.2f} of fees on average")
    assert abs(came - sum(on_the_day)) < 4 * math.sqrt(sum(odds * (1 - odds) for odds in on_the_day))
    # A rescue that knows who is silent beats the table, which knows their number.
    assert came > sum(promised) - 4 * math.sqrt(CAMPAIGNS * promised[0] * (1 - promised[0]))
