"""Addresses: read as meant, and everything wrong with the file told at once."""

from __future__ import annotations

import pytest

from optimizer.errors import InputError
from optimizer.scenario.people_csv import COLUMNS, Address, read_people
from tests.builders import scenario

HEAD = "creator,first_name,last_name,email,phone,address1,address2,city,province,zip,country\n"
ANA = "ana,Ana,Fell,ana@example.org,+44 1539 555 123,3 Beck Row,Flat 2,Kendal,Cumbria,LA9 4QQ,GB\n"
FELL = Address(
    "Ana", "Fell", "ana@example.org", "+44 1539 555 123", "3 Beck Row", "Flat 2", "Kendal", "Cumbria", "LA9 4QQ", "GB"
)
PEOPLE = scenario()


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read_people(text, PEOPLE)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def test_a_row_is_an_address() -> None:
    assert HEAD.strip().split(",") == list(COLUMNS)
    assert read_people(HEAD + ANA, PEOPLE) == ({"ana": FELL}, [])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_spreadsheets_write_it_in_their_own_ways(separator: str) -> None:
    text = (HEAD.replace("_", " ").title() + ANA).replace(",", separator) + separator * 10 + "\n\n"
    assert read_people(text, PEOPLE)[0] == {"ana": FELL}


def test_only_what_is_needed_is_enough_and_further_columns_are_not_read() -> None:
    text = "shoe size,creator,last_name,address1,city,zip,country\n39,ana,Fell,3 Beck  Row,Kendal,LA9,gb\n"
    address = Address(last_name="Fell", address1="3 Beck Row", city="Kendal", zip="LA9", country="GB")
    assert read_people(text, PEOPLE)[0] == {"ana": address}


def test_a_dash_says_that_a_country_has_no_postcode() -> None:
    found, _ = read_people(HEAD + "ana,Ana,-,,,1 Queen's Road,-,-,,-,HK\n", PEOPLE)
    assert found["ana"] == Address("Ana", address1="1 Queen's Road", country="HK")


def test_strangers_are_a_note_and_not_looked_at() -> None:
    found, notes = read_people(HEAD + "zoe,,,nonsense,,,,,,,UK\n" + ANA + "yan,,,,,,,,,,\n", PEOPLE)
    assert list(found) == ["ana"]
    assert [(note.code, note.detail) for note in notes] == [
        ("unknown_creators", "2 people are no creator of this scenario and left out: zoe, yan.")
    ]


def test_everything_wrong_is_told_at_once() -> None:
    rows = [
        "ana,,,ana at home,call me,,,,,,UK",
        "ben,Ben,Moor,,12,1 High St,,Leeds,,LS1,Britain,what",
        ",Cat,Low,,,1 High St,,Leeds,,LS1,GB",
        "dan,=Dan,,,,-,,Leeds,,LS1,GB",
        "dan,Dan,,,,1 High St,,Leeds,,LS1,GB",
    ]
    assert problems(HEAD + "\n".join(rows)) == [
        ("row 2, column address1", "missing_field"),
        ("row 2, column city", "missing_field"),
        ("row 2, column zip", "missing_field"),
        ("row 2, column last_name", "missing_field"),
        ("row 2, column email", "bad_cell"),
        ("row 2, column phone", "bad_cell"),
        ("row 2, column country", "bad_cell"),
        ("row 3", "extra_cells"),
        ("row 3, column phone", "bad_cell"),
        ("row 3, column country", "bad_cell"),
        ("row 4, column creator", "missing_field"),
        ("row 5, column address1", "missing_field"),
        ("row 6, column creator", "duplicate_id"),
    ]


def test_missing_and_repeated_columns_are_told_at_once() -> None:
    assert problems("creator,city,city,zip\nana,Leeds,Leeds,LS1\n") == [
        ("row 1, column address1", "missing_column"),
        ("row 1, column country", "missing_column"),
        ("row 1, column last_name", "missing_column"),
        ("row 1, column city", "duplicate_column"),
    ]


@pytest.mark.parametrize("text", ["", "\n", 'creator,"first', "{}"])
def test_what_is_no_table_is_refused(text: str) -> None:
    assert problems(text)


def test_a_neutralised_id_is_known() -> None:
    people = scenario(creators__0__id="=ana")
    assert list(read_people(HEAD + ANA.replace("ana,", "'=ana,", 1), people)[0]) == ["=ana"]
    assert list(read_people(HEAD + ANA.replace("ana,", "=ana,", 1), people)[0]) == ["=ana"]


@pytest.mark.parametrize("cell", ["02134", "'02134", "’02134", "02134-1000"])
def test_a_postcode_is_text(cell: str) -> None:
    found, _ = read_people(HEAD + f"ana,Ana,,,,1 High St,,Boston,MA,{cell},US\n", PEOPLE)
    assert found["ana"].zip == cell.lstrip("'’")


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("2134.0", "US"),
        ('"2134,0"', "US"),
        ("1.23E+04", "US"),
        ("1e5", "DE"),
        ("2134", "US"),
        ("1067", "DE"),
        ("'1067", "DE"),
        ('"10,115"', "DE"),
        ("O1067", "DE"),
        ("1067.0", "XX"),
        ("2134", "GB"),
        ('"=""02134"""', "US"),
    ],
)
def test_a_postcode_that_a_spreadsheet_spoiled_is_refused(cell: str, country: str) -> None:
    row = f"ana,Ana,,,,1 High St,,Boston,MA,{cell},{country}\n"
    assert ("row 2, column zip", "bad_cell") in problems(HEAD + row)


@pytest.mark.parametrize("country", ["EN", "XX", "ZZ", "UK", "GBR", "Germany", "E1", "AC"])
def test_a_country_is_a_code_of_iso_3166(country: str) -> None:
    row = f"ana,Ana,,,,1 High St,,Leeds,,LS1 1AA,{country}\n"
    assert problems(HEAD + row) == [("row 2, column country", "bad_cell")]


def test_a_dash_is_no_postcode_where_the_country_has_them() -> None:
    assert problems(HEAD + "ana,Ana,,,,1 High St,,-,MA,-,US\n") == [
        ("row 2, column city", "missing_field"),
        ("row 2, column zip", "missing_field"),
    ]


@pytest.mark.parametrize("cell", ["4.41539E+11", "441539555123.0"])
def test_a_telephone_number_that_became_a_number_is_refused(cell: str) -> None:
    assert problems(HEAD + f"ana,Ana,,,{cell},1 High St,,Leeds,,LS1 1AA,GB\n") == [("row 2, column phone", "bad_cell")]
