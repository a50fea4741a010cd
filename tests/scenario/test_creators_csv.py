from __future__ import annotations

import copy

import pytest

from optimizer.errors import InputError
from optimizer.scenario.creators_csv import import_creators
from optimizer.scenario.loading import scenario_from_data
from tests.builders import document


def imported(text: str) -> list[dict[str, object]]:
    """Return the creators that are new in a document whose communities are `c` and `d`."""
    base = document()
    base["communities"] = [{"id": "c"}, {"id": "d"}]
    base["activations"] = [{"id": "a", "community": "c"}]
    base["creators"] = [{"id": "old", "communities": ["c"], "tier": "nano"}]
    base["locks"] = []
    base["shipping"] = {"services": [{"id": "post", "cost": 3, "transit_days": {"2": 1}}]}
    before = copy.deepcopy(base)
    filled, _ = import_creators(text, base)
    assert base == before
    scenario_from_data(filled)
    creators: list[dict[str, object]] = filled["creators"]
    return creators


def refused(text: str) -> set[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        imported(text)
    return {(problem.code, problem.pointer) for problem in caught.value.problems}


def test_every_column() -> None:
    header = (
        "id,handle,communities,tier,followers,comments_sampled,comments_substantive,creator_replies,organic_rate,"
        "paid_fee,paid_reliability,accepts,service,unavailable,label:agent"
    )
    row = 'x,@x,c; d,Nano,"12,300",400,120,60,31%,£1.50,0.97,gift|paid,post,2027-04-01..2027-04-12;2027-05-01,Jo'
    assert imported(f"{header}\n{row}\n")[1] == {
        "id": "x",
        "handle": "@x",
        "communities": ["c", "d"],
        "tier": "nano",
        "followers": 12300,
        "comments": {"sampled": 400, "substantive": 120, "creator_replies": 60},
        "organic_rate": 0.31,
        "paid_fee": "1.50",
        "paid_reliability": 0.97,
        "accepts": ["gift", "paid"],
        "service": "post",
        "unavailable": [
            {"start": "2027-04-01", "end": "2027-04-12"},
            {"start": "2027-05-01", "end": "2027-05-01"},
        ],
        "labels": {"agent": "Jo"},
    }


def test_known_creators_are_replaced_in_place_and_others_added() -> None:
    creators = imported("id,communities\nnew,c\nold,d\n")
    assert creators == [{"id": "old", "communities": ["d"]}, {"id": "new", "communities": ["c"]}]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffID;Communities;Paid Fee\nx;c;90\n",
        "id\tCOMMUNITIES\tpaid-fee\r\nx\tc\t90\r\n\r\n",
        "id,communities,paid_fee\nx,c,90",
    ],
)
def test_as_spreadsheets_write_them(text: str) -> None:
    assert imported(text)[1] == {"id": "x", "communities": ["c"], "paid_fee": "90"}


def test_empty_cells_are_not_given_and_none_leaves_out() -> None:
    text = "id,communities,tier,accepts,paid_fee\nx,c,,none,\n"
    assert imported(text)[1] == {"id": "x", "communities": ["c"], "accepts": []}


@pytest.mark.parametrize("cell", ["£1,250.00", "1250.00 GBP", "€ 1250.00", "1250.00"])
def test_amounts_as_people_write_them(cell: str) -> None:
    assert imported(f'id,communities,paid_fee\nx,c,"{cell}"\n')[1]["paid_fee"] == "1250.00"


@pytest.mark.parametrize("cell", ["£9x", "-3", "1,25", "£", "9 or 10", "1e3"])
def test_what_is_no_amount(cell: str) -> None:
    assert ("bad_cell", "row 2, column paid_fee") in refused(f'id,communities,paid_fee\nx,c,"{cell}"\n')


def test_unknown_columns_are_named_all_at_once() -> None:
    assert refused("id,communities,shoe size,hat\nx,c,40,1\n") == {
        ("unknown_column", "row 1, column 3"),
        ("unknown_column", "row 1, column 4"),
    }


def test_bad_cells_are_told_with_row_and_column() -> None:
    text = "id,communities,tier,followers,organic_rate,paid_fee,accepts,unavailable,service\n"
    text += "x,c,giant,many,1.5,-3,barter,soon,pigeon\ny,nowhere,nano,1,31%,1,gift,2027-04-01,post\n,c,,,,,,,\n"
    assert refused(text) == {
        ("bad_cell", "row 2, column followers"),
        ("bad_cell", "row 2, column organic_rate"),
        ("bad_cell", "row 2, column paid_fee"),
        ("bad_cell", "row 2, column accepts"),
        ("unknown_service", "row 2, column service"),
        ("unknown_community", "row 3, column communities"),
        ("missing_id", "row 4, column id"),
    }
    assert refused("id,communities,tier,unavailable\nx,c,giant,soon\n") == {
        ("bad_cell", "row 2, column tier"),
        ("bad_cell", "row 2, column unavailable"),
    }


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("", "empty_file", "row 1"),
        ("id,communities\n", "empty_file", "row 2"),
        ("communities\nc\n", "missing_column", "row 1"),
        ("id,communities\nx,c\nx,d\n", "duplicate_id", "row 3, column id"),
        ("id,ID,communities\nx,x,c\n", "duplicate_column", "row 1, column id"),
    ],
)
def test_broken_tables(text: str, code: str, where: str) -> None:
    assert (code, where) in refused(text)
