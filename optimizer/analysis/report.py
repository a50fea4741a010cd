"""Decisions → Plan: every figure recomputed from the scenario, none read off the solver.

Describes computed and hand-made plans alike, decisions that break a rule included.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from optimizer.chance.tail import SECURE_TOLERANCE, distribution, joint_distribution
from optimizer.derive.posting import PostingModel, rate_model
from optimizer.money import decimals, from_minor, to_minor
from optimizer.plan import ActivationResult, Assignment, CashLine, Totals, Window
from optimizer.scenario.fields import Mode
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import Wave, embeddedness, service_of, shipping_calendar, waves


@dataclass(frozen=True)
class Decision:
    """One creator in one activation, by id, and the day their parcel leaves."""

    creator: str
    activation: str
    mode: Mode
    ship_on: date


@dataclass(frozen=True)
class Line:
    """A decision with its figures: chances at the middle of the rate band, amounts in minor units."""

    decision: Decision
    window: Window
    expected_delivery: date
    inside: float
    outside: float
    embeddedness: float | None
    product_minor: int
    shipping_minor: int
    fee_minor: int

    @property
    def cost_minor(self) -> int:
        """Product + shipping + fee."""
        return self.product_minor + self.shipping_minor + self.fee_minor


@dataclass(frozen=True)
class Figures:
    """The parts of a plan that follow from its decisions alone."""

    totals: Totals
    activations: list[ActivationResult]
    assignments: list[Assignment]
    cash: list[CashLine]
    value: int
    cost_minor: int
    embeddedness: float


def figures(scenario: Scenario, decisions: Sequence[Decision], starts: Mapping[str, date]) -> Figures:
    """Return all figures of a set of decisions.

    Parameters
    ----------
    decisions
        Creators and activations of the scenario only; at most one per creator and activation.
    starts
        Start of the window of every activation that has one.
    """
    return _Describer(scenario, decisions, starts).figures()


def lines(scenario: Scenario, decisions: Sequence[Decision], starts: Mapping[str, date]) -> list[Line]:
    """Return decisions with their figures, in the order of a plan's assignments; parameters as for `figures`."""
    return _Describer(scenario, decisions, starts).lines


@dataclass
class _Describer:
    scenario: Scenario
    decisions: Sequence[Decision]
    starts: Mapping[str, date]

    @cached_property
    def digits(self) -> int:
        return decimals(self.scenario.currency)

    @cached_property
    def posting(self) -> PostingModel:
        services = {service.id: service for service in self.scenario.shipping.services}
        return PostingModel(self.scenario.posting, shipping_calendar(self.scenario), services)

    @cached_property
    def waves(self) -> dict[str, Wave]:
        return {wave.id: wave for wave in waves(self.scenario)}

    @cached_property
    def creators(self) -> dict[str, Creator]:
        return {creator.id: creator for creator in self.scenario.creators}

    @cached_property
    def lines(self) -> list[Line]:
        order = {wave: index for index, wave in enumerate(self.waves)}
        ranked = sorted(self.decisions, key=lambda item: (order[item.activation], item.ship_on, item.creator))
        return [self.line(decision) for decision in ranked]

    def money(self, minor: int) -> str:
        return from_minor(minor, self.digits)

    def window(self, wave: Wave) -> Window | None:
        start = self.starts.get(wave.id)
        return None if start is None else Window(start=start, end=wave.end_of(start))

    def line(self, decision: Decision) -> Line:
        wave, creator = self.waves[decision.activation], self.creators[decision.creator]
        start = self.starts[decision.activation]
        end = wave.end_of(start)
        service = service_of(creator, self.scenario)
        inside, outside = self._chances(creator, service.id, decision, start, end)
        whole, rest = self.posting.mean_delivery(service.id, decision.ship_on)
        product = next(item for item in self.scenario.products if item.id == wave.product)
        fee = creator.paid_fee if decision.mode == "paid" else None
        return Line(
            decision,
            Window(start=start, end=end),
            whole + timedelta(days=1 if rest else 0),
            inside,
            outside,
            embeddedness(creator),
            to_minor(product.unit_cost, self.digits),
            to_minor(service.cost, self.digits),
            0 if fee is None else to_minor(fee, self.digits),
        )

    def _chances(
        self, creator: Creator, service: str, decision: Decision, start: date, end: date
    ) -> tuple[float, float]:
        """Return the chances of a post inside and outside of the window, at the middle of the rate band."""
        posting = self.scenario.posting
        if decision.mode == "paid":
            rate = posting.paid_reliability if creator.paid_reliability is None else creator.paid_reliability
            inside = self.posting.paid(service, decision.ship_on, end)
            return rate * inside, rate * max(0.0, 1 - inside)
        middle = (posting.organic_rate.low + posting.organic_rate.high) / 2
        rate = middle if creator.organic_rate is None else creator.organic_rate
        return (
            rate * self.posting.gift(service, decision.ship_on, start, end),
            rate * self.posting.gift_outside(service, decision.ship_on, start, end),
        )

    def of(self, wave_id: str) -> list[Line]:
        return [line for line in self.lines if line.decision.activation == wave_id]

    def activation(self, wave: Wave) -> ActivationResult:
        lines = self.of(wave.id)
        gifts, paid = _chances_by_mode(lines)
        rates = rate_model(self.scenario.posting)
        counts = [_unit(p) for p in distribution(gifts, paid, rates)]
        probability = _unit(math.fsum(counts[wave.min_posts :]))
        mean = mean_rate(self.scenario)
        return ActivationResult(
            activation=wave.id,
            community=wave.community,
            secured=bool(lines) and probability >= wave.confidence - SECURE_TOLERANCE,
            window=self.window(wave),
            min_posts=wave.min_posts,
            confidence=wave.confidence,
            probability=probability,
            expected_posts=math.fsum(gifts) * mean + math.fsum(paid),
            expected_posts_outside=math.fsum(
                line.outside * (mean if line.decision.mode == "gift" else 1.0) for line in lines
            ),
            post_distribution=counts,
            gifts=len(gifts),
            paid=len(paid),
            cost=self.money(sum(line.cost_minor for line in lines)),
        )

    def figures(self) -> Figures:
        results = [self.activation(wave) for wave in self.waves.values()]
        secured = [result for result in results if result.secured]
        selections = [(*_chances_by_mode(self.of(item.activation)), item.min_posts) for item in secured]
        joint = [_unit(p) for p in joint_distribution(selections, rate_model(self.scenario.posting))]
        cost = sum(line.cost_minor for line in self.lines)
        totals = Totals(
            cost=self.money(cost),
            product=self.money(sum(line.product_minor for line in self.lines)),
            shipping=self.money(sum(line.shipping_minor for line in self.lines)),
            fees=self.money(sum(line.fee_minor for line in self.lines)),
            **budget_and_left(self.scenario, cost),
            gifts=sum(result.gifts for result in results),
            paid=sum(result.paid for result in results),
            expected_posts=math.fsum(result.expected_posts for result in results),
            probability_all=joint[-1] if secured else None,
            secured_distribution=joint,
        )
        return Figures(
            totals,
            results,
            [self._assignment(line) for line in self.lines],
            self._cash(),
            sum(self.waves[item.activation].value for item in secured),
            cost,
            math.fsum(line.embeddedness or 0.0 for line in self.lines),
        )

    def _assignment(self, line: Line) -> Assignment:
        return Assignment(
            creator=line.decision.creator,
            activation=line.decision.activation,
            mode=line.decision.mode,
            ship_on=line.decision.ship_on,
            expected_delivery=line.expected_delivery,
            window=line.window,
            post_probability=_unit(line.inside),
            embeddedness=line.embeddedness,
            product=self.money(line.product_minor),
            shipping=self.money(line.shipping_minor),
            fee=self.money(line.fee_minor),
            cost=self.money(line.cost_minor),
        )

    def _cash(self) -> list[CashLine]:
        """Product and shipping in the month of the ship day, fees in the month the window ends in."""
        months: dict[str, list[int]] = {}
        for line in self.lines:
            shipped = months.setdefault(line.decision.ship_on.strftime("%Y-%m"), [0, 0, 0])
            shipped[0] += line.product_minor
            shipped[1] += line.shipping_minor
            if line.fee_minor:
                months.setdefault(line.window.end.strftime("%Y-%m"), [0, 0, 0])[2] += line.fee_minor
        return [
            CashLine(
                month=month,
                product=self.money(parts[0]),
                shipping=self.money(parts[1]),
                fees=self.money(parts[2]),
                total=self.money(sum(parts)),
                cap=amount_of((self.scenario.budget.monthly or {}).get(month), self.digits),
            )
            for month, parts in sorted(months.items())
            if sum(parts)
        ]


def amount_of(amount: Decimal | None, digits: int) -> str | None:
    """Return an amount of the scenario as the decimal string a plan shows, None for none."""
    return None if amount is None else from_minor(to_minor(amount, digits), digits)


def budget_and_left(scenario: Scenario, cost_minor: int | None) -> dict[str, str | None]:
    """Return the total budget and what a plan of this cost leaves of it; both None where there is none."""
    digits, total = decimals(scenario.currency), scenario.budget.total
    left = None if total is None or cost_minor is None else from_minor(to_minor(total, digits) - cost_minor, digits)
    return {"budget": amount_of(total, digits), "left": left}


def _chances_by_mode(lines: Sequence[Line]) -> tuple[list[float], list[float]]:
    gifts = [line.inside for line in lines if line.decision.mode == "gift"]
    paid = [line.inside for line in lines if line.decision.mode == "paid"]
    return gifts, paid


def mean_rate(scenario: Scenario) -> float:
    """Return the mean of r = ρ / mid under the rate model."""
    rates = rate_model(scenario.posting)
    return (rates.low + rates.high) / 2


def _unit(probability: float) -> float:
    """Return a probability with rounding noise beyond [0, 1] cut off."""
    return min(1.0, max(0.0, float(probability)))
