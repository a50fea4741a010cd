"""Spreadsheets over HTTP: workbooks and lists of creators in, scenarios or their problems out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from optimizer.export.scenario_book.book import scenario_workbook
from optimizer.scenario.template import template
from tests.api.running import easy
from tests.scenario.workbook.sheets import book, cell, raw

PATH = "/v1/imports"


def send(client: TestClient, content: bytes, **texts: str) -> Any:
    return client.post(PATH, files={"file": ("upload", content)}, data=texts)


def test_a_workbook_comes_back_as_a_scenario_that_can_be_planned(client: TestClient) -> None:
    answer = send(client, scenario_workbook(template()))
    assert answer.status_code == 200
    found = answer.json()
    assert (found["kind"], found["problems"]) == ("workbook", [])
    assert found["scenario"] == template()
    assert {"sheet": "Creators", "heading": "Fee", "field": "/creators/*/paid_fee"} in found["read"]
    assert [notice["code"] for notice in found["notices"]] == ["example_creators"]
    assert client.post("/v1/validations", json={"scenario": found["scenario"]}).json()["valid"]


def test_what_is_wrong_with_a_workbook_is_told_by_sheet_row_and_column(client: TestClient) -> None:
    workbook = book()
    cell(workbook, "Creators", 7, "Fee").value = "$140"
    cell(workbook, "Locks", 2, "Creator").value = "nobody"
    found = send(client, raw(workbook)).json()
    assert found["scenario"] is None
    assert {(problem["place"], problem["pointer"]) for problem in found["problems"]} == {
        ("Creators row 7, column Fee", "/creators/5/paid_fee"),
        ("Locks row 2, column Creator", "/locks/0/creator"),
    }


def test_a_list_of_creators_goes_into_a_scenario(client: TestClient) -> None:
    table = "Profile;Fans;Group\n@fern.hill;12.5K;trail-running\n".encode("utf-16")
    mapping = json.dumps({"Profile": "handle", "Fans": "followers", "Group": "communities"})
    found = send(client, table, scenario=json.dumps(easy()), mapping=mapping).json()
    assert (found["kind"], found["problems"]) == ("creators", [])
    assert len(found["scenario"]["creators"]) == len(easy()["creators"]) + 1
    assert found["scenario"]["creators"][-1]["followers"] == 12_500


def test_what_is_wrong_with_a_list_is_told_by_row_and_column(client: TestClient) -> None:
    table = b"handle,communities,followers\n@fern.hill,trail-running,lots\n"
    found = send(client, table, scenario=json.dumps(easy())).json()
    assert found["scenario"] is None
    assert [(problem["pointer"], problem["code"]) for problem in found["problems"]] == [("", "bad_cell")]
    assert "row 2" in found["problems"][0]["place"]


@pytest.mark.parametrize("content", [b"", b"PK\3\4 no workbook", b"\0" * 100, b"just words"])
def test_any_file_is_answered(client: TestClient, content: bytes) -> None:
    answer = send(client, content)
    assert answer.status_code == 200
    assert answer.json()["problems"]


def test_a_form_that_is_none_or_lacks_the_file_is_refused(client: TestClient) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for body, headers in ((b"{}", kind), (b"--x\r\n", kind), (b"", {"content-type": "multipart/form-data"})):
        answer = client.post(PATH, content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert client.post(PATH, json={}).status_code == 415
    answer = client.post(PATH, files={"file": b"x", "fyle": b"x"}, data={"scenario": "[]", "mapping": "{"})
    assert {problem["pointer"] for problem in answer.json()["problems"]} == {"/fyle", "/scenario", "/mapping"}
