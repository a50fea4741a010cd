"""A plan as tables of plain values: the rows that CSV files and workbooks share.

Every value is the plan's or the scenario's own; none is computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from optimizer.plan import ActivationResult, Assignment, Plan
from optimizer.scenario.logistics import Product
from optimizer.scenario.meaning import Wave, service_of, waves
from optimizer.scenario.models import Community, Creator, Scenario

Kind = Literal["text", "phone", "day", "month", "money", "chance", "number", "count", "flag"]
Value = str | date | Decimal | float | bool | None
"""What a cell holds; None where there is nothing. Money is a `Decimal` with all decimals of the currency."""


TITLE = "title"
"""The label of a product that holds its name for people."""


class Column(NamedTuple):
    """One column of a table.

    Attributes
    ----------
    name
        Heading for programs.
    title
        Heading for people.
    kind
        What its cells hold, and so how they are shown.
    total
        Whether its sum means something.
    """

    name: str
    title: str
    kind: Kind
    total: bool = False


@dataclass(frozen=True)
class Table:
    """Columns, and rows with one value for each."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]

    def total(self, name: str) -> Decimal:
        """Return the exact sum of a column of money, nothing counting 0."""
        place = [column.name for column in self.columns].index(name)
        return sum((amount for row in self.rows if isinstance(amount := row[place], Decimal)), Decimal(0))


class Directory:
    """Whom and what the ids of a plan mean."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.creators: Mapping[str, Creator] = {creator.id: creator for creator in scenario.creators}
        self.waves: Mapping[str, Wave] = {wave.id: wave for wave in waves(scenario)}
        self.communities: Mapping[str, Community] = {community.id: community for community in scenario.communities}
        self.products: Mapping[str, Product] = {product.id: product for product in scenario.products}

    def handle(self, creator: str) -> str:
        """Return the public name of a creator, the id where there is none."""
        return self.creators[creator].handle or creator

    def community(self, activation: str) -> str:
        """Return the name of an activation's community, the id where there is none."""
        community = self.communities[self.waves[activation].community]
        return community.name or community.id

    def product(self, activation: str) -> Product:
        """Return what is sent for an activation."""
        return self.products[self.waves[activation].product]

    def product_name(self, activation: str) -> str:
        """Return what the product sent is called: its label `TITLE`, the id where there is none."""
        product = self.product(activation)
        return product.labels.get(TITLE) or product.id

    def service(self, creator: str) -> str:
        """Return the id of the service a creator's parcels go by."""
        return service_of(self.creators[creator], self.scenario).id


_ASSIGNMENT = (
    Column("creator", "Creator", "text"),
    Column("handle", "Handle", "text"),
    Column("tier", "Tier", "text"),
    Column("followers", "Followers", "count"),
    Column("community", "Community", "text"),
    Column("activation", "Activation", "text"),
    Column("mode", "Mode", "text"),
    Column("ship_on", "Ship on", "day"),
    Column("expected_delivery", "Expected delivery", "day"),
    Column("window_start", "Window starts", "day"),
    Column("window_end", "Window ends", "day"),
    Column("post_probability", "Chance of a post", "chance"),
    Column("embeddedness", "Embeddedness", "number"),
    Column("product_id", "Product", "text"),
    Column("service", "Service", "text"),
    Column("product", "Product cost", "money", total=True),
    Column("shipping", "Shipping cost", "money", total=True),
    Column("fee", "Fee", "money", total=True),
    Column("cost", "Cost", "money", total=True),
)


def assignments(scenario: Scenario, plan: Plan) -> Table:
    """Return one row per creator and activation, with all labels of the creator and of what they take part in."""
    directory = Directory(scenario)
    labels = [
        _Labels("creator", (creator.labels for creator in scenario.creators)),
        _Labels("activation", (wave.labels for wave in directory.waves.values())),
        _Labels("community", (community.labels for community in scenario.communities)),
        _Labels("product", (product.labels for product in scenario.products)),
    ]

    def row(line: Assignment) -> list[Value]:
        creator, wave = directory.creators[line.creator], directory.waves[line.activation]
        found = (
            creator.labels,
            wave.labels,
            directory.communities[wave.community].labels,
            directory.products[wave.product].labels,
        )
        return [
            *(line.creator, creator.handle, creator.tier, creator.followers, wave.community, line.activation),
            *(line.mode, line.ship_on, line.expected_delivery, line.window.start, line.window.end),
            *(line.post_probability, line.embeddedness, wave.product, directory.service(line.creator)),
            *(Decimal(amount) for amount in (line.product, line.shipping, line.fee, line.cost)),
            *_filled(labels, found),
        ]

    return Table([*_ASSIGNMENT, *_columns(labels)], [row(line) for line in plan.assignments])


_ACTIVATION = (
    Column("activation", "Activation", "text"),
    Column("community", "Community", "text"),
    Column("secured", "Secured", "flag"),
    Column("window_start", "Window starts", "day"),
    Column("window_end", "Window ends", "day"),
    Column("min_posts", "Posts needed", "count"),
    Column("confidence", "Chance asked for", "chance"),
    Column("probability", "Chance", "chance"),
    Column("expected_posts", "Posts expected", "number", total=True),
    Column("expected_posts_outside", "Posts outside the window", "number", total=True),
    Column("gifts", "Gifts", "count", total=True),
    Column("paid", "Paid", "count", total=True),
    Column("cost", "Cost", "money", total=True),
)


def activations(scenario: Scenario, plan: Plan) -> Table:
    """Return one row per activation, with its labels and those of its community."""
    directory = Directory(scenario)
    labels = [
        _Labels("activation", (wave.labels for wave in directory.waves.values())),
        _Labels("community", (community.labels for community in scenario.communities)),
    ]

    def row(result: ActivationResult) -> list[Value]:
        wave = directory.waves[result.activation]
        window = result.window
        return [
            *(result.activation, result.community, result.secured),
            *((window.start, window.end) if window else (None, None)),
            *(result.min_posts, result.confidence, result.probability),
            *(result.expected_posts, result.expected_posts_outside, result.gifts, result.paid),
            None if result.cost is None else Decimal(result.cost),
            *_filled(labels, (wave.labels, directory.communities[wave.community].labels)),
        ]

    return Table([*_ACTIVATION, *_columns(labels)], [row(result) for result in plan.activations])


_CASH = (
    Column("month", "Month", "month"),
    Column("product", "Product", "money", total=True),
    Column("shipping", "Shipping", "money", total=True),
    Column("fees", "Fees", "money", total=True),
    Column("total", "Total", "money", total=True),
)


def cash(plan: Plan) -> Table:
    """Return one row per month with any spend."""
    rows: list[list[Value]] = [
        [line.month, *(Decimal(amount) for amount in (line.product, line.shipping, line.fees, line.total))]
        for line in plan.cash
    ]
    return Table(_CASH, rows)


class _Labels:
    """The labels that things of one kind bear anywhere in the scenario, by name."""

    def __init__(self, owner: str, given: Iterable[Mapping[str, str]]):
        self.names = sorted({name for labels in given for name in labels})
        self.columns = [Column(f"{owner} label: {name}", f"{owner} label: {name}", "text") for name in self.names]


def _columns(labels: Iterable[_Labels]) -> list[Column]:
    return [column for kind in labels for column in kind.columns]


def _filled(labels: Sequence[_Labels], found: Sequence[Mapping[str, str]]) -> list[Value]:
    return [given.get(name) for kind, given in zip(labels, found, strict=True) for name in kind.names]
