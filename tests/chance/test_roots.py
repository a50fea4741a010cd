"""Brackets of a shape's root: each end on its side by the exact tail, and both close to it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.chance.roots import TailQuestion, bend, interior_roots
from optimizer.chance.tail import tail
from optimizer.derive.instance import RateModel

MODELS = (RateModel("shared", 2 / 3, 4 / 3), RateModel("shared", 0.1, 1.9), RateModel("point", 0.7, 0.7))
ERROR = 1e-9


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 9),
    st.floats(0.02, 0.98),
    st.sampled_from(MODELS),
    st.floats(0, 0.3),
    st.floats(0.005, 0.22),
    st.integers(0, 3),
    st.integers(1, 20),
    st.integers(0, 12),
)
def test_every_shape_has_its_root_between_fails_and_holds(
    least: int, confidence: float, rates: RateModel, low: float, span: float, paid: int, gifts: int, more: int
) -> None:
    """`more`: the tables are made for a larger question; the roots do not notice."""
    upper, lower = confidence + ERROR, confidence - 1e-6 - ERROR
    high = low + span
    cover = TailQuestion(least, rates, low, high, paid, 0.9, upper, lower, ERROR / 2, gifts + more)
    found = interior_roots(cover, gifts)
    assert len(found.inside) == gifts * (gifts + 1) // 2
    for at_low, inside, holds, fails, never, always in zip(
        found.at_low, found.inside, found.holds, found.fails, found.never, found.always, strict=True
    ):

        def reached(chance: float, ends: int = at_low, among: int = inside) -> float:
            others = [low] * ends + [high] * (gifts - ends - among)
            return tail([*others, *[chance] * among], [0.9] * paid, least, rates)

        assert never == (reached(high) < lower)
        assert always == (reached(low) >= upper)
        assert reached(holds) >= upper - ERROR or (reached(high) < upper and holds == high)
        assert reached(fails) < lower + ERROR or (reached(low) >= lower and fails == low)
        if reached(low) < lower and reached(high) >= upper:
            assert low <= fails < holds <= high
            assert reached(holds) - reached(fails) < 3e-4


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 30),
    st.integers(1, 6),
    st.sampled_from(MODELS),
    st.floats(0, 0.3),
    st.floats(0.001, 0.22),
    st.integers(0, 3),
    st.floats(0, 1),
)
def test_no_tail_leaves_its_chord_by_more_than_the_bend(
    inside: int, least: int, rates: RateModel, low: float, span: float, others: int, share: float
) -> None:
    """All the range is one step here; on a smaller step only the square of its length changes."""
    high = low + span

    def reached(chance: float) -> float:
        return tail([*[low] * others, *[chance] * inside], [0.9] * others, least, rates)

    between = reached(low + share * span)
    chord = (1 - share) * reached(low) + share * reached(high)
    assert abs(between - chord) <= float(bend(np.array([inside]), span, low, high, rates)[0]) + 1e-9


def test_flat_tails_keep_their_brackets() -> None:
    """Where nearly everybody posts or nobody does, the tail hardly moves and a guess by its slope is worth nothing."""
    for confidence, low, high in ((1e-5, 1e-4, 0.2), (1 - 1e-5, 0.1, 0.75)):
        upper, lower = confidence + ERROR, confidence - 1e-6 - ERROR
        cover = TailQuestion(2, RateModel("point", 1.0, 1.0), low, high, 0, 1.0, upper, lower, ERROR / 2, 20)
        found = interior_roots(cover, 20)
        alone = found.inside == 20
        holds, fails = found.holds[alone][0], found.fails[alone][0]
        assert tail(np.full(20, holds), [], 2, cover.rates) >= upper - ERROR
        assert tail(np.full(20, fails), [], 2, cover.rates) < lower + ERROR
