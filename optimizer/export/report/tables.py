"""The tables of the report: heads and cells, each cell with what it is sorted by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimizer.answers.cash import CashMonth, CashView, Return
from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.comparison import Comparison, KeyFigures
from optimizer.answers.frontier import Frontier
from optimizer.export import statements, words
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
        _text(*total, words.money(totals.cost, plan.scenario.currency)),
        f"{statements.reading_aid(plan)} Outside the window: expected posts that come too early or too late to count.",
    )


def _activation(result: ActivationResult, names: dict[str, str], currency: str, *, years: bool) -> list[Cell]:
    community = names.get(result.community, result.community)
    if result.window is None:
        asked = [str(result.min_posts), words.NOTHING, words.chance(result.confidence)]
        empty = [words.NOTHING] * 3
        return [
            *_text(result.activation, community),
            Cell("not secured", mark=False),
            *_text(*empty, *asked, *empty[:2]),
        ]
    return [
        *_text(result.activation, community, words.window(result.window, year=years)),
        *_text(f"{result.gifts:,}", f"{result.paid:,}", f"{result.expected_posts:.1f}", str(result.min_posts)),
        Cell(words.chance(result.probability), mark=result.secured),
        *_text(words.chance(result.confidence), f"{result.expected_posts_outside:.1f}"),
        Cell(words.money(result.cost, currency)),
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
        Cell(f"paid {words.money(line.fee, currency)}" if line.mode == "paid" else "gift"),
        Cell((creator.tier if creator else None) or words.NOTHING),
        Cell(words.NOTHING if followers is None else f"{followers:,}", -1 if followers is None else followers),
        Cell(words.day(line.ship_on, year=years), line.ship_on.isoformat()),
        Cell(words.day(line.expected_delivery, year=years), line.expected_delivery.isoformat()),
        Cell(words.NOTHING if standing is None else f"{standing:.2f}", -1 if standing is None else standing),
        Cell(words.chance(line.post_probability), line.post_probability),
        Cell(words.money(line.cost, currency), float(line.cost)),
    ]


def months(lines: Sequence[CashMonth], plan: Plan, budget: str | None) -> Table:
    """Return what each month carries, against the budgets there are; `budget` is the total one."""
    currency, totals = plan.scenario.currency, plan.totals
    limited = budget is not None or any(item.cap is not None for item in lines)
    figures = ("Product", "Shipping", "Fees", "Total", *(["Budget"] if limited else []))

    def line(name: str, *amounts: str | None) -> list[Cell]:
        return _text(name, *(words.money(amount, currency) for amount in amounts[: len(figures)]))

    rows = [
        line(words.month(item.month), item.product, item.shipping, item.fees, item.total, item.cap) for item in lines
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
            words.money(part.total, currency),
            f"{part.expected_posts:.1f}",
            words.money(part.cost_per_expected_post, currency),
            f"{part.silent_gifts:.1f}",
            words.money(part.waste, currency),
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
            words.money(point.budget, currency),
            *(words.NOTHING if value is None else f"{value:,}" for value in (point.value, point.value_bound)),
            words.money(point.cost, currency),
            words.NOTHING if point.gap is None else words.gap(point.gap),
            *(f"{number:,}" for number in (len(point.secured), point.gifts, point.paid)),
            f"{point.expected_posts:.1f}",
        )
        for point in answer.points
    ]
    return Table("What each budget buys", _heads(figures, figures=figures), rows)


def certainty(price: PriceOfCertainty) -> Table:
    """Return what each activation costs at each confidence."""
    currency = price.scenario.currency
    figures = [words.chance(confidence) for confidence in price.confidences]
    rows = [
        [
            Cell(curve.activation),
            *(
                Cell("impossible" if point.status == "infeasible" else words.money(point.cost, currency))
                for point in curve.points
            ),
        ]
        for curve in price.activations
    ]
    total = _text("Sum", *(words.money(amount, currency) for amount in price.totals))
    return Table("Cost by confidence", _heads(("Activation", *figures), figures=figures), rows, total)


def comparison(answer: Comparison) -> Table:
    """Return plans side by side, figure by figure."""
    money = answer.currency

    def figures(plan: KeyFigures) -> dict[str, str]:
        return {
            "Rules": f"breaks {', '.join(map(statements.rule_words, plan.broken))}"
            if plan.broken
            else "keeps every rule",
            "Value secured": words.NOTHING if plan.value is None else f"{plan.value:,}",
            "Activations secured": f"{plan.secured:,} of {plan.activations:,}",
            "Cost": words.money(plan.cost, money),
            "Product": words.money(plan.product, money),
            "Shipping": words.money(plan.shipping, money),
            "Fees": words.money(plan.fees, money),
            "Gifts": f"{plan.gifts:,}",
            "Paid": f"{plan.paid:,}",
            "Posts expected": f"{plan.expected_posts:.1f}",
            "Chance of all secured": words.chance(plan.probability_all) if plan.secured else words.NOTHING,
            "Proven gap": words.NOTHING if plan.gap is None else words.gap(plan.gap),
        }

    sides = [figures(plan) for plan in answer.plans]
    names = [plan.name for plan in answer.plans]
    rows = [_text(name, *(side[name] for side in sides)) for name in sides[0]]
    changes = [words.change(item.cost, money) for item in answer.differences if item.cost is not None]
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
