from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.scenario.csv_injection import neutral, original

STARTS = "=+-@\t\r\n＝＋－＠"
TEXTS = st.text(alphabet=st.sampled_from([*STARTS, "'", "a", " ", '"']), max_size=6) | st.text()


@given(TEXTS)
def test_no_cell_begins_like_a_formula_and_every_text_comes_back(text: str) -> None:
    assert neutral(text)[:1] not in set(STARTS)
    assert original(neutral(text)) == text


@given(TEXTS, TEXTS)
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert (neutral(one) == neutral(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "ana", "'tis", "''", "a=b", "3-4", " =1"])
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == original(text) == text


@pytest.mark.parametrize("start", STARTS)
def test_every_start_of_a_formula_is_taken_away(start: str) -> None:
    assert neutral(f"{start}1") == f"'{start}1"
