"""The status of a campaign: odds, decision days and rescues per activation, the state of everybody, and the money."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from optimizer.answers.status import (
    ActivationStatus,
    CampaignStatus,
    CreatorStatus,
    EventWarning,
    Offer,
    PlanReference,
    Rate,
    Rescue,
)
from optimizer.calendar import ShippingCalendar
from optimizer.derive.posting import rate_model
from optimizer.money import decimals, from_minor, to_minor
from optimizer.plan import ActivationResult, to_json
from optimizer.scenario.semantics import max_paid_share, service_of, shipping_calendar
from optimizer.track.campaign import Campaign
from optimizer.track.lines import Line, state_of
from optimizer.track.odds import density_odds
from optimizer.track.outlook import Outlook
from optimizer.track.posterior import Posterior
from optimizer.track.prospects import Prospect, Prospects, chances, may_be_offered
from optimizer.track.recourse import odds_with_table, turn_of
from optimizer.track.rescue import MOST_CANDIDATES, Outcome, Rescuer, fee_of

NOTICE_DAYS = 2
"""Days in hand between the decision and the last day on which an agreement still brings a post in time."""
_WORKING = 5


def status_of(campaign: Campaign, node_factor: int = 1) -> CampaignStatus:
    """Return the status of a campaign; no solver is asked.

    Parameters
    ----------
    node_factor
        So many times the nodes that are exact; for tests.
    """
    return _Tracker(campaign, node_factor).status()


def decision_day(end: date, paid_prep_days: int, calendar: ShippingCalendar) -> date:
    """Return the day on which to decide about offers: early enough, and a working day that is no public holiday."""
    day = end - timedelta(days=paid_prep_days + NOTICE_DAYS)
    while day.weekday() >= _WORKING or calendar.holiday(day) is not None:
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True)
class _Tracker:
    campaign: Campaign
    node_factor: int

    @cached_property
    def prospects(self) -> Prospects:
        posting = self.campaign.scenario.posting
        return Prospects(posting, Outlook(posting), self.campaign.as_of)

    @cached_property
    def all(self) -> dict[tuple[str, str], Prospect]:
        return {line.pair: self.prospects.of(line) for line in self.campaign.lines}

    @cached_property
    def posterior(self) -> Posterior:
        return Posterior(rate_model(self.campaign.scenario.posting), list(self.all.values()), self.node_factor)

    @cached_property
    def if_never_came(self) -> tuple[Posterior, dict[tuple[str, str], Prospect]] | None:
        """Posterior and prospects as if no parcel that is presumed delivered ever came; None where none is."""
        if not any(line.never_came for line in self.campaign.lines):
            return None
        every = {line.pair: self.prospects.of(line, came=False) for line in self.campaign.lines}
        return Posterior(self.posterior.rates, list(every.values()), self.node_factor), every

    @cached_property
    def calendar(self) -> ShippingCalendar:
        return shipping_calendar(self.campaign.scenario)

    @cached_property
    def digits(self) -> int:
        return decimals(self.campaign.scenario.currency)

    def money(self, minor: int) -> str:
        return from_minor(minor, self.digits)

    def status(self) -> CampaignStatus:
        campaign = self.campaign
        activations = [self.activation(item) for item in campaign.plan.activations if item.window is not None]
        spent, committed, contingent = self.sums()
        warnings = [*campaign.warnings, *self.budget_warnings(activations, committed + contingent)]
        return CampaignStatus(
            schema_version=1,
            as_of=campaign.as_of,
            scenario=campaign.plan.scenario,
            plan=PlanReference(
                sha256=hashlib.sha256(to_json(campaign.plan).encode()).hexdigest(), cost=campaign.plan.totals.cost
            ),
            rate=self.rate(),
            activations=activations,
            creators=[self.creator(line) for line in campaign.lines],
            spent=self.money(spent),
            committed=self.money(committed),
            contingent=self.money(contingent),
            warnings=warnings,
        )

    def rate(self) -> Rate:
        band = self.campaign.scenario.posting.organic_rate
        middle = (band.low + band.high) / 2
        mean, low, high = (min(1.0, max(0.0, ratio * middle)) for ratio in self.posterior.interval())
        return Rate(mean=mean, low=low, high=high, assumed_low=band.low, assumed_high=band.high)

    def activation(self, item: ActivationResult) -> ActivationStatus:
        assert item.window is not None
        scenario, today = self.campaign.scenario, self.campaign.as_of
        lines = [line for line in self.campaign.lines if line.wave.id == item.activation]
        community = next(each for each in scenario.communities if each.id == item.community)
        posted = sum(line.posted == "inside" for line in lines)
        own = [self.all[line.pair] for line in lines]
        rescuer = self.rescuer(lines, item)
        decide_on = decision_day(item.window.end, scenario.posting.paid_prep_days, self.calendar)
        odds = density_odds(self.posterior, chances(own, self.posterior.ratio), item.min_posts - posted)
        rescue = rescuer.cheapest() if decide_on <= today else None
        return ActivationStatus(
            activation=item.activation,
            community=item.community,
            name=community.name or community.id,
            window=item.window,
            state="before" if today < item.window.start else "over" if today > item.window.end else "open",
            needed=item.min_posts,
            posted=posted,
            outside=sum(line.posted in ("early", "late") for line in lines),
            open=sum(prospect.is_open for prospect in own),
            confidence=item.confidence,
            odds=odds,
            odds_with_recourse=self.with_recourse(rescuer, rescue, decide_on),
            odds_if_never_came=self.without(lines, item.min_posts - posted),
            decide_on=decide_on,
            may_be_asked=len(rescuer.candidates),
            offers_left=min(rescuer.most, len(rescuer.candidates)),
            rescue=None if rescue is None else self.rescue(rescuer, rescue),
            attainable=rescuer.best.odds,
        )

    def rescuer(self, lines: Sequence[Line], item: ActivationResult) -> Rescuer:
        """Return what weighs offers of this day."""
        ratio, scenario = self.posterior.ratio, self.campaign.scenario
        own = [self.all[line.pair] for line in lines]
        candidates = [prospect for prospect in own if may_be_offered(prospect.line) and self.gains(prospect)]
        candidates.sort(key=lambda prospect: (fee_of(prospect), prospect.line.creator.id))
        listed = {prospect.line.pair for prospect in candidates}
        others = [prospect for prospect in own if prospect.line.pair not in listed and prospect.is_open]
        community = next(each for each in scenario.communities if each.id == item.community)
        heads = [line for line in lines if line.mode is not None and (line.is_in or line.posted)]
        paid = sum(line.pays or line.facts.asked is not None for line in heads)
        posted = sum(line.posted == "inside" for line in lines)
        return Rescuer(
            posterior=self.posterior,
            need=max(0, item.min_posts - posted),
            confidence=item.confidence,
            others=[each.if_paid(ratio) if _waits(each) else each.chance(ratio) for each in others],
            candidates=candidates,
            most=max(0, int(max_paid_share(community) * len(heads)) - paid),
        )

    def gains(self, prospect: Prospect) -> bool:
        """Return whether a fee would make a post of this creator likelier."""
        ratio = self.posterior.ratio
        return self.posterior.mean(prospect.if_paid(ratio)) > self.posterior.mean(prospect.chance(ratio))

    def with_recourse(self, rescuer: Rescuer, rescue: Outcome | None, decide_on: date) -> float:
        if rescue is not None:
            return rescue.odds
        if decide_on <= self.campaign.as_of or not rescuer.candidates or not rescuer.most:
            return rescuer.unasked
        listed = rescuer.candidates[:MOST_CANDIDATES]
        pairs = {prospect.line.pair for prospect in listed}
        wave = listed[0].line.wave.id
        own = [prospect for pair, prospect in self.all.items() if pair[1] == wave]
        others = [prospect for prospect in own if prospect.line.pair not in pairs]
        return odds_with_table(
            self.posterior,
            rescuer.need,
            rescuer.confidence,
            [turn_of(each, self.prospects, self.posterior, decide_on) for each in others if each.is_open],
            [turn_of(each, self.prospects, self.posterior, decide_on) for each in listed],
            rescuer.most,
        )

    def without(self, lines: Sequence[Line], need: int) -> float | None:
        """Return the odds if no parcel that is presumed delivered ever came."""
        if self.if_never_came is None or not any(line.never_came for line in lines):
            return None
        posterior, every = self.if_never_came
        return density_odds(posterior, chances([every[line.pair] for line in lines], posterior.ratio), need)

    def rescue(self, rescuer: Rescuer, outcome: Outcome) -> Rescue:
        asked = [rescuer.candidates[place] for place in outcome.offers]
        offers = [
            Offer(creator=each.line.creator.id, handle=each.line.creator.handle, fee=self.money(fee_of(each)))
            for each in asked
        ]
        return Rescue(offers=offers, cost=self.money(outcome.cost), odds=outcome.odds)

    def creator(self, line: Line) -> CreatorStatus:
        prospect, facts = self.all[line.pair], line.facts
        chance = self.posterior.mean(prospect.chance(self.posterior.ratio)) if prospect.is_open else 0.0
        fee = line.fee if line.pays or facts.asked else None
        return CreatorStatus(
            creator=line.creator.id,
            handle=line.creator.handle,
            activation=line.wave.id,
            mode="paid" if line.pays else line.mode,
            planned=line.planned is not None,
            state=state_of(line, self.campaign.as_of),
            shipped_on=line.ship_on if line.has_left else None,
            delivered_on=facts.delivered.on if facts.delivered and "delivered" not in line.presumed else None,
            posted_on=facts.posted.on if facts.posted else None,
            presumed=list(line.presumed),
            fee=self.money(fee or 0),
            chance=1.0 if line.posted == "inside" else chance,
        )

    def sums(self) -> tuple[int, int, int]:
        """Return spent, committed and contingent money in minor units."""
        spent = committed = contingent = 0
        for line in self.campaign.lines:
            over = line.window.end < self.campaign.as_of
            parcel = self.parcel(line)
            spent += parcel * line.parcels
            committed += parcel * (line.parcels + int(line.ship_on is not None and not line.has_left))
            if line.pays:
                committed += line.fee or 0
                spent += (line.fee or 0) if over else 0
            elif line.facts.asked and not over:
                contingent += line.fee or 0
        return spent, committed, contingent

    def parcel(self, line: Line) -> int:
        """Return what product and parcel of a line cost."""
        if line.planned is not None:
            return sum(to_minor(Decimal(each), self.digits) for each in (line.planned.product, line.planned.shipping))
        scenario = self.campaign.scenario
        product = next(each for each in scenario.products if each.id == line.wave.product)
        service = service_of(line.creator, scenario)
        return to_minor(product.unit_cost, self.digits) + to_minor(service.cost, self.digits)

    def budget_warnings(self, activations: Sequence[ActivationStatus], bound: int) -> Iterator[EventWarning]:
        """Yield a warning where the rescues would not fit into the total budget."""
        total = self.campaign.scenario.budget.total
        offered = sum(to_minor(Decimal(item.rescue.cost), self.digits) for item in activations if item.rescue)
        if total is not None and offered and bound + offered > to_minor(total, self.digits):
            over = self.money(bound + offered - to_minor(total, self.digits))
            detail = f"Every rescue together would exceed the total budget by {over}."
            yield EventWarning(code="rescue_over_budget", where="", creator=None, activation=None, detail=detail)


def _waits(prospect: Prospect) -> bool:
    """Return whether an offer to this creator waits for an answer; it is weighed as if they agreed."""
    facts = prospect.line.facts
    return prospect.line.mode == "gift" and facts.asked is not None and prospect.reliability > 0
