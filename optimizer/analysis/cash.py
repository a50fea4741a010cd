"""The cash view of a plan: its own amounts sorted by day, month and community, and what is expected to come of them.

Amounts are integers of the minor unit all the way; every table is a sum over the same assignments, so each comes to the
plan's totals exactly. Chances are those of the report, and what is computed from them is computed in fractions and
rounded once.

Expected waste of a community, in minor units, over its gifts g::

    waste = ⌊ Σ_g (product_g + shipping_g) · (1 − r̄·inside_g − r̄·outside_g) + ½ ⌋

with inside and outside the chances of a post in and out of the window at the middle of the rate band, and r̄ the mean
of the campaign's rate relative to that middle (1 under `shared` and `independent`, low/middle under `worst_case`). So a
gift that leads to a post too early or too late is no waste, one that leads to no post is. Paid creators cause no waste.
The waste of the plan is the sum of the communities' rounded figures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Any

from optimizer.analysis.accounting import Accounts, Parts, accounts
from optimizer.analysis.plan_files import decisions_from_data
from optimizer.analysis.report import Line, lines, mean_rate
from optimizer.answers.cash import CashDay, CashEntry, CashMonth, CashPart, CashView, CommunityReturn, Event, Return
from optimizer.errors import InputError, Problem, pointer
from optimizer.money import to_minor
from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, waves


def cash_view(scenario: Scenario, plan: Plan) -> CashView:
    """Return where the money of a plan goes, and what it is expected to bring.

    Raises
    ------
    InputError
        If the plan answers another scenario, is none (infeasible, unknown), names people or activations that do not
        exist, or its amounts do not add up.
    """
    if plan.scenario.sha256 != fingerprint(scenario):
        raise _refused(
            "other_scenario",
            pointer("scenario", "sha256"),
            f"this plan answers another scenario than {scenario.name!r} as it is now",
            "Name the scenario it was made from, or have it scored against this one: "
            "groundswell evaluate SCENARIO PLAN --format json.",
            plan.scenario.sha256,
        )
    kept = accounts(plan)
    if kept.totals is None:
        raise _refused("no_plan", "", f"there is no plan in it: its status is {plan.status}", "Name another plan.")
    decisions, starts = decisions_from_data(plan.model_dump(mode="json"), scenario)
    return _Builder(scenario, plan, kept, lines(scenario, decisions, starts)).view()


def silence(line: Line, mean: float) -> Fraction:
    """Return the probability that a gift leads to no post, as a fraction; `mean` is the mean of the relative rate."""
    return max(Fraction(0), 1 - Fraction(mean) * (Fraction(line.inside) + Fraction(line.outside)))


def half_up(number: Fraction) -> int:
    """Return the nearest integer, the larger of two.

    Examples
    --------
    >>> half_up(Fraction(5, 2)), half_up(Fraction(249, 100))
    (3, 2)
    """
    return math.floor(number + Fraction(1, 2))


@dataclass(frozen=True)
class _Entry:
    """One parcel that leaves, or one fee that falls due."""

    day: date
    event: Event
    activation: str
    community: str
    parts: Parts

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"

    @property
    def parcels(self) -> int:
        return int(self.event == "parcels shipped")


@dataclass
class _Builder:
    """Sorts the entries of a plan into tables; the order of the entries is that of every table."""

    scenario: Scenario
    plan: Plan
    accounts: Accounts
    lines: Sequence[Line]

    def view(self) -> CashView:
        communities = self._communities()
        waste = sum(minor for _, minor in communities)
        return CashView(
            schema_version=1,
            scenario=self.plan.scenario,
            days=list(self._days()),
            months=list(self._months()),
            parts=list(self._parts()),
            communities=[community for community, _ in communities],
            totals=Return(**self._return(self.entries, self.waves.keys()), waste=self.accounts.text(waste)),
            budget=self._limit(self.scenario.budget.total),
            entries=list(self._finest()),
        )

    @cached_property
    def waves(self) -> dict[str, Wave]:
        return {wave.id: wave for wave in waves(self.scenario)}

    @cached_property
    def entries(self) -> list[_Entry]:
        order = {wave: place for place, wave in enumerate(self.waves)}
        entries = []
        for line, parts in zip(self.plan.assignments, self.accounts.lines, strict=True):
            whose = (line.activation, self.waves[line.activation].community)
            goods = Parts(parts.product, parts.shipping)
            entries.append(_Entry(line.ship_on, "parcels shipped", *whose, goods))
            if parts.fees:
                entries.append(_Entry(line.window.end, "windows end", *whose, Parts(fees=parts.fees)))
        return sorted(entries, key=lambda entry: (entry.day, entry.event, order[entry.activation]))

    def _finest(self) -> Iterator[CashEntry]:
        for first, group in _runs(self.entries, lambda entry: (entry.day, entry.event, entry.activation)):
            yield CashEntry(
                day=first.day,
                event=first.event,
                activation=first.activation,
                community=first.community,
                parcels=sum(entry.parcels for entry in group),
                **self._amounts(group),
            )

    def _days(self) -> Iterator[CashDay]:
        spent = 0
        for first, group in _runs(self.entries, lambda entry: (entry.day, entry.event)):
            spent += _sum(group).total
            yield CashDay(
                day=first.day,
                event=first.event,
                parcels=sum(entry.parcels for entry in group),
                **self._amounts(group),
                cumulative=self.accounts.text(spent),
            )

    def _months(self) -> Iterator[CashMonth]:
        caps = self.scenario.budget.monthly
        for first, group in _runs(self.entries, lambda entry: entry.month):
            if _sum(group).total:
                yield CashMonth(month=first.month, **self._amounts(group), cap=self._limit(caps.get(first.month)))

    def _parts(self) -> Iterator[CashPart]:
        for first, month in _runs(self.entries, lambda entry: entry.month):
            for community in self.scenario.communities:
                group = [entry for entry in month if entry.community == community.id]
                if _sum(group).total:
                    yield CashPart(month=first.month, community=community.id, **self._amounts(group))

    def _communities(self) -> list[tuple[CommunityReturn, int]]:
        """Return what each community's money is to bring, and its waste in minor units."""
        communities = []
        for community in self.scenario.communities:
            group = [entry for entry in self.entries if entry.community == community.id]
            if group:
                own = {wave.id for wave in self.waves.values() if wave.community == community.id}
                waste = half_up(sum((silent * goods for silent, goods in self._gifts(own)), Fraction(0)))
                figures = self._return(group, own)
                name = community.name or community.id
                row = CommunityReturn(**figures, waste=self.accounts.text(waste), community=community.id, name=name)
                communities.append((row, waste))
        return communities

    def _return(self, group: Sequence[_Entry], activations: Collection[str]) -> dict[str, Any]:
        """Return the fields of `Return` but the waste."""
        results = [item for item in self.plan.activations if item.activation in activations]
        modes = Counter(line.mode for line in self.plan.assignments if line.activation in activations)
        posts = math.fsum(item.expected_posts for item in results)
        each = half_up(_sum(group).total / Fraction(posts)) if posts else None
        return {
            **self._amounts(group),
            "gifts": modes["gift"],
            "paid": modes["paid"],
            "expected_posts": posts,
            "expected_posts_outside": math.fsum(item.expected_posts_outside for item in results),
            "silent_gifts": float(sum((silent for silent, _ in self._gifts(activations)), Fraction(0))),
            "cost_per_expected_post": None if each is None else self.accounts.text(each),
        }

    def _gifts(self, activations: Collection[str]) -> Iterator[tuple[Fraction, int]]:
        """Yield the probability of no post at all, and product + shipping in minor units, of every gift."""
        mean = mean_rate(self.scenario)
        for line in self.lines:
            if line.decision.mode == "gift" and line.decision.activation in activations:
                yield silence(line, mean), line.product_minor + line.shipping_minor

    def _limit(self, amount: Decimal | None) -> str | None:
        return None if amount is None else self.accounts.text(to_minor(amount, self.accounts.digits))

    def _amounts(self, group: Iterable[_Entry]) -> dict[str, Any]:
        parts = _sum(group)
        amounts = {"product": parts.product, "shipping": parts.shipping, "fees": parts.fees, "total": parts.total}
        return {name: self.accounts.text(minor) for name, minor in amounts.items()}


def _runs(entries: Iterable[_Entry], key: Callable[[_Entry], Any]) -> Iterator[tuple[_Entry, list[_Entry]]]:
    """Yield entries that follow each other with the same key, and the first of them."""
    for _, members in groupby(entries, key=key):
        group = list(members)
        yield group[0], group


def _sum(entries: Iterable[_Entry]) -> Parts:
    return sum((entry.parts for entry in entries), Parts())


def _refused(code: str, where: str, detail: str, remedy: str, value: str | None = None) -> InputError:
    return InputError([Problem(code, where, detail, remedy, value)])
