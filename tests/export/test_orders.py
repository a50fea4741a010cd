from __future__ import annotations

from datetime import date
from itertools import groupby

from optimizer.analysis.report import Decision
from optimizer.export.csv_files import csv_text
from optimizer.export.orders import COLUMNS, orders, without_address
from optimizer.scenario.people_csv import Address
from tests.export.cases import DECISIONS, FORMULA, case, rows

ALL = (*DECISIONS, Decision("cat", "bread-a", "gift", date(2027, 3, 9)))
SCENARIO, PLAN = case(ALL)
BEN = Address("Ben", "=Moor", "ben@example.org", "+44 113 555", "1 High St", "", "Leeds", "", "LS1 1AA", "GB")


def test_one_order_per_parcel_by_ship_day() -> None:
    every = rows(csv_text(orders(SCENARIO, PLAN, {})))
    assert tuple(every[0]) == COLUMNS
    parcels = [list(lines) for _, lines in groupby(every, key=lambda row: row["Name"])]
    prefix = f"GW-{PLAN.scenario.sha256[:6].upper()}-"
    assert [lines[0]["Name"] for lines in parcels] == [f"{prefix}{number:04}" for number in (1, 2, 3)]
    assert [lines[0]["Requested Ship Date"] for lines in parcels] == ["2027-03-09", "2027-03-10", "2027-03-11"]
    assert [[line["Line: Type"] for line in lines] for lines in parcels] == [["Line Item", "Shipping Line"]] * 3
    assert [lines[1]["Line: Title"] for lines in parcels] == ["economy", "tracked", "tracked"]


def test_an_order_says_what_is_sent_to_whom_and_costs_nothing() -> None:
    item, shipping = [row for row in rows(csv_text(orders(SCENARIO, PLAN, {"ben": BEN}))) if row["Name"][-1] == "3"]
    assert {name: cell for name, cell in item.items() if cell} == {
        "Name": f"GW-{PLAN.scenario.sha256[:6].upper()}-0003",
        "Command": "NEW",
        "Send Receipt": "FALSE",
        "Email": "ben@example.org",
        "Note": "Ship on Thu 11 Mar 2027, expected Sat 13 Mar 2027. Paid for trail-a, creator ben (@ben).",
        "Tags": "groundswell, trail-a, paid, ship-on 2027-03-11",
        "Currency": "GBP",
        "Shipping: First Name": "Ben",
        "Shipping: Last Name": "'=Moor",
        "Shipping: Phone": "+44 113 555",
        "Shipping: Address 1": "1 High St",
        "Shipping: City": "Leeds",
        "Shipping: Zip": "LS1 1AA",
        "Shipping: Country Code": "GB",
        "Line: Type": "Line Item",
        "Line: Title": "Trail socks",
        "Line: SKU": "TS-1",
        "Line: Quantity": "1",
        "Line: Price": "0",
        "Line: Requires Shipping": "TRUE",
        "Requested Ship Date": "2027-03-11",
    }
    assert (shipping["Line: Price"], shipping["Shipping: City"]) == ("0", "")


def test_a_product_without_labels_goes_by_its_id() -> None:
    bread = rows(csv_text(orders(SCENARIO, PLAN, {})))[0]
    assert (bread["Line: Title"], bread["Line: SKU"]) == ("starter", "starter")


def test_tags_are_four_whatever_an_activation_is_called() -> None:
    activation = {"id": "a, b,\nc", "community": "trail", "product": "socks", "min_posts": 1}
    other = {"id": "trail-a", "community": "trail", "product": "socks"}
    scenario, plan = case(DECISIONS, activations=[activation, other])
    renamed = plan.model_copy(
        update={"assignments": [line.model_copy(update={"activation": "a, b,\nc"}) for line in plan.assignments]}
    )
    assert rows(csv_text(orders(scenario, renamed, {})))[0]["Tags"].split(", ")[1:] == [
        "a b c",
        "gift",
        "ship-on 2027-03-10",
    ]


def test_those_without_an_address_are_known() -> None:
    assert without_address(PLAN, {"ben": BEN}) == [FORMULA, "cat"]
    assert without_address(PLAN, {"ben": BEN, "cat": BEN, FORMULA: BEN}) == []
