from __future__ import annotations

import copy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InputError
from optimizer.scenario.creator_list.importing import import_creators
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
    filled = import_creators(text, base).document
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


def test_known_creators_are_changed_in_place_and_others_added() -> None:
    creators = imported("id,communities\nnew,c\nold,d\n")
    assert creators == [{"id": "old", "communities": ["d"], "tier": "nano"}, {"id": "new", "communities": ["c"]}]


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


@pytest.mark.parametrize("cell", ["£1,250.00", "1250.00 GBP", "£ 1250.00", "1250.00"])
def test_amounts_as_people_write_them(cell: str) -> None:
    assert imported(f'id,communities,paid_fee\nx,c,"{cell}"\n')[1]["paid_fee"] == "1250.00"


@pytest.mark.parametrize("cell", ["£9x", "-3", "€ 1250.00", "£", "9 or 10", "1e3"])
def test_what_is_no_amount(cell: str) -> None:
    assert ("bad_cell", "row 2, column paid_fee") in refused(f'id,communities,paid_fee\nx,c,"{cell}"\n')


def test_unknown_columns_are_told_once() -> None:
    result = import_creators("id,communities,shoe size,hat\nx,trail,40,1\n", document())
    (notice,) = result.notices
    assert (notice.code, "shoe size, hat" in notice.detail) == ("columns_left_out", True)


def test_bad_cells_are_told_with_row_and_column() -> None:
    text = "id,communities,tier,followers,organic_rate,paid_fee,accepts,unavailable,service\n"
    text += "x,c,giant,many,1.5,-3,barter,soon,pigeon\ny,nowhere,nano,1,31%,1,gift,2027-04-01,post\n,c,,,,,,,\n"
    assert refused(text) == {
        ("bad_cell", "row 2, column followers"),
        ("bad_cell", "row 2, column organic_rate"),
        ("bad_cell", "row 2, column paid_fee"),
        ("bad_cell", "row 2, column accepts"),
        ("bad_cell", "row 2, column tier"),
        ("bad_cell", "row 2, column unavailable"),
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
        ("id,ID,communities\nx,x,c\n", "duplicate_column", "row 1, column ID"),
    ],
)
def test_broken_tables(text: str, code: str, where: str) -> None:
    assert (code, where) in refused(text)


@pytest.mark.parametrize("header", ["ID,Communities,PaidFee", "id,communities, Paid  Fee ", "Id,COMMUNITIES,paid_fee"])
def test_column_names_are_read_without_regard_to_spelling(header: str) -> None:
    assert imported(f"{header}\nx,c,90\n")[1]["paid_fee"] == "90"


def test_empty_columns_at_the_end_are_no_matter() -> None:
    assert imported("id;communities;;\nx;c;;\n")[1] == {"id": "x", "communities": ["c"]}


@pytest.mark.parametrize("text", ["id,communities,followers\nx,c,12,300\n", "id,communities,\nx,c,12\n"])
def test_a_cell_without_a_column_is_not_dropped_in_silence(text: str) -> None:
    assert refused(text) == {("extra_cells", "row 2")}


@pytest.mark.parametrize("cell", ['"c', '"' + "c" * 200_000 + '"', '"c"d'])
def test_what_is_no_csv(cell: str) -> None:
    assert refused(f"id,communities\nw,c\nx,{cell}\n") == {("not_csv", "row 3")}


@pytest.mark.parametrize(
    ("cell", "count"), [("12,300", 12_300), ("1.234.567", 1_234_567), ("12 300", 12_300), ("0", 0)]
)
def test_counts_as_people_write_them(cell: str, count: int) -> None:
    assert imported(f'id,communities,followers\nx,c,"{cell}"\n')[1]["followers"] == count


@pytest.mark.parametrize("cell", ["12,30", "1,234.567", "12.5", "-3", "12q", "9" * 5000])
def test_what_is_no_count(cell: str) -> None:
    assert refused(f'id,communities,followers\nx,c,"{cell}"\n') == {("bad_cell", "row 2, column followers")}


@pytest.mark.parametrize(("cell", "rate"), [("31%", 0.31), ("31.5 %", 0.315), ("0.3", 0.3), ("1", 1.0), ("0%", 0.0)])
def test_rates_as_people_write_them(cell: str, rate: float) -> None:
    assert imported(f"id,communities,embeddedness\nx,c,{cell}\n")[1]["embeddedness"] == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize("cell", ["31", "101%", "-1%", "a third", "%"])
def test_what_is_no_rate(cell: str) -> None:
    assert refused(f"id,communities,embeddedness\nx,c,{cell}\n") == {("bad_cell", "row 2, column embeddedness")}


def test_an_amount_finer_than_the_currency_is_refused() -> None:
    assert refused("id,communities,paid_fee\nx,c,1.200\n") == {("bad_cell", "row 2, column paid_fee")}


def test_a_sample_of_comments_is_given_whole() -> None:
    assert refused("id,communities,comments_sampled,comments_substantive\nx,c,400,many\n") == {
        ("bad_cell", "row 2, column comments_substantive"),
        ("missing_field", "row 2, column creator_replies"),
    }


def test_the_answer_tells_who_is_new_changed_and_untouched() -> None:
    base = document()
    text = "handle,communities,tier,label:agent\n@ana,trail,emerging,Jo\n@new,bread,nano,\n"
    result = import_creators(text, base)
    assert result.new == ["new"]
    assert set(result.changed) == {"ana"}
    assert result.changed["ana"] == [("tier", "nano", "emerging")]
    assert result.untouched == [creator["id"] for creator in base["creators"] if creator["id"] != "ana"]


@given(st.text(alphabet='id,communtes;\t\n\r"|%£.19é\u00a0-:', max_size=200))
def test_any_text_is_imported_or_refused(text: str) -> None:
    with suppress(InputError):
        import_creators(f"id,communities,followers,unavailable\n{text}", document(creators=[], locks=[]))
