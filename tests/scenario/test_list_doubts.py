"""Lists that say something else than a quick reading takes from them: each is asked about, nothing is guessed."""

from __future__ import annotations

import pytest

from tests.scenario.test_list_kinds import creators, notices, problems


def test_addresses_of_posts_do_not_make_one_person_of_several() -> None:
    text = "Link,niche\nhttps://www.instagram.com/p/Cxyz/,trail\nhttps://www.instagram.com/p/Cabc/,trail\n"
    assert problems(text) == [(f"row {row}, column Link", "bad_cell") for row in (2, 3)]
    text = "handle,Link,niche\n@ana,https://www.instagram.com/p/Cxyz/,trail\n"
    assert creators(text)["ana"]["handle"] == "@ana"


@pytest.mark.parametrize("cell", ["@ana / @bo", "@ana @bo", '"@ana, @bo"', '"=HYPERLINK(""https://x.com/ana"")"'])
def test_a_cell_that_is_no_single_handle_is_asked_about(cell: str) -> None:
    assert problems(f"handle,niche\n{cell},trail\n") == [("row 2, column handle", "bad_cell")]


def test_a_text_that_a_program_keeps_from_becoming_a_number() -> None:
    assert "007" in creators('id,niche\n="007",trail\n')


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Followers (K)", "12"),
        ("Followers (in thousands)", "12"),
        ("Follower [Tsd.]", "12"),
        ("Fee (pence)", "18000"),
        ("Fee (£k)", "1"),
    ],
)
def test_a_column_in_thousands_or_pence_is_asked_about(name: str, cell: str) -> None:
    assert problems(f"id,niche,{name}\na,trail,{cell}\n") == [(f"row 1, column {name}", "other_unit")]


def test_cells_that_name_their_unit_themselves_are_clear() -> None:
    assert creators("id,niche,Followers (K)\na,trail,12.5K\n")["a"]["followers"] == 12500


def test_a_typographic_apostrophe_in_a_column_name() -> None:
    assert "columns_left_out" not in notices("id,niche,Nombre d\u2019abonn\u00e9s\na,trail,12\n")


@pytest.mark.parametrize("cell", ["1.23E+15", "1,23E+15"])
def test_a_number_that_a_spreadsheet_cut_is_no_id(cell: str) -> None:
    assert problems(f'id,niche\n"{cell}",trail\n') == [("row 2, column id", "bad_cell")]


def test_an_address_of_another_platform_than_the_row_names() -> None:
    text = "handle,platform,niche\nhttps://tiktok.com/@ana,{},trail\n"
    assert problems(text.format("Instagram")) == [("row 2, column platform", "bad_cell")]
    assert creators(text.format("TT"))["ana"]["handle"] == "@ana"


def test_japanese_text_is_not_taken_for_that_of_an_old_mac() -> None:
    text = "id,handle,niche\na,@さくら,trail\n".encode("shift_jis")
    assert creators(text)["a"]["handle"] == "@さくら"
