"""Columns come from the declarations of the fields: none is forgotten, and a new one needs no line of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from optimizer.scenario.fields import Day, Money, Probability, Strict
from optimizer.scenario.models import Scenario
from optimizer.scenario.workbook.columns import Column, columns_of
from optimizer.scenario.workbook.layout import blocks
from optimizer.scenario.workbook.wording import KINDS, REFERENCES, TITLES
from tests.builders import document


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every value that is neither an object nor a list of objects."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path


def test_everything_that_a_scenario_can_say_has_a_cell() -> None:
    known = {(*group.path, *column.path) for block in blocks() for group in block.groups for column in group.columns}
    known |= {(*group.path, "labels") for block in blocks() for group in block.groups if group.labels}
    known.add(("budget", "monthly"))
    missing = {path for path in leaves(document()) if not any(path[:length] in known for length in range(1, 6))}
    assert missing == {("activations", "community")}, "the community's own column stands for it"


def test_every_field_of_a_model_is_a_column_a_list_or_part_of_one() -> None:
    found = {entry.path[0] if isinstance(entry, Column) else entry[0] for entry in columns_of(Scenario, "scenario")}
    assert found == set(Scenario.model_fields)


class Purse(Strict):
    most: Money | None = Field(None, description="Most.", examples=["9.00"])
    chance: Probability = Field(0.7, description="Chance.", examples=[0.7])


class Newer(Strict):
    id: str = Field(description="Id.", examples=["a"])
    paid_from: Day | None = Field(None, description="Day.", examples=["2027-03-01"])
    standby: bool = Field(False, description="Whether.", examples=[True])
    mood: Literal["calm", "wild"] | None = Field(None, description="How.", examples=["calm"])
    purse: Purse | None = Field(None, description="Money.", examples=[{}])
    give_up: Literal[False] | Purse = Field(False, description="Or none.", examples=[False])
    notice_days: Annotated[int, Field(ge=1, le=9)] = Field(2, description="Days.", examples=[2])


def test_a_new_field_gets_its_column_from_its_declaration() -> None:
    columns = {entry.path: entry for entry in columns_of(Newer, "newer") if isinstance(entry, Column)}
    assert {path: column.kind for path, column in columns.items()} == {
        ("id",): "text",
        ("paid_from",): "day",
        ("standby",): "flag",
        ("mood",): "choice",
        ("purse", "most"): "money",
        ("purse", "chance"): "share",
        ("give_up",): "json",
        ("notice_days",): "count",
    }
    assert columns["paid_from",].title == "Paid from"
    assert columns["mood",].choices == ("calm", "wild")
    assert dict(columns["notice_days",].limits) == {"ge": 1, "le": 9}
    assert [column.required for column in columns.values()] == [True, *[False] * 7]


@pytest.mark.parametrize("names", [TITLES, KINDS, REFERENCES])
def test_titles_are_of_fields_that_there_are(names: dict[str, Any]) -> None:
    known = {"months.month", "months.amount", "scenario.schema_version"}
    for block in blocks():
        for group in block.groups:
            record = group.path[-1] if group.path else "scenario"
            known |= {".".join((record, *column.path)) for column in group.columns}
    assert set(names) <= known
