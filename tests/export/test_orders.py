from __future__ import annotations

from datetime import date
from itertools import groupby

from optimizer.analysis.report import Decision
from optimizer.export.csv_files import csv_text
from optimizer.export.order_changes import changes_table, order_changes, remarks
from optimizer.export.orders import COLUMNS, order_name, orders, without_address
from optimizer.scenario.people_csv import Address
from tests.export.cases import DECISIONS, FORMULA, case, rows

ALL = (*DECISIONS, Decision("cat", "bread-a", "gift", date(2027, 3, 9)))
SCENARIO, PLAN = case(ALL)
BEN = Address("Ben", "=Moor", "ben@example.org", "+44 113 555", "1 High St", "", "Leeds", "", "LS1 1AA", "GB")


def test_one_order_per_parcel_by_ship_day() -> None:
    every = rows(csv_text(orders(SCENARIO, PLAN, {})))
    assert tuple(every[0]) == COLUMNS
    parcels = [list(lines) for _, lines in groupby(every, key=lambda row: row["Name"])]
    assert [lines[0]["Name"] for lines in parcels] == [
        order_name(SCENARIO.name, "bread-a", "cat"),
        order_name(SCENARIO.name, "trail-a", FORMULA),
        order_name(SCENARIO.name, "trail-a", "ben"),
    ]
    assert [lines[0]["Requested Ship Date"] for lines in parcels] == ["2027-03-09", "2027-03-10", "2027-03-11"]
    assert [[line["Line: Type"] for line in lines] for lines in parcels] == [["Line Item", "Shipping Line"]] * 3
    assert [lines[1]["Line: Title"] for lines in parcels] == ["economy", "tracked", "tracked"]


def test_an_order_says_what_is_sent_to_whom_and_costs_nothing() -> None:
    name = order_name(SCENARIO.name, "trail-a", "ben")
    item, shipping = [row for row in rows(csv_text(orders(SCENARIO, PLAN, {"ben": BEN}))) if row["Name"] == name]
    assert {name: cell for name, cell in item.items() if cell} == {
        "Name": name,
        "Command": "NEW",
        "Send Receipt": "FALSE",
        "Inventory Behaviour": "decrement_obeying_policy",
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
    assert without_address(PLAN.assignments, {"ben": BEN}) == [FORMULA, "cat"]
    assert without_address(PLAN.assignments, {"ben": BEN, "cat": BEN, FORMULA: BEN}) == []


def test_a_parcel_keeps_the_name_of_its_order_whatever_the_plan() -> None:
    others = case(ALL[1:], budget={"total": "900"})
    assert others[1].scenario.sha256 != PLAN.scenario.sha256
    names = [{row["Name"] for row in rows(csv_text(orders(*each, {})))} for each in ((SCENARIO, PLAN), others)]
    assert names[1] < names[0]
    assert len({order_name(*parcel) for parcel in (("a", "b", "c"), ("a", "c", "b"), ("ab", "", "c"))}) == 3


def test_after_an_earlier_plan_only_new_orders_are_written_and_the_rest_is_listed() -> None:
    """Ana stays and ships a day later, Ben has to be cancelled, Cat is new."""
    _, later = case((Decision(FORMULA, "trail-a", "gift", date(2027, 3, 11)), ALL[2]))
    _, first = case(DECISIONS)
    changes = order_changes(later, [first])
    assert [line.creator for line in changes.new] == ["cat"]
    listed = rows(csv_text(changes_table(SCENARIO, later, changes)))
    assert [(row["action"], row["creator"], row["detail"]) for row in listed] == [
        ("cancel", "ben", "not in the new plan"),
        ("change", f"'{FORMULA}", "ship on Thu 11 Mar 2027 instead of Wed 10 Mar 2027"),
    ]
    assert listed[0]["order"] == order_name(SCENARIO.name, "trail-a", "ben")
    said = " ".join(remarks(later, changes, "list.csv"))
    assert f"Cancel 1 order, listed in list.csv: {listed[0]['order']} (ben)." in said


def test_nothing_changes_beside_the_same_plan() -> None:
    changes = order_changes(PLAN, [PLAN])
    assert (changes.new, changes.cancelled, changes.changed, changes.returning) == ([], [], [], [])
    assert len(order_changes(PLAN, []).new) == 3


def test_an_order_that_was_cancelled_and_comes_back_is_named() -> None:
    _, without_ben = case(ALL[1:])
    changes = order_changes(PLAN, [PLAN, without_ben])
    assert [line.creator for line in changes.new] == [line.creator for line in changes.returning] == ["ben"]
    assert "Cancelled before and new again" in " ".join(remarks(PLAN, changes, "list.csv"))


def test_another_mode_is_a_change() -> None:
    _, gifted = case((Decision("ben", "trail-a", "gift", date(2027, 3, 11)), *ALL[1:]))
    ((_, line),) = order_changes(gifted, [PLAN]).changed
    assert line.creator == "ben"
    (row,) = rows(csv_text(changes_table(SCENARIO, gifted, order_changes(gifted, [PLAN]))))
    assert row["detail"] == "gift instead of paid"
