"""Orders for the warehouse, one per parcel of a plan, in the columns of the Matrixify "Orders" sheet for Shopify.

Columns and their meaning: https://matrixify.app/documentation/orders/ (a CSV is taken for orders if its file name
contains "Order"). The rows with one `Name` are one order: the first has the order and the product, the second the
shipping service. `Command` is NEW, so that a file imported twice ships once; `Send Receipt` is FALSE, so that the shop
mails nobody; `Inventory Behaviour` makes the parcels use up the shop's stock, which they would leave as it is
otherwise; prices are 0, as the creator pays nothing. `Processed At` is left to the shop: it is the day the order is
placed, and a future day would distort the shop's reports. The ship day is in `Tags`, in `Note` and in a column of its
own, `Requested Ship Date`, for warehouses that read the file themselves.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from optimizer.export import formatting
from optimizer.export.plan_tables import Directory
from optimizer.export.tables import Column, Table, Value
from optimizer.plan import Assignment, Plan
from optimizer.scenario.models import Scenario
from optimizer.scenario.people_csv import Address

COLUMNS = (
    "Name",
    "Command",
    "Send Receipt",
    "Inventory Behaviour",
    "Email",
    "Note",
    "Tags",
    "Currency",
    "Shipping: First Name",
    "Shipping: Last Name",
    "Shipping: Phone",
    "Shipping: Address 1",
    "Shipping: Address 2",
    "Shipping: Zip",
    "Shipping: City",
    "Shipping: Province",
    "Shipping: Country Code",
    "Line: Type",
    "Line: Title",
    "Line: SKU",
    "Line: Quantity",
    "Line: Price",
    "Line: Requires Shipping",
    "Requested Ship Date",
)
PHONE = "Shipping: Phone"
STOCK_KEEPING_UNIT = "sku"
"""The label of a product with its number in the shop; a product without it is ordered by its id."""
FREE = "0"
TAKES_STOCK = "decrement_obeying_policy"
"""The shop's stock goes down, and an order it has no stock for is refused where the product says so."""
_NAME_BYTES = 8


def order_name(campaign: str, activation: str, creator: str) -> str:
    """Return the name of an order: the same for a parcel of a campaign whatever the plan.

    A shop that has the order refuses it when it comes again with a later plan, instead of shipping twice.

    Examples
    --------
    >>> order_name("Spring launch", "trail", "t03")
    'GW-YFBI4HZ5SBNDE'
    """
    parcel = json.dumps([campaign, activation, creator]).encode("utf-8")
    return "GW-" + base64.b32encode(hashlib.sha256(parcel).digest()[:_NAME_BYTES]).decode("ascii").rstrip("=")


def orders(
    scenario: Scenario, plan: Plan, addresses: Mapping[str, Address], parcels: Sequence[Assignment] | None = None
) -> Table:
    """Return the rows of orders by ship day.

    Parameters
    ----------
    addresses
        By creator; the address columns of all other creators are empty.
    parcels
        The assignments of the plan to write; None for all.

    Returns
    -------
    Table
        Two rows per parcel: the order with its product, and the shipping service.
    """
    directory = Directory(scenario)
    written = plan.assignments if parcels is None else parcels
    rows: list[list[Value]] = []
    for line in sorted(written, key=lambda line: (line.ship_on, line.activation, line.creator)):
        name = order_name(plan.scenario.name, line.activation, line.creator)
        for cells in _order(name, line, plan, directory, addresses.get(line.creator, Address())):
            rows.append([cells.get(column, "") for column in COLUMNS])
    return Table([Column(name, name, "phone" if name == PHONE else "text") for name in COLUMNS], rows)


def without_address(parcels: Sequence[Assignment], addresses: Mapping[str, Address]) -> list[str]:
    """Return the creators with a parcel but no address, in the order of the parcels."""
    return [name for name in dict.fromkeys(line.creator for line in parcels) if name not in addresses]


def _order(
    name: str, line: Assignment, plan: Plan, directory: Directory, address: Address
) -> Iterator[Mapping[str, str]]:
    product = directory.product(line.activation)
    line_item = {
        "Line: Type": "Line Item",
        "Line: Title": directory.product_name(line.activation),
        "Line: SKU": product.labels.get(STOCK_KEEPING_UNIT) or product.id,
        "Line: Quantity": "1",
        "Line: Price": FREE,
        "Line: Requires Shipping": "TRUE",
    }
    shipping_line = {
        "Line: Type": "Shipping Line",
        "Line: Title": directory.service(line.creator),
        "Line: Quantity": "1",
        "Line: Price": FREE,
    }
    order = {
        "Name": name,
        "Command": "NEW",
        "Send Receipt": "FALSE",
        "Inventory Behaviour": TAKES_STOCK,
        "Note": _note(line, directory),
        "Tags": _tags(line),
        "Currency": plan.scenario.currency,
        "Requested Ship Date": line.ship_on.isoformat(),
    }
    yield {**order, **_destination(address), **line_item}
    yield {"Name": name, "Command": "NEW", **shipping_line}


def _destination(address: Address) -> dict[str, str]:
    return {
        "Email": address.email,
        "Shipping: First Name": address.first_name,
        "Shipping: Last Name": address.last_name,
        PHONE: address.phone,
        "Shipping: Address 1": address.address1,
        "Shipping: Address 2": address.address2,
        "Shipping: Zip": address.zip,
        "Shipping: City": address.city,
        "Shipping: Province": address.province,
        "Shipping: Country Code": address.country,
    }


def _note(line: Assignment, directory: Directory) -> str:
    who = directory.handle(line.creator)
    person = line.creator if who == line.creator else f"{line.creator} ({who})"
    shipped = formatting.day(line.ship_on, year=True)
    arrives = formatting.day(line.expected_delivery, year=True)
    return f"Ship on {shipped}, expected {arrives}. {line.mode.capitalize()} for {line.activation}, creator {person}."


def _tags(line: Assignment) -> str:
    """Return the tags of an order; a comma inside a tag becomes a blank, as commas separate them."""
    tags = ("groundswell", line.activation, line.mode, f"ship-on {line.ship_on.isoformat()}")
    return ", ".join(" ".join(tag.replace(",", " ").split()) for tag in tags)
