from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from optimizer.scenario.generator import dump, generate

Document = dict[str, Any]


def test_creators_are_written_one_per_line() -> None:
    document = generate("M", 1)
    text = dump(document)
    assert json.loads(text) == document
    lines = text.splitlines()
    assert sum(line.startswith('    {"id": "k') and '"communities"' in line for line in lines) == 600
    assert max(len(line) for line in lines if '"communities"' not in line) <= 120


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_dump_writes_letters_as_they_are() -> None:
    assert dump({"name": "Café", "creators": [{"handle": "@zoë"}]}) == (
        '{\n  "name": "Café",\n  "creators": [\n    {"handle": "@zoë"}\n  ]\n}\n'
    )


@given(st.dictionaries(st.text() | st.just("creators"), json_values, max_size=4))
def test_dump_keeps_any_document(written: Document) -> None:
    assert json.loads(dump(written)) == written
