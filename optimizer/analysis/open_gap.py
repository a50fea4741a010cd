"""Why a gap is open, in words: the parts that the search measured, each with the limit's rule id, place and share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

from optimizer.analysis.binding import listed
from optimizer.derive.instance import UNLIMITED, Instance
from optimizer.derive.limits import month_name
from optimizer.money import from_minor
from optimizer.plan import OpenReason
from optimizer.solve.open_gap import OpenPart
from optimizer.solve.search import Solution
from optimizer.wording import counted, money

WHOLE = "plan"
"""Where a reason is of no single activation."""


def open_reasons(instance: Instance, solution: Solution) -> list[OpenReason]:
    """Return why the gap of a solution is open, largest share first; the shares sum to the gap, to 1 without a plan."""
    gap = _gap(solution)
    return [_Wording(instance, solution, part).reason(float(part.weight * gap)) for part in solution.open]


def _gap(solution: Solution) -> Fraction:
    if solution.value is None:
        return Fraction(1)
    if solution.value < solution.value_bound:
        return Fraction(solution.value_bound - solution.value, max(1, solution.value_bound))
    least, bound = solution.least_cost or 0, solution.cost_bound or 0
    return Fraction(least - bound, least) if least else Fraction(0)


class _Wording:
    """One part in words."""

    def __init__(self, instance: Instance, solution: Solution, part: OpenPart):
        self.instance, self.part = instance, part
        self.rule, self.subject = part.limit
        self.has_plan = solution.value is not None
        self.of_value = not self.has_plan or (solution.value or 0) < solution.value_bound
        self.activations = [instance.waves[a].id for a in sorted(part.activations)]

    def reason(self, share: float) -> OpenReason:
        return OpenReason(limit=self.rule, where=self.where, detail=f"{self._limit()}{self._effect()}", share=share)

    @property
    def where(self) -> str:
        scenario = self.instance.scenario
        if self.rule == "budget_month":
            return month_name(self.subject)
        if self.rule == "stock":
            product = scenario.products[self.subject].id
            return f"{product}, lot of {self._dates()[0]}" if len(self._dates()) == 1 else product
        if self.rule == "community_gap":
            return next(
                w.community
                for w, c in zip(self.instance.waves, self.instance.community, strict=True)
                if c == self.subject
            )
        if self.rule == "daily_capacity":
            return listed(self._dates())
        if self.rule == "budget_total":
            return "total"
        return listed(self.activations) if self.activations else WHOLE

    def _dates(self) -> list[str]:
        """Return the days of a part that are in the calendar, ISO; of stock those of the lots that are waited for."""
        lots, start = self.instance.scenario.products, self.instance.scenario.horizon.start
        days = [start + timedelta(days=day) for day in sorted(self.part.days) if day < UNLIMITED]
        if self.rule == "stock":
            # A lot that arrives before the horizon counts from its first day on.
            arrivals = {max(lot.on, start): lot.on for lot in lots[self.subject].stock or []}
            days = [arrivals.get(day, day) for day in days]
        return [day.isoformat() for day in days]

    def _limit(self) -> str:
        """Return what the limit is, to be followed by what it does; empty where it is none."""
        limits, subject = self.instance.limits, self.subject
        words: dict[str, Callable[[], str]] = {
            "budget_total": lambda: f"The total budget of {self._money(limits.budget_minor or 0)}: ",
            "budget_month": lambda: f"The cap of {self.where}, {self._money(limits.month_caps[subject])}: ",
            "stock": self._stock,
            "daily_capacity": lambda: (
                f"The daily capacity of {counted(limits.daily_capacity or 0, 'parcel')}, full on {self.where}: "
            ),
            "rest_days": lambda: (
                f"The rest of {counted(limits.rest_days, 'day')} between windows: "
                if limits.rest_days
                else "One creator in one window at a time: "
            ),
            "max_activations": lambda: f"At most {counted(limits.max_activations or 0, 'activation')} per creator: ",
            "community_gap": lambda: f"The free days between windows of {self.where}: ",
        }
        return words.get(self.rule, str)()

    def _money(self, minor: int) -> str:
        return money(from_minor(minor, self.instance.digits), self.instance.scenario.currency)

    def _stock(self) -> str:
        product = self.instance.scenario.products[self.subject].id
        waits = self._dates()
        if not waits:
            return f"The units of {product} in stock: "
        plural = "lot" if len(waits) == 1 else "lots"
        more = " and the units in all" if max(self.part.days) >= UNLIMITED else ""
        return f"The stock of {product} until the {plural} of {listed(waits)}{more}: "

    def _effect(self) -> str:
        who = listed(self.activations)
        if self.rule == "time_limit":
            return self._unfinished(who)
        if self.rule == "density":
            if self.of_value:
                return f"The search found no team that reaches the posts of {who}, and no proof that there is none."
            return f"Even without limits that activations share, a cheaper team for {who} is not ruled out."
        if not self.has_plan:
            return f"every team found for {who} breaks it once the other activations have theirs."
        if self.of_value:
            return f"every team found for {who} breaks it; it is not proven that none can keep it beside the rest."
        return f"cheaper teams found for {who} break it; it is not proven that every plan that keeps it costs as much."

    def _unfinished(self, who: str) -> str:
        if not who:
            if not self.has_plan:
                return "The search ended before it found a plan or proved that there is none. Allow more time."
            if self.of_value:
                return "The search ended before it could tell whether a plan can have more value. Allow more time."
            return "The search ended before it could tell whether a plan of this value can cost less. Allow more time."
        if self.of_value:
            return f"A team found for {who} breaks no shared limit; the search ended before it could use it."
        return f"Cheaper teams found for {who} break no shared limit; the search ended before it could use them."
