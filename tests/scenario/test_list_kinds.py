"""Lists as they came: each kind of trouble with what is right, and others of its kind."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from optimizer.errors import InputError
from optimizer.scenario.creator_list.importing import Imported, Wishes, import_creators
from tests.builders import document

Creators = dict[str, dict[str, Any]]


def base(**changes: Any) -> dict[str, Any]:
    """Return a scenario in pounds with the communities `trail` ("Trail & fell") and `bread` ("Bread, slow")."""
    communities = [{"id": "trail", "name": "Trail & fell"}, {"id": "bread", "name": "Bread, slow"}]
    mira = {
        "id": "m1",
        "handle": "@moss.mira",
        "communities": ["trail"],
        "tier": "nano",
        "organic_rate": 0.3,
        "paid_fee": "70",
        "labels": {"city": "Leeds", "size": "M"},
    }
    fields = {"communities": communities, "creators": [mira], "locks": [], **changes}
    return document(**fields)


def imported(source: str | bytes, **wishes: Any) -> Imported:
    into = wishes.pop("into", None) or base()
    return import_creators(source, into, Wishes(**wishes))


def creators(source: str | bytes, **wishes: Any) -> Creators:
    return {item["id"]: item for item in imported(source, **wishes).document["creators"]}


def problems(source: str | bytes, **wishes: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        imported(source, **wishes)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def notices(source: str | bytes, **wishes: Any) -> dict[str, str]:
    return {notice.code: notice.detail for notice in imported(source, **wishes).notices}


def workbook(*rows: list[Any], title: str = "Sheet1") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet(title)
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("other", ["https://www.instagram.com/fern.hill/?hl=en", "Fern.Hill ", "＠FERN.hill"])
def test_one_person_in_several_spellings_is_merged_with_a_notice(other: str) -> None:
    text = f"id,handle,communities,tier,paid_fee\ng1,@fern.hill,trail,,50\ng2,{other},bread,nano,50.00\n"
    assert creators(text)["g1"] == {
        "id": "g1",
        "handle": "@fern.hill",
        "communities": ["trail", "bread"],
        "tier": "nano",
        "paid_fee": "50",
        **({"labels": {"platform": "instagram"}} if "/" in other else {}),
    }
    assert "g1 (rows 2, 3)" in notices(text)["same_person"]


@pytest.mark.parametrize(("column", "one", "other"), [("paid_fee", "50", "60"), ("tier", "nano", "micro")])
def test_rows_of_one_person_that_contradict_each_other_are_refused(column: str, one: str, other: str) -> None:
    text = f"handle,communities,{column}\n@fern,trail,{one}\nFern,trail,{other}\n"
    assert problems(text) == [(f"row 3, column {column}", "contradicting_rows")]
    assert set(creators(text + "@bo,trail,\n", skip_bad=True)) == {"m1", "bo"}
    assert notices(text + "@bo,trail,\n", skip_bad=True)["rows_skipped"] == "2 rows skipped: 2, 3."


def test_a_person_under_another_id_is_the_one_of_the_scenario() -> None:
    assert creators("id,handle,communities\nzz,Moss.Mira,trail\n")["m1"]["paid_fee"] == "70"
    clash = "id,handle,communities,paid_fee\nzz,Moss.Mira,trail,75\n"
    assert problems(clash) == [("row 2, column paid_fee", "contradicting_rows")]


def test_two_platforms_are_two_people() -> None:
    text = "handle,platform,communities\n@fern,Instagram,trail\n@fern,TikTok,trail\n"
    assert set(creators(text)) == {"m1", "fern", "fern-tiktok"}
    text = "handle,profile url,communities\nfern,https://tiktok.com/@fern,trail\nfern,instagram.com/fern,trail\n"
    assert set(creators(text)) == {"m1", "fern", "fern-instagram"}


@pytest.mark.parametrize(
    "cell", ["$180", "€95.00", "USD 120", "95 euros", "20%", "(45)", "−60", "~80", "<100", "£1.2k"]
)
def test_a_fee_that_is_no_amount_of_the_currency_is_refused(cell: str) -> None:
    assert problems(f"id,communities,paid_fee\nh1,trail,{cell}\n") == [("row 2, column paid_fee", "bad_cell")]


@pytest.mark.parametrize("name", ["fee (USD)", "Preis in €", "Fee $", "Rate per post EUR"])
def test_a_column_of_another_currency_is_refused(name: str) -> None:
    assert problems(f"id,communities,{name}\nh1,trail,180\n") == [(f"row 1, column {name}", "other_currency")]


ALIEN = (
    "Creator Name,IG Handle,Email,Followers,Agreed Fee (GBP),Niches,Engagement Rate\n"
    'Wren Alder,@wren.alder,w@example.org,12.5K,£180,"Trail & fell, Bonsai",3.4%\n'
    'Bo Lind,https://www.instagram.com/bo_lind/,,1.2M,"£1,250.00",trail,1.1%\n'
)


def test_an_export_of_a_platform_is_read() -> None:
    found = creators(ALIEN)
    assert [found[name]["followers"] for name in ("wren.alder", "bo_lind")] == [12_500, 1_200_000]
    assert [found[name]["paid_fee"] for name in ("wren.alder", "bo_lind")] == ["180", "1250.00"]
    assert found["wren.alder"]["communities"] == found["bo_lind"]["communities"] == ["trail"]
    told = notices(ALIEN)
    assert "Creator Name, Email, Engagement Rate" in told["columns_left_out"]
    assert "Bonsai" in told["unknown_communities"]
    assert creators(ALIEN, labels=True)["bo_lind"]["labels"]["Creator Name"] == "Bo Lind"
    assert set(creators(ALIEN, mapping={"creator name": "id"})) == {"m1", "Wren Alder", "Bo Lind"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "handle\tcommunities\tfollowers\n@zoë.m\ttrail\t4200\n".encode("utf-16"),
            {"followers": 4200},
        ),
        (
            "handle;communities;followers;organic_rate;paid_fee\r\n@zoë.m;trail;4.200;31,5 %;180,00 £\r\n".encode(
                "cp1252"
            ),
            {"followers": 4200, "organic_rate": 0.315, "paid_fee": "180.00"},
        ),
        (
            "Benutzername;Kategorie;Abonnenten;Honorar\n@zoë.m;Trail & fell;4.200;180,00\n".encode("mac_roman"),
            {"followers": 4200, "paid_fee": "180.00"},
        ),
        (
            "sep=|\nPseudo|Communauté|Abonnés|Cachet\n@zoë.m|trail|12,5K|1 250,00\n".encode(),
            {"followers": 12_500, "paid_fee": "1250.00"},
        ),
        (
            "Autumn list\n\n,,\nUsuario,Comunidad,Seguidores\n@zoë.m,trail,980\nTotal,,980\n".encode("utf-8-sig"),
            {"followers": 980},
        ),
        (workbook(["List"], [], ["Handle", "Niche", "Fee"], ["@zoë.m", "Bread, slow", 180.5]), {"paid_fee": "180.5"}),
    ],
)
def test_files_of_any_kind(source: bytes, expected: dict[str, Any]) -> None:
    found = creators(source)["zoë.m"]
    assert {name: found[name] for name in expected} == expected


def test_an_index_column_and_whole_numbers_as_decimals() -> None:
    text = ",id,communities,followers\n0,y1,trail,18000.0\n1,y2,trail,950.0\n"
    assert [creators(text)[name]["followers"] for name in ("y1", "y2")] == [18_000, 950]


def test_what_a_list_does_not_say_stays() -> None:
    text = "id,handle,communities,paid_fee,label:contact\nm1,@Moss.Mira,trail,,Jo\n"
    result = imported(text)
    assert result.changed == {"m1": [("label:contact", None, "Jo")]}
    assert creators(text)["m1"] == {**base()["creators"][0], "labels": {"city": "Leeds", "size": "M", "contact": "Jo"}}


def test_a_dash_takes_away_and_replace_takes_away_the_rest() -> None:
    assert creators("id,paid_fee,tier\nm1,-,\n")["m1"].keys() == base()["creators"][0].keys() - {"paid_fee"}
    replaced = imported("id,communities,tier\nm1,trail,nano\n", replace=True)
    lost = {change.field for change in replaced.changed["m1"]}
    assert lost == {"handle", "organic_rate", "paid_fee", "label:city", "label:size"}


@pytest.mark.parametrize(
    "name", ["Total", "TOTAL:", "Grand total", "Summe", "Total (2)", "Average", "Total général", "Σ"]
)
def test_a_row_of_totals_is_no_creator(name: str) -> None:
    text = f"id,handle,communities,followers,paid_fee\nn1,@reed,trail,4200,90\n{name},,,5180,£150.00\n"
    assert set(creators(text)) == {"m1", "n1"}
    assert "3" in notices(text)["total_rows"]


@pytest.mark.parametrize("row", [",,,5180,150", "Source: a tool,,,,", "Total,all,,5180,150"])
def test_other_rows_that_are_no_creators_are_refused(row: str) -> None:
    text = f"id,handle,communities,followers,paid_fee\nn1,@reed,trail,4200,90\n{row}\n"
    assert {where.split(",")[0] for where, _ in problems(text)} == {"row 3"}


def test_a_creator_who_is_called_total_is_one() -> None:
    assert "total" in creators("id,handle,communities\ntotal,@total,trail\n")


def test_neutralised_ids_are_meant_without_their_apostrophe() -> None:
    into = base(creators=[{"id": "@moss.mira", "handle": "@moss.mira", "communities": ["trail"]}])
    found = creators("id,handle,communities,paid_fee\n'@moss.mira,'@moss.mira,trail,60\n", into=into)
    assert {name: item["paid_fee"] for name, item in found.items()} == {"@moss.mira": "60"}


def test_what_the_check_of_the_document_finds_is_told_at_its_cell() -> None:
    text = "id,communities,unavailable\nn1,trail,2027-05-12..2027-05-01\nn2,trail;trail,\n"
    assert problems(text) == [
        ("row 2, column unavailable", "span_reversed"),
        ("row 3, column communities", "duplicate_entry"),
    ]
    text = "Handle,Niche,organic_rate\n@n1,trail,0.2\n@n2,trail,0.9\n"
    assert problems(text) == [("row 3, column organic_rate", "rate_above_one")]
    sheet = workbook(["id", "communities", "label:x"], ["n1", "trail", "y" * 3000], title="Q1")
    assert problems(sheet) == [("sheet Q1, row 2, column label:x (C2)", "too_long")]


def test_an_average_is_no_count() -> None:
    head = "id,communities,comments_sampled,comments_substantive,creator_replies\n"
    assert problems(head + "n1,trail,40.125,12.500,3\n") == [
        ("row 2, column comments_sampled", "bad_cell"),
        ("row 2, column comments_substantive", "bad_cell"),
    ]
    semicolons = head.replace(",", ";") + "n1;trail;40,125;12;3\n"
    assert problems(semicolons) == [("row 2, column comments_sampled", "bad_cell")]
    whole = workbook(head.strip().split(","), ["n1", "trail", 40.125, 12, 3])
    assert problems(whole) == [("sheet Sheet1, row 2, column comments_sampled (C2)", "bad_cell")]
    assert creators(head + "n1,trail,40.125,12.500,3\n", decimal=",")["n1"]["comments"]["sampled"] == 40_125


def test_a_column_in_per_cent_whose_numbers_are_shares_is_asked_about() -> None:
    assert creators("id,communities,organic_rate (%)\nn1,trail,31\n")["n1"]["organic_rate"] == 0.31
    assert problems("id,communities,organic_rate (%)\nn1,trail,0.31\n")[0][1] == "bad_cell"


def test_two_columns_for_one_field_are_asked_about() -> None:
    text = "Instagram,TikTok,Niche\n@ana_i,@ana_t,trail\n"
    assert [code for _, code in problems(text)] == ["duplicate_column"]
    assert "ana_t" in creators(text, mapping={"Instagram": "-"})


def test_a_new_scenario_takes_the_communities_of_the_list() -> None:
    result = imported(
        "handle,niche\n@a,Ferns & mosses\n@b,ferns & Mosses\n", into=base(activations=...), open_communities=True
    )
    assert result.document["communities"][-1] == {"id": "ferns-mosses", "name": "Ferns & mosses"}
