"""Answers as tables for spreadsheets and programs: the CSV that their commands write.

A column has the name of the field it shows, and no value is computed here. Ids in one cell are separated by blanks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from optimizer.answers.cash import CashView
from optimizer.answers.certainty import CertaintyCurve, CertaintyPoint, PriceOfCertainty
from optimizer.answers.comparison import Comparison
from optimizer.answers.frontier import Frontier
from optimizer.answers.limits import CostOfLimits
from optimizer.answers.status import ActivationStatus, CampaignStatus
from optimizer.answers.together import CertaintyTogether
from optimizer.export.formatting import amount
from optimizer.export.tables import Column, Table, Value

Field = tuple[str, Callable[[Any], Value]]
"""The name of a column, and the function that reads its value from an item."""


def frontier_table(answer: Frontier) -> Table:
    """Return one row per budget."""
    fields = [
        *_money("budget"),
        *_plain("status", "value", "value_bound"),
        *_money("cost", "cost_bound"),
        *_plain("gap", "gifts", "paid", "expected_posts"),
        *_ids("secured"),
        ("next_budget", lambda point: amount(point.next_step and point.next_step.budget)),
        ("next_more", lambda point: amount(point.next_step and point.next_step.more)),
        ("next_value", lambda point: point.next_step and point.next_step.value),
        *_plain("verified"),
    ]
    return _table(fields, answer.points, answer.scenario.currency)


def certainty_table(answer: PriceOfCertainty) -> Table:
    """Return one row per activation and confidence, that of the scenario (`asked_for`) among them."""
    curves = [(curve, point) for curve in answer.activations for point in _points(curve)]
    fields: list[Field] = [
        *((name, _of(0, get)) for name, get in _plain("activation", "community", "min_posts")),
        ("asked_for", lambda pair: pair[0].confidence),
        *((name, _of(1, get)) for name, get in _plain("confidence", "status")),
        *((name, _of(1, get)) for name, get in _money("cost", "cost_bound")),
        *((name, _of(1, get)) for name, get in _plain("gap", "gifts", "paid", "probability")),
    ]
    return _table(fields, curves, answer.scenario.currency)


def _points(curve: CertaintyCurve) -> list[CertaintyPoint]:
    known = {point.confidence: point for point in ([curve.asked] if curve.asked else [])}
    return sorted((known | {point.confidence: point for point in curve.points}).values(), key=lambda p: p.confidence)


def together_table(answer: CertaintyTogether) -> Table:
    """Return one row per common confidence, the plan as asked first, without a confidence."""
    fields = [
        *_plain("confidence", "status"),
        *_money("cost", "cost_bound"),
        *_plain("gap"),
        *_money("left"),
        *_plain("probability_all", "gifts", "paid", "verified"),
    ]
    return _table(fields, [answer.asked, *answer.points], answer.scenario.currency)


def limits_table(answer: CostOfLimits) -> Table:
    """Return one row per limit that was loosened."""
    fields = [
        *_plain("limit", "subject", "pointer"),
        ("from", lambda item: None if item.from_ is None else str(item.from_)),
        ("to", lambda item: None if item.to is None else str(item.to)),
        *_plain("status", "value", "value_gain", "value_gain_bound"),
        *_money("cost", "cost_change", "cost_change_bound"),
        *_plain("gap"),
        *_ids("gained", "lost"),
        *_plain("verified", "why"),
    ]
    return _table(fields, answer.limits, answer.scenario.currency)


def comparison_table(answer: Comparison) -> Table:
    """Return one row per plan, the baseline first."""
    fields = [
        *_plain("name"),
        ("scenario", lambda plan: plan.scenario.name),
        ("status", lambda plan: plan.status if plan.searched else None),
        *_plain("verified"),
        *_ids("broken"),
        *_plain("value", "secured", "planned", "activations"),
        *_money("product", "shipping", "fees", "cost", "budget", "left"),
        *_plain("gifts", "paid", "expected_posts", "probability_all", "embeddedness"),
        ("gap", lambda plan: plan.gap if plan.searched else None),
    ]
    return _table(fields, answer.plans, answer.currency)


def cash_table(view: CashView) -> Table:
    """Return one row per day, event and activation: the finest table."""
    fields = [
        *_plain("day", "event", "activation", "community", "parcels"),
        *_money("product", "shipping", "fees", "total"),
    ]
    return _table(fields, view.entries, view.scenario.currency)


def status_table(answer: CampaignStatus) -> Table:
    """Return one row per creator and activation, beside how the activation stands."""
    standing = {item.activation: item for item in answer.activations}
    pairs = [(line, standing[line.activation]) for line in answer.creators]
    fields: list[Field] = [
        ("as_of", lambda _: answer.as_of),
        *((name, _of(0, get)) for name, get in _plain("activation", "creator", "handle", "mode", "planned", "state")),
        *((name, _of(0, get)) for name, get in _plain("shipped_on", "delivered_on", "posted_on")),
        ("presumed", _of(0, _joined("presumed"))),
        *((name, _of(0, get)) for name, get in (*_money("fee"), *_plain("chance"))),
        ("window_start", lambda pair: pair[1].window.start),
        ("window_end", lambda pair: pair[1].window.end),
        *((name, _of(1, get)) for name, get in _plain("needed", "posted", "odds", "odds_with_recourse", "decide_on")),
        ("offered", lambda pair: _offered(pair[0].creator, pair[1])),
    ]
    return _table(fields, pairs, answer.scenario.currency)


def _offered(creator: str, item: ActivationStatus) -> Value:
    """Return the fee that the rescue of an activation would offer somebody."""
    offers = item.rescue.offers if item.rescue else []
    return next((amount(offer.fee) for offer in offers if offer.creator == creator), None)


def _table(fields: Sequence[Field], items: Iterable[Any], currency: str) -> Table:
    columns = [Column(name, name, "text") for name, _ in (*fields, ("currency", None))]
    return Table(columns, [[*(get(item) for _, get in fields), currency] for item in items])


def _plain(*names: str) -> list[Field]:
    return [(name, attrgetter(name)) for name in names]


def _money(*names: str) -> list[Field]:
    return [(name, _of_money(name)) for name in names]


def _ids(*names: str) -> list[Field]:
    return [(name, _joined(name)) for name in names]


def _of_money(name: str) -> Callable[[Any], Value]:
    return lambda item: amount(getattr(item, name))


def _joined(name: str) -> Callable[[Any], Value]:
    return lambda item: " ".join(getattr(item, name))


def _of(place: int, get: Callable[[Any], Value]) -> Callable[[Any], Value]:
    return lambda pair: get(pair[place])
