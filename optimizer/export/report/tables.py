"""The tables of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.answers.cash import CashMonth, CashView, Return
from optimizer.answers.certainty import CertaintyPoint, PriceOfCertainty
from optimizer.answers.comparison import Comparison, KeyFigures
from optimizer.answers.frontier import Frontier
from optimizer.export import formatting, plan_tables, statements
from optimizer.export.formatting import amount, shown
from optimizer.export.report.report_table import ReportTable
from optimizer.export.tables import Column, Judged, Kind, Table, Value
from optimizer.plan import ActivationResult, Assignment, Plan
from optimizer.scenario.models import Creator, Scenario


def _columns(*columns: tuple[str, Kind]) -> list[Column]:
    return [Column(title, title, kind) for title, kind in columns]


_ACTIVATION = _columns(
    ("Activation", "text"),
    ("Community", "text"),
    ("Window", "text"),
    ("Gifts", "count"),
    ("Paid", "count"),
    ("Posts expected", "number"),
    ("Posts needed", "count"),
    ("Chance", "probability"),
    ("Asked for", "probability"),
    ("Outside the window", "number"),
    ("Cost", "money"),
)


def activations(plan: Plan, scenario: Scenario) -> ReportTable:
    """Return the activations of the plan."""
    names = {community.id: community.name or community.id for community in scenario.communities}
    years = _years(scenario)
    totals = plan.totals
    sums: list[Value] = [totals.gifts, totals.paid, totals.expected_posts, "", "", "", "", amount(totals.cost)]
    rows = [_activation(result, names, years=years) for result in plan.activations]
    return ReportTable(
        "Activations",
        Table(_ACTIVATION, rows, ["Total", "", "", *sums]),
        plan.scenario.currency,
        f"{statements.reading_aid(plan)} Outside the window: expected posts that come too early or too late to count.",
    )


def _activation(result: ActivationResult, names: Mapping[str, str], *, years: bool) -> list[Value]:
    row: list[Value] = [result.activation, names.get(result.community, result.community)]
    if result.window is None:
        unplanned: list[Value] = [Judged("not secured", good=False), None, None, None]
        return [*row, *unplanned, result.min_posts, None, result.confidence, None, None]
    return [
        *row,
        formatting.window(result.window, year=years),
        *(result.gifts, result.paid, result.expected_posts, result.min_posts),
        Judged(result.probability, result.secured),
        *(result.confidence, result.expected_posts_outside, amount(result.cost)),
    ]


_CREATOR = [
    *_columns(("Creator", "text"), ("Activation", "text"), ("Mode", "text"), ("Tier", "text"), ("Followers", "count")),
    *_columns(("Ships on", "day"), ("Delivery expected", "day")),
    Column("Embeddedness", "Embeddedness", "number", digits=2),
    *_columns(("Chance of a post", "probability"), ("Cost", "money")),
]


def creators(plan: Plan, scenario: Scenario) -> ReportTable:
    """Return the assignments, to be sorted and searched."""
    by_id = {creator.id: creator for creator in scenario.creators}
    currency = plan.scenario.currency
    table = Table(_CREATOR, [_creator(line, by_id.get(line.creator), currency) for line in plan.assignments])
    note = "Chance of a post: inside the window, at the middle of the rate band. Followers decide nothing."
    return ReportTable("Creators", table, currency, note, years=_years(scenario), searched=True)


def _creator(line: Assignment, creator: Creator | None, currency: str) -> list[Value]:
    handle = line.creator if creator is None or creator.handle is None else creator.handle
    return [
        handle if handle == line.creator else f"{handle} ({line.creator})",
        line.activation,
        f"paid {formatting.money(line.fee, currency)}" if line.mode == "paid" else "gift",
        (creator.tier if creator else None) or None,
        creator.followers if creator else None,
        *(line.ship_on, line.expected_delivery, line.embeddedness, line.post_probability, amount(line.cost)),
    ]


def _years(scenario: Scenario) -> bool:
    return scenario.horizon.start.year != scenario.horizon.end.year


def months(lines: Sequence[CashMonth], plan: Plan, budget: str | None) -> ReportTable:
    """Return the spend by month beside the budgets there are; `budget` is the total one."""
    totals = plan.totals
    sums = (totals.product, totals.shipping, totals.fees, totals.cost)
    return ReportTable("Money by month", plan_tables.months(lines, sums, budget=budget), plan.scenario.currency)


_RETURN = _columns(
    ("Community", "text"),
    ("Gifts", "count"),
    ("Paid", "count"),
    ("Cost", "money"),
    ("Posts expected", "number"),
    ("Cost per post", "money"),
    ("Silent gifts", "number"),
    ("Lost on them", "money"),
)


def returns(view: CashView) -> ReportTable:
    """Return what the spend on each community is expected to bring."""

    def row(name: str, part: Return) -> list[Value]:
        per_post, waste = amount(part.cost_per_expected_post), amount(part.waste)
        return [
            *(name, part.gifts, part.paid, amount(part.total), part.expected_posts),
            *(per_post, part.silent_gifts, waste),
        ]

    return ReportTable(
        "What the money is expected to bring",
        Table(_RETURN, [row(item.name, item) for item in view.communities], row("Total", view.totals)),
        view.scenario.currency,
        "Silent: gifts expected to lead to no post at all, inside or outside; lost: the product and shipping of these.",
    )


_POINT = _columns(
    ("Budget", "money"),
    ("Value", "count"),
    ("At most", "count"),
    ("Least cost", "money"),
    ("Gap", "gap"),
    ("Secured", "count"),
    ("Gifts", "count"),
    ("Paid", "count"),
    ("Posts expected", "number"),
    ("Gained and lost", "text"),
)


def frontier(answer: Frontier, names: Mapping[str, str] | None = None) -> ReportTable:
    """Return what each budget buys, and what it gains and loses beside the one before; `names` are of activations."""
    rows: list[list[Value]] = []
    before: list[str] = []
    for point in answer.points:
        changes = [f"+ {name}" for name in point.secured if name not in before]
        changes += [f"− {name}" for name in before if name not in point.secured]
        named = [f"{change[:2]}{(names or {}).get(change[2:], change[2:])}" for change in changes]
        before = point.secured
        rows.append(
            [
                *(amount(point.budget), point.value, point.value_bound, amount(point.cost), point.gap),
                *(len(point.secured), point.gifts, point.paid, point.expected_posts, ", ".join(named) or None),
            ]
        )
    return ReportTable("What each budget buys", Table(_POINT, rows), answer.scenario.currency)


def certainty(price: PriceOfCertainty) -> ReportTable:
    """Return what each activation costs at each confidence."""
    costs: list[tuple[str, Kind]] = [(formatting.probability(confidence), "money") for confidence in price.confidences]
    asked = any(curve.asked is not None for curve in price.activations)
    first: list[tuple[str, Kind]] = [("As asked", "money")] if asked else []
    rows: list[list[Value]] = [
        [
            curve.activation,
            *([_priced(curve.asked)] if asked else []),
            *(_priced(point) for point in curve.points),
        ]
        for curve in price.activations
    ]
    sums = [*([amount(price.asked_total)] if asked else []), *map(amount, price.totals)]
    table = Table(_columns(("Activation", "text"), *first, *costs), rows, ["Sum", *sums])
    return ReportTable("Cost by confidence", table, price.scenario.currency)


def _priced(point: CertaintyPoint | None) -> Value:
    """Return the cost of a point; why there is none where that is proven."""
    if point is None:
        return None
    return "impossible" if point.status == "infeasible" else amount(point.cost)


_COMPARED = {
    column.title: column
    for column in _columns(
        ("Rules", "text"),
        ("Value secured", "count"),
        ("Activations secured", "figure"),
        ("Cost", "money"),
        ("Product", "money"),
        ("Shipping", "money"),
        ("Fees", "money"),
        ("Budget", "money"),
        ("Left of it", "figure"),
        ("Gifts", "count"),
        ("Paid", "count"),
        ("Posts expected", "number"),
        ("Chance of all secured", "probability"),
        ("Proven gap", "gap"),
    )
}
"""The figures that are compared, each a line of the table."""


def comparison(answer: Comparison) -> ReportTable:
    """Return plans side by side, figure by figure."""
    sides = [dict(zip(_COMPARED, _compared(plan, answer.currency), strict=True)) for plan in answer.plans]
    plans: list[tuple[str, Kind]] = [(plan.name, "figure") for plan in answer.plans]
    rows = [
        [title, *(shown(side[title], column, answer.currency) for side in sides)] for title, column in _COMPARED.items()
    ]
    changes = [formatting.change(item.cost, answer.currency) for item in answer.differences if item.cost is not None]
    note = f"Cost beside the baseline: {', '.join(changes)}." if changes else ""
    return ReportTable("Plans side by side", Table(_columns(("", "text"), *plans), rows), answer.currency, note)


def _compared(plan: KeyFigures, currency: str) -> list[Value]:
    broken = ", ".join(map(statements.rule_words, plan.broken))
    return [
        f"breaks {broken}" if broken else "keeps every rule",
        *(plan.value, f"{plan.secured:,} of {plan.activations:,}"),
        *map(amount, (plan.cost, plan.product, plan.shipping, plan.fees, plan.budget)),
        formatting.balance(plan.left, currency),
        *(plan.gifts, plan.paid, plan.expected_posts, plan.probability_all),
        formatting.proven_gap(plan.gap, verified=plan.verified and plan.searched),
    ]


def checks(plan: Plan) -> ReportTable:
    """Return the judgement of the verifier, rule by rule."""
    rows: list[list[Value]] = [
        [statements.rule_words(check.rule), Judged("kept" if check.ok else "BROKEN", check.ok), check.detail]
        for check in plan.certificate.checks
    ]
    columns = _columns(("Rule", "text"), ("Judgement", "text"), ("What was compared", "text"))
    return ReportTable("Every rule, judged independently", Table(columns, rows))
