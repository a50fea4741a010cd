"""Whatever comes in, the answer is a scenario or an InputError that points at what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InputError, Problem
from optimizer.scenario.loading import parse_scenario, read_json, read_scenario, scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.reading import LARGEST_FILE_MB
from optimizer.scenario.scenario_warnings import scenario_warnings
from optimizer.scenario.validation_errors import MOST_FAULTS, validated
from tests.builders import document

VALID = json.dumps(document())


def found(raw: bytes | str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        parse_scenario(raw)
    str(caught.value).encode()
    json.dumps([problem.value for problem in caught.value.problems], allow_nan=False)
    return list(caught.value.problems)


def codes(raw: bytes | str) -> list[str]:
    return [problem.code for problem in found(raw)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"name: Spring", "not_json"),
        (b"creator,activation,mode\n", "not_json"),
        (b'{"name": "Spring",}', "not_json"),
        (b"{} {}", "not_json"),
        (VALID.encode("utf-16"), "not_utf8"),
        (b'{"name": "caf\xe9"}', "not_utf8"),
        ('{"name": "\ud83d"}', "not_utf8"),
        (b'{"name": "\\ud83d"}', "not_utf8"),
        (b"[" * 100_000, "nested_too_deep"),
        (b'{"a":' * 100_000, "nested_too_deep"),
        (b"1" * 5000, "wrong_type"),
        (b"null", "wrong_type"),
    ],
)
def test_what_cannot_be_read_is_told_as_one_problem(raw: bytes | str, code: str) -> None:
    (problem,) = found(raw)
    assert (problem.code, problem.pointer) == (code, "")


def test_the_place_of_a_json_error_is_told() -> None:
    (problem,) = found(b'{"name": "Spring",\n "currency" "GBP"}')
    assert problem.detail.startswith("line 2, column 13:")


def test_escaped_pairs_are_good_text() -> None:
    assert parse_scenario(VALID.replace("Spring", "\\ud83e\\udde6")).name == "🧦"


@pytest.mark.parametrize(
    ("written", "code"),
    [("NaN", "not_finite"), ("-Infinity", "not_finite"), ("1e999", "not_finite"), ("9" * 5000, "out_of_range")],
)
def test_numbers_beyond_all_bounds_are_told_at_their_place(written: str, code: str) -> None:
    (problem,) = found(VALID.replace('"min_posts": 2', f'"min_posts": {written}'))
    assert (problem.code, problem.pointer) == (code, "/activations/0/min_posts")


def test_repeated_fields_are_told_with_everything_else() -> None:
    raw = VALID.replace('"tier": "nano"', '"tier": "nano", "tier": "mega", "tier": 5').replace("6000.00", "-1")
    assert [(problem.code, problem.pointer) for problem in found(raw)] == [
        ("duplicate_field", "/creators/0/tier"),
        ("money_negative", "/budget/total"),
        ("unknown_choice", "/creators/0/tier"),
    ]


@pytest.mark.parametrize("kind", ["missing", "directory", "null byte"])
def test_unreadable_files_are_told(tmp_path: Path, kind: str) -> None:
    path = {"missing": tmp_path / "none.json", "directory": tmp_path, "null byte": Path("a\0b")}[kind]
    for read in (read_scenario, read_json):
        with pytest.raises(InputError) as caught:
            read(path)
        (problem,) = caught.value.problems
        assert problem.code == ("file_not_found" if kind == "missing" else "file_unreadable")


def test_files_beyond_the_limit_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE_MB * 2**20 + 1)
    with pytest.raises(InputError) as caught:
        read_scenario(path)
    assert [problem.code for problem in caught.value.problems] == ["file_too_large"]


def ten_megabytes_of(item: str) -> str:
    return VALID.replace('"creators": [', '"creators": [' + (item + ",") * (10_000_000 // (len(item) + 1)))


@pytest.mark.parametrize("item", ["1", "{}"])
def test_a_list_of_garbage_is_refused_as_a_whole(item: str) -> None:
    assert "too_long" in codes(ten_megabytes_of(item))


def test_masses_of_wrong_items_are_cut_off() -> None:
    item = json.dumps({str(number): number for number in range(100)})
    told = codes(ten_megabytes_of(item))
    assert len(told) == 1001
    assert told[-1] == "too_many_problems"


def test_masses_of_wrong_items_are_given_up_early() -> None:
    _, faults = validated(Scenario, document(creators=[{}] * 50_000))
    assert len(faults) <= MOST_FAULTS + 2


def test_masses_of_unknown_fields_are_cut_off() -> None:
    fields = ",".join(f'"f{number}":1' for number in range(200_000))
    told = codes(VALID[:-1] + "," + fields + "}")
    assert told[0] == "too_many_fields"
    assert len(told) <= 1001


def test_masses_of_labels_are_cut_off() -> None:
    labels = ",".join(f'"f{number}": "x"' for number in range(1001))
    (problem,) = found(VALID.replace('"agent": "Jo"', labels))
    assert (problem.code, problem.pointer) == ("too_many_fields", "/creators/0/labels")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["trail", "bread-1", "ana", "2027-03-15", "9999-12-31", "0001-01-01", "1e99999", "28.00", "-1"])
    | st.integers(min_value=-400, max_value=4000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def inside(value: Any) -> list[Any]:
    """Return the keys of an object or the positions of a list."""
    return list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) of a document."""
    return [(value, key) for key in inside(value)] + [place for key in inside(value) for place in places(value[key])]


def resolves(pointer: str, data: Any, *, missing: bool) -> bool:
    """Return whether a JSON Pointer leads somewhere; a missing field leads to where it should be."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for position, part in enumerate(parts, start=1):
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return missing and position == len(parts) and isinstance(data, dict)
    return True


@st.composite
def mutants(draw: st.DrawFn) -> Any:
    """Draw the valid document with up to four nodes replaced, taken out or given twice."""
    data: Any = document()
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(places(data) or [([data], 0)]))
        change = draw(st.sampled_from(["replace", "replace", "remove", "repeat", "other"]))
        if change == "replace":
            container[key] = draw(JSON)
        elif change == "remove":
            del container[key]
        elif change == "repeat" and isinstance(container, list):
            container.append(container[key])
        else:
            source, other = draw(st.sampled_from(places(document())))
            container[key] = source[other]
    return data


def outcome(data: Any) -> Scenario | list[Problem]:
    try:
        return scenario_from_data(data)
    except InputError as error:
        return list(error.problems)


@settings(max_examples=250, deadline=None)
@given(mutants())
def test_a_mutated_document_is_read_or_refused_with_pointers_that_lead_somewhere(data: Any) -> None:
    found = outcome(data)
    if isinstance(found, Scenario):
        scenario_warnings(found)
        return
    assert found
    for problem in found:
        assert resolves(problem.pointer, data, missing=problem.code == "missing_field"), problem
        assert problem.detail
        assert problem.remedy
        json.dumps(problem.value, allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_refused(raw: bytes | str) -> None:
    assert codes(raw)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_json_is_refused(data: object) -> None:
    with pytest.raises(InputError):
        scenario_from_data(data)
