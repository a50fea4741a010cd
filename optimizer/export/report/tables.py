"""The tables of the report: heads and cells, each cell with what it is sorted by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimizer.answers.cash import CashMonth, CashView, Return
from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.comparison import Comparison, KeyFigures
from optimizer.answers.frontier import Frontier
from optimizer.export import formatting, statements
from optimizer.plan import ActivationResult, Assignment, Plan
from optimizer.scenario.models import Creator, Scenario

DATES = ("Window", "Ships on", "Delivery expected")
NAMES = ("Activation", "Creator", "Community")


@dataclass(frozen=True)
class Cell:
    """What a cell says; `key` is what it is sorted by, `mark` whether it says something good or bad."""

    text: str
    key: str | float | None = None
    mark: bool | None = None


@dataclass(frozen=True)
class Column:
    """A head; figures are set to the right, neither they nor dates break into lines, and names have some room."""

    head: str
    figures: bool = False

    @property
    def style(self) -> str:
        """What the cells of the column are, for the style sheet."""
        if self.figures:
            return "figure"
        return "whole" if self.head in DATES else "name" if self.head in NAMES else ""


@dataclass(frozen=True)
class Table:
    """Rows under heads, the first cell of a row being its name; `total` is the last line."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    note: str = ""
    searched: bool = False


def _text(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def _heads(names: Iterable[str], *, figures: Iterable[str] = ()) -> list[Column]:
    right = set(figures)
    return [Column(name, name in right) for name in names]


def activations(plan: Plan, scenario: Scenario) -> Table:
    """Return what becomes of each activation."""
    names = {community.id: community.name or community.id for community in scenario.communities}
    years = scenario.horizon.start.year != scenario.horizon.end.year
    figures = ("Gifts", "Paid", "Posts expected", "Posts needed", "Chance", "Asked for", "Outside the window", "Cost")
    totals = plan.totals
    total = ["Total", "", "", f"{totals.gifts:,}", f"{totals.paid:,}", f"{totals.expected_posts:.1f}", "", "", "", ""]
    return Table(
        "Activations",
        _heads(("Activation", "Community", "Window", *figures), figures=figures),
        [_activation(result, names, plan.scenario.currency, years=years) for result in plan.activations],
        _text(*total, formatting.money(totals.cost, plan.scenario.currency)),
        f"{statements.reading_aid(plan)} Outside the window: expected posts that come too early or too late to count.",
    )


def _activation(result: ActivationResult, names: dict[str, str], currency: str, *, years: bool) -> list[Cell]:
    community = names.get(result.community, result.community)
    if result.window is None:
        asked = [str(result.min_posts), formatting.NOTHING, formatting.probability(result.confidence)]
        empty = [formatting.NOTHING] * 3
        return [
            *_text(result.activation, community),
            Cell("not secured", mark=False),
            *_text(*empty, *asked, *empty[:2]),
        ]
    return [
        *_text(result.activation, community, formatting.window(result.window, year=years)),
        *_text(f"{result.gifts:,}", f"{result.paid:,}", f"{result.expected_posts:.1f}", str(result.min_posts)),
        Cell(formatting.probability(result.probability), mark=result.secured),
        *_text(formatting.probability(result.confidence), f"{result.expected_posts_outside:.1f}"),
        Cell(formatting.money(result.cost, currency)),
    ]


def creators(plan: Plan, scenario: Scenario) -> Table:
    """Return who is part of which activation, to be sorted and searched."""
    known = {creator.id: creator for creator in scenario.creators}
    figures = ("Followers", "Embeddedness", "Chance of a post", "Cost")
    heads = ("Creator", "Activation", "Mode", "Tier", "Followers", "Ships on", "Delivery expected", *figures[1:])
    currency = plan.scenario.currency
    years = scenario.horizon.start.year != scenario.horizon.end.year
    rows = [_creator(line, known.get(line.creator), currency, years=years) for line in plan.assignments]
    note = "Chance of a post: inside the window, at the middle of the rate band. Followers decide nothing."
    return Table("Creators", _heads(heads, figures=figures), rows, note=note, searched=True)


def _creator(line: Assignment, creator: Creator | None, currency: str, *, years: bool) -> list[Cell]:
    handle = line.creator if creator is None or creator.handle is None else creator.handle
    followers = creator.followers if creator else None
    standing = line.embeddedness
    return [
        Cell(handle if handle == line.creator else f"{handle} ({line.creator})"),
        Cell(line.activation),
        Cell(f"paid {formatting.money(line.fee, currency)}" if line.mode == "paid" else "gift"),
        Cell((creator.tier if creator else None) or formatting.NOTHING),
        Cell(formatting.NOTHING if followers is None else f"{followers:,}", -1 if followers is None else followers),
        Cell(formatting.day(line.ship_on, year=years), line.ship_on.isoformat()),
        Cell(formatting.day(line.expected_delivery, year=years), line.expected_delivery.isoformat()),
        Cell(formatting.NOTHING if standing is None else f"{standing:.2f}", -1 if standing is None else standing),
        Cell(formatting.probability(line.post_probability), line.post_probability),
        Cell(formatting.money(line.cost, currency), float(line.cost)),
    ]


def months(lines: Sequence[CashMonth], plan: Plan, budget: str | None) -> Table:
    """Return what each month carries, against the budgets there are; `budget` is the total one."""
    currency, totals = plan.scenario.currency, plan.totals
    limited = budget is not None or any(item.cap is not None for item in lines)
    figures = ("Product", "Shipping", "Fees", "Total", *(["Budget"] if limited else []))

    def line(name: str, *amounts: str | None) -> list[Cell]:
        return _text(name, *(formatting.money(amount, currency) for amount in amounts[: len(figures)]))

    rows = [
        line(formatting.month(item.month), item.product, item.shipping, item.fees, item.total, item.cap)
        for item in lines
    ]
    total = line("Total", totals.product, totals.shipping, totals.fees, totals.cost, budget)
    return Table("Money by month", _heads(("Month", *figures), figures=figures), rows, total)


def returns(view: CashView) -> Table:
    """Return what the money of each community is expected to bring."""
    currency = view.scenario.currency
    figures = ("Gifts", "Paid", "Cost", "Posts expected", "Cost per post", "Silent gifts", "Lost on them")

    def line(name: str, part: Return) -> list[Cell]:
        return _text(
            name,
            f"{part.gifts:,}",
            f"{part.paid:,}",
            formatting.money(part.total, currency),
            f"{part.expected_posts:.1f}",
            formatting.money(part.cost_per_expected_post, currency),
            f"{part.silent_gifts:.1f}",
            formatting.money(part.waste, currency),
        )

    return Table(
        "What the money is expected to bring",
        _heads(("Community", *figures), figures=figures),
        [line(item.name, item) for item in view.communities],
        line("Total", view.totals),
        "Silent: gifts expected to lead to no post at all, inside or outside; lost: the product and shipping of these.",
    )


def frontier(answer: Frontier) -> Table:
    """Return what each budget buys."""
    currency = answer.scenario.currency
    figures = ("Budget", "Value", "At most", "Least cost", "Gap", "Secured", "Gifts", "Paid", "Posts expected")
    rows = [
        _text(
            formatting.money(point.budget, currency),
            *(formatting.NOTHING if value is None else f"{value:,}" for value in (point.value, point.value_bound)),
            formatting.money(point.cost, currency),
            formatting.NOTHING if point.gap is None else formatting.gap(point.gap),
            *(f"{number:,}" for number in (len(point.secured), point.gifts, point.paid)),
            f"{point.expected_posts:.1f}",
        )
        for point in answer.points
    ]
    return Table("What each budget buys", _heads(figures, figures=figures), rows)


def certainty(price: PriceOfCertainty) -> Table:
    """Return what each activation costs at each confidence."""
    currency = price.scenario.currency
    figures = [formatting.probability(confidence) for confidence in price.confidences]
    rows = [
        [
            Cell(curve.activation),
            *(
                Cell("impossible" if point.status == "infeasible" else formatting.money(point.cost, currency))
                for point in curve.points
            ),
        ]
        for curve in price.activations
    ]
    total = _text("Sum", *(formatting.money(amount, currency) for amount in price.totals))
    return Table("Cost by confidence", _heads(("Activation", *figures), figures=figures), rows, total)


def comparison(answer: Comparison) -> Table:
    """Return plans side by side, figure by figure."""
    money = answer.currency

    def figures(plan: KeyFigures) -> dict[str, str]:
        return {
            "Rules": f"breaks {', '.join(map(statements.rule_words, plan.broken))}"
            if plan.broken
            else "keeps every rule",
            "Value secured": formatting.NOTHING if plan.value is None else f"{plan.value:,}",
            "Activations secured": f"{plan.secured:,} of {plan.activations:,}",
            "Cost": formatting.money(plan.cost, money),
            "Product": formatting.money(plan.product, money),
            "Shipping": formatting.money(plan.shipping, money),
            "Fees": formatting.money(plan.fees, money),
            "Gifts": f"{plan.gifts:,}",
            "Paid": f"{plan.paid:,}",
            "Posts expected": f"{plan.expected_posts:.1f}",
            "Chance of all secured": formatting.probability(plan.probability_all)
            if plan.secured
            else formatting.NOTHING,
            "Proven gap": formatting.NOTHING if plan.gap is None else formatting.gap(plan.gap),
        }

    sides = [figures(plan) for plan in answer.plans]
    names = [plan.name for plan in answer.plans]
    rows = [_text(name, *(side[name] for side in sides)) for name in sides[0]]
    changes = [formatting.change(item.cost, money) for item in answer.differences if item.cost is not None]
    note = f"Cost beside the baseline: {', '.join(changes)}." if changes else ""
    return Table("Plans side by side", _heads(("", *names), figures=names), rows, note=note)


def checks(plan: Plan) -> Table:
    """Return the verifier's judgement, rule by rule."""
    rows = [
        [
            Cell(statements.rule_words(check.rule)),
            Cell("kept" if check.ok else "BROKEN", mark=check.ok),
            Cell(check.detail),
        ]
        for check in plan.certificate.checks
    ]
    return Table("Every rule, judged independently", _heads(("Rule", "Judgement", "What was compared")), rows)
