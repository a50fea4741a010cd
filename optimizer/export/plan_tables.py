"""A plan as tables, for CSV files, workbooks and pages.

Every value is a field of the plan or the scenario; none is computed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from optimizer.export.formatting import amount
from optimizer.export.tables import Column, Judged, Table, Value
from optimizer.plan import ActivationResult, Assignment, CashLine, Plan
from optimizer.scenario.fields import Product
from optimizer.scenario.models import Community, Creator, Scenario
from optimizer.scenario.semantics import Wave, service_of, waves

TITLE = "title"
"""The label of a product with its name for people."""


class Directory:
    """Looks up what the ids of a plan stand for."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.creators: Mapping[str, Creator] = {creator.id: creator for creator in scenario.creators}
        self.waves: Mapping[str, Wave] = {wave.id: wave for wave in waves(scenario)}
        self.communities: Mapping[str, Community] = {community.id: community for community in scenario.communities}
        self.products: Mapping[str, Product] = {product.id: product for product in scenario.products}

    def handle(self, creator: str) -> str:
        """Return the handle of a creator, or the id."""
        return self.creators[creator].handle or creator

    def community(self, activation: str) -> str:
        """Return the name of an activation's community, or its id."""
        community = self.communities[self.waves[activation].community]
        return community.name or community.id

    def product(self, activation: str) -> Product:
        """Return the product of an activation."""
        return self.products[self.waves[activation].product]

    def product_name(self, activation: str) -> str:
        """Return the name of an activation's product: its label `TITLE`, or its id."""
        product = self.product(activation)
        return product.labels.get(TITLE) or product.id

    def service(self, creator: str) -> str:
        """Return the id of the shipping service of a creator."""
        return service_of(self.creators[creator], self.scenario).id


def names_of(scenario: Scenario) -> dict[str, str]:
    """Return what each activation is called: its community's name, with its id where the community has several."""
    every = waves(scenario)
    several = Counter(wave.community for wave in every)
    names = {community.id: community.name or community.id for community in scenario.communities}
    return {wave.id: names[wave.community] + (f" ({wave.id})" if several[wave.community] > 1 else "") for wave in every}


DAYS = (
    Column("ship_on", "Ship on", "day"),
    Column("expected_delivery", "Expected delivery", "day"),
    Column("window_start", "Window starts", "day"),
    Column("window_end", "Window ends", "day"),
)
"""The days of an assignment."""
_ASSIGNMENT = (
    Column("creator", "Creator", "text"),
    Column("handle", "Handle", "text"),
    Column("tier", "Tier", "text"),
    Column("followers", "Followers", "count"),
    Column("community", "Community", "text"),
    Column("activation", "Activation", "text"),
    Column("mode", "Mode", "text"),
    *DAYS,
    Column("post_probability", "Chance of a post", "probability"),
    Column("embeddedness", "Embeddedness", "number"),
    Column("product_id", "Product", "text"),
    Column("service", "Service", "text"),
    Column("product", "Product cost", "money", total=True),
    Column("shipping", "Shipping cost", "money", total=True),
    Column("fee", "Fee", "money", total=True),
    Column("cost", "Cost", "money", total=True, parts=("product", "shipping", "fee")),
)


def assignments(scenario: Scenario, plan: Plan) -> Table:
    """Return one row per assignment, with all labels of its creator, activation, community and product."""
    directory = Directory(scenario)
    labels = [
        _Labels("creator", (creator.labels for creator in scenario.creators)),
        _Labels("activation", (wave.labels for wave in directory.waves.values())),
        _Labels("community", (community.labels for community in scenario.communities)),
        _Labels("product", (product.labels for product in scenario.products)),
    ]

    def row(line: Assignment) -> list[Value]:
        creator, wave = directory.creators[line.creator], directory.waves[line.activation]
        given = (
            creator.labels,
            wave.labels,
            directory.communities[wave.community].labels,
            directory.products[wave.product].labels,
        )
        return [
            *(line.creator, creator.handle, creator.tier, creator.followers, wave.community, line.activation),
            *(line.mode, line.ship_on, line.expected_delivery, line.window.start, line.window.end),
            *(line.post_probability, line.embeddedness, wave.product, directory.service(line.creator)),
            *map(amount, (line.product, line.shipping, line.fee, line.cost)),
            *_filled(labels, given),
        ]

    return Table([*_ASSIGNMENT, *_columns(labels)], [row(line) for line in plan.assignments])


_ACTIVATION = (
    Column("activation", "Activation", "text"),
    Column("community", "Community", "text"),
    Column("secured", "Secured", "flag"),
    Column("window_start", "Window starts", "day"),
    Column("window_end", "Window ends", "day"),
    Column("min_posts", "Posts needed", "count"),
    Column("confidence", "Chance asked for", "probability"),
    Column("probability", "Chance", "probability"),
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
            amount(result.cost),
            *_filled(labels, (wave.labels, directory.communities[wave.community].labels)),
        ]

    return Table([*_ACTIVATION, *_columns(labels)], [row(result) for result in plan.activations])


SPENT = (
    Column("product", "Product", "money", total=True),
    Column("shipping", "Shipping", "money", total=True),
    Column("fees", "Fees", "money", total=True),
    Column("total", "Total", "money", total=True, parts=("product", "shipping", "fees")),
)
"""What money is spent on, and all of it."""
_BUDGET = Column("cap", "Budget", "money")


def months(
    lines: Sequence[CashLine],
    totals: Sequence[str | None] = (),
    *,
    title: str = "Month",
    budget: str | None = None,
    judged: bool = False,
) -> Table:
    """Return one row per month with any spend, with its budget where any month, or the whole, has one.

    Parameters
    ----------
    totals
        Sums of product, shipping, fees and of all three, for the line of totals; empty for none.
    title
        Heading of the months for people.
    budget
        The total budget, for the line of totals.
    judged
        Whether budgets are marked as kept or broken.
    """
    caps = [line.cap for line in lines]
    capped = budget is not None or any(cap is not None for cap in caps)

    def row(name: str, spent: Sequence[str | None], cap: str | None) -> list[Value]:
        return [name, *map(amount, spent), *([_limit(spent[-1], cap, judged=judged)] if capped else [])]

    return Table(
        [Column("month", title, "month"), *SPENT, *([_BUDGET] if capped else [])],
        [
            row(line.month, (line.product, line.shipping, line.fees, line.total), cap)
            for line, cap in zip(lines, caps, strict=True)
        ],
        row("Total", totals, budget) if totals else (),
    )


def _limit(spent: str | None, cap: str | None, *, judged: bool) -> Value:
    limit, total = amount(cap), amount(spent)
    return Judged(limit, total <= limit) if judged and limit is not None and total is not None else limit


class _Labels:
    """The names of all labels that creators, activations, communities or products of a scenario have."""

    def __init__(self, owner: str, given: Iterable[Mapping[str, str]]):
        self.names = sorted({name for labels in given for name in labels})
        self.columns = [Column(f"{owner} label: {name}", f"{owner} label: {name}", "text") for name in self.names]


def _columns(labels: Iterable[_Labels]) -> list[Column]:
    return [column for kind in labels for column in kind.columns]


def _filled(labels: Sequence[_Labels], given: Sequence[Mapping[str, str]]) -> list[Value]:
    return [own.get(name) for kind, own in zip(labels, given, strict=True) for name in kind.names]
