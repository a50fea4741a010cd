from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.chance.tilt import UnfinishedError, phi
from optimizer.chance.two_group_tables import Gifts, PairQuestion, Payers
from optimizer.chance.two_groups import PairThresholds, pair_thresholds
from optimizer.derive.instance import Floats, RateModel
from tests.seeds import seeds

MODELS = (RateModel("point", 1.0, 1.0), RateModel("shared", 0.6, 1.4), RateModel("shared", 0.0, 2.0))
SUM_ROUNDING, TAIL_ROUNDING = 1e-9, 2e-9


def drawn(seed: int) -> tuple[PairQuestion, Floats, Floats]:
    """A question on people of random in-window probabilities: gifts and payers, each from the highest down."""
    rng = Random(seed)
    rates = rng.choice(MODELS)
    top = min(0.95, 1 / rates.high) * rng.uniform(0.2, 1)
    gifts = np.sort([rng.uniform(rng.uniform(0.2, 1) * top, top) for _ in range(rng.randint(1, 9))])[::-1]
    payers = np.sort([rng.uniform(0.55, 0.99) for _ in range(rng.randint(1, 5))])[::-1]
    least = rng.randint(1, 5)
    cells = tuple((m, n) for m in range(1, len(payers) + 1) for n in range(len(gifts) + 1))
    low, high = float(gifts.min()) - 1e-4, float(gifts.max()) + 1e-4
    question = PairQuestion(
        least,
        rng.uniform(0.1, 0.97),
        rates,
        low,
        high,
        float(payers.min()) - 1e-4,
        float(payers.max()),
        cells,
        tuple(gifts.tolist()),
        tuple(payers.tolist()),
    )
    return question, gifts, payers


def check_team(question: PairQuestion, answer: PairThresholds, gifts: Floats, payers: Floats) -> bool:
    """Check what every row says of one team; return whether a row says that it holds."""
    reached = tail(gifts, payers, question.least, question.rates)
    cell = question.cells.index((len(payers), len(gifts)))
    said = False
    for row, (tilt, weight) in enumerate(answer.rows):
        total = float(phi(gifts, tilt).sum()) + weight * float(phi(payers, tilt).sum())
        if total < answer.necessary[cell, row] - SUM_ROUNDING:
            assert reached < question.confidence - SECURE_TOLERANCE + TAIL_ROUNDING, (gifts, payers, tilt)
        if total > answer.sufficient[cell, row] + SUM_ROUNDING:
            said = True
            assert reached >= question.confidence - TAIL_ROUNDING, (gifts, payers, tilt)
    return said


@pytest.mark.parametrize("seed", seeds(60, 600))
def test_no_row_is_wrong_about_any_team(seed: int) -> None:
    question, gifts, payers = drawn(seed)
    answer, rng = pair_thresholds(question), Random(seed)
    assert answer.necessary.shape == answer.sufficient.shape == (len(question.cells), len(answer.rows))
    for _ in range(120):
        m, n = rng.choice(question.cells)
        check_team(question, answer, np.array(rng.sample(gifts.tolist(), n)), np.array(rng.sample(payers.tolist(), m)))


def test_rows_decide_most_teams() -> None:
    """Thresholds that never say anything would be right as well: most teams that hold are seen to hold."""
    holding = seen = 0
    for seed in range(40):
        question, gifts, payers = drawn(seed)
        answer, rng = pair_thresholds(question), Random(seed)
        for _ in range(40):
            m, n = rng.choice(question.cells)
            team = np.array(rng.sample(gifts.tolist(), n)), np.array(rng.sample(payers.tolist(), m))
            if tail(*team, question.least, question.rates) >= question.confidence + 1e-3:
                holding += 1
                seen += check_team(question, answer, *team)
    assert holding > 300
    assert seen > 0.6 * holding


@pytest.mark.parametrize("seed", range(20))
def test_envelopes_hold_every_vector_of_their_sum(seed: int) -> None:
    question, gifts, _ = drawn(seed)
    rng, tables = np.random.default_rng(seed), Gifts(question)
    count = len(gifts)
    table = tables.table(count)
    for tilt in (0.35, 0.6):
        for _ in range(10):
            vector = rng.uniform(question.low, question.high, count)
            total = np.array([float(phi(vector, tilt).sum())])
            highest, lowest = table.envelopes(total, tilt)
            for posts in range(question.least):
                reached = tail(vector, [], question.least - posts, question.rates)
                assert lowest[0, posts] - TAIL_ROUNDING <= reached <= highest[0, posts] + TAIL_ROUNDING


@pytest.mark.parametrize("seed", range(20))
def test_payers_who_hold_have_what_is_needed_and_payers_who_fail_not_more_than_fails(seed: int) -> None:
    question, _, payers = drawn(seed)
    rng, count = np.random.default_rng(seed), len(payers)
    for tilt in (0.35, 0.6):
        shapes = Payers(question, count, tilt)
        for _ in range(10):
            chances = np.sort(rng.uniform(0, 1, question.least))
            vector = rng.uniform(question.paid_low, question.paid_high, count)
            posts = np.zeros(count + 1)
            posts[0] = 1.0
            for chance in vector:
                posts[1:] = posts[1:] * (1 - chance) + posts[:-1] * chance
                posts[0] *= 1 - chance
            reached = sum(p * (chances[s] if s < question.least else 1.0) for s, p in enumerate(posts))
            total = float(phi(vector, tilt).sum())
            if reached >= question.confidence - SECURE_TOLERANCE:
                assert total >= shapes.needed(chances[None])[0] - SUM_ROUNDING
            if reached < question.confidence:
                assert total <= shapes.failing(chances[None])[0] + SUM_ROUNDING


def test_a_caller_that_wants_to_stop_is_heard() -> None:
    question, _, _ = drawn(1_000_003)
    with pytest.raises(UnfinishedError):
        pair_thresholds(question, lambda: True)
