"""A plan's amounts as integers of the minor unit, once it is sure that they add up.

A plan file may have been edited by hand; what compares or sorts its money relies on every total being the sum of its
lines, so `accounts` checks that first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from optimizer.errors import InputError, Problem, pointer
from optimizer.money import from_minor, minor_digits, to_minor
from optimizer.plan import Plan

REMEDY = "Have the plan scored anew: groundswell evaluate SCENARIO PLAN --format json."


@dataclass(frozen=True)
class Parts:
    """What money goes for, in minor units."""

    product: int = 0
    shipping: int = 0
    fees: int = 0

    @property
    def total(self) -> int:
        """Product + shipping + fees."""
        return self.product + self.shipping + self.fees

    def __add__(self, other: Parts) -> Parts:
        return Parts(self.product + other.product, self.shipping + other.shipping, self.fees + other.fees)


@dataclass(frozen=True)
class Accounts:
    """The money of a plan whose totals are the sums of its lines.

    Attributes
    ----------
    digits
        Decimals of the currency.
    totals
        The whole plan; None where there is no plan (infeasible, unknown).
    lines
        Per assignment, in the plan's order.
    months
        Per month with any spend, in order: goods by ship day, fees by the last day of the window.
    """

    digits: int
    totals: Parts | None
    lines: Sequence[Parts]
    months: Mapping[str, Parts]

    def text(self, minor: int) -> str:
        """Return minor units as a decimal string."""
        return from_minor(minor, self.digits)


def accounts(plan: Plan) -> Accounts:
    """Return the money of a plan.

    Raises
    ------
    InputError
        With everything that is wrong with it: a currency that does not exist, amounts finer than its minor unit,
        totals that are not the sum of their lines, a creator who comes twice in an activation.
    """
    digits = minor_digits(plan.scenario.currency)
    if digits is None:
        raise InputError(
            [
                Problem(
                    "unknown_currency",
                    pointer("scenario", "currency"),
                    "is no ISO 4217 currency",
                    "Correct the code.",
                    plan.scenario.currency,
                )
            ]
        )
    audit = _Check(plan, digits)
    money = audit.accounts()
    if audit.problems:
        raise InputError(audit.problems)
    return money


@dataclass
class _Check:
    plan: Plan
    digits: int
    problems: list[Problem] = field(default_factory=list)

    def accounts(self) -> Accounts:
        lines = self._lines()
        months = self._months(lines)
        self._compare_activations(lines)
        self._compare_cash(months)
        return Accounts(self.digits, self._totals(lines), lines, months)

    def _lines(self) -> list[Parts]:
        rows = []
        twice = Counter((line.creator, line.activation) for line in self.plan.assignments)
        for index, line in enumerate(self.plan.assignments):
            where = ("assignments", index)
            parts = self._parts((line.product, line.shipping, line.fee), *where)
            self._expect(line.cost, parts.total, *where, "cost")
            if twice[line.creator, line.activation] > 1:
                detail = f"{line.creator} comes twice in {line.activation}"
                self.problems.append(Problem("duplicate", pointer(*where), detail, "Keep one of them.", line.creator))
            rows.append(parts)
        return rows

    def _months(self, lines: Sequence[Parts]) -> dict[str, Parts]:
        months: dict[str, Parts] = {}

        def add(month: str, parts: Parts) -> None:
            months[month] = months.get(month, Parts()) + parts

        for line, parts in zip(self.plan.assignments, lines, strict=True):
            add(f"{line.ship_on:%Y-%m}", Parts(parts.product, parts.shipping))
            add(f"{line.window.end:%Y-%m}", Parts(fees=parts.fees))
        return {month: parts for month, parts in sorted(months.items()) if parts.total}

    def _totals(self, lines: Iterable[Parts]) -> Parts | None:
        totals = self.plan.totals
        given = (totals.product, totals.shipping, totals.fees)
        if (*given, totals.cost) == (None,) * 4 and not self.plan.assignments:
            return None
        parts = sum(lines, Parts())
        self._expect(totals.cost, parts.total, "totals", "cost")
        for name, text in zip(("product", "shipping", "fees"), given, strict=True):
            self._expect(text, getattr(parts, name), "totals", name)
        return parts

    def _compare_activations(self, lines: Sequence[Parts]) -> None:
        sums: Counter[str] = Counter()
        for line, parts in zip(self.plan.assignments, lines, strict=True):
            sums[line.activation] += parts.total
        for index, item in enumerate(self.plan.activations):
            if item.cost is not None or sums[item.activation]:
                self._expect(item.cost, sums[item.activation], "activations", index, "cost")

    def _compare_cash(self, months: Mapping[str, Parts]) -> None:
        stated = {}
        for index, line in enumerate(self.plan.cash):
            stated[line.month] = self._parts((line.product, line.shipping, line.fees), "cash", index)
            self._expect(line.total, stated[line.month].total, "cash", index, "total")
            if stated[line.month] != months.get(line.month, Parts()):
                self._disagree("is not what its assignments come to in this month", line.month, "cash", index)
        for month in months.keys() - stated.keys():
            self._disagree(f"a line for {month} is missing, in which money is spent", None, "cash")

    def _parts(self, amounts: tuple[str, str, str], *where: str | int) -> Parts:
        product, shipping, fees = (self._minor(amount, *where) for amount in amounts)
        return Parts(product, shipping, fees)

    def _minor(self, amount: str, *where: str | int) -> int:
        try:
            return to_minor(Decimal(amount), self.digits)
        except ValueError:
            self._disagree(f"is finer than the minor unit of {self.plan.scenario.currency}", amount, *where)
            return 0

    def _expect(self, amount: str | None, minor: int, *where: str | int) -> None:
        if amount is None or self._minor(amount, *where) != minor:
            self._disagree(f"should be the sum of its lines, {from_minor(minor, self.digits)}", amount, *where)

    def _disagree(self, detail: str, value: str | None, *where: str | int) -> None:
        self.problems.append(Problem("does_not_add_up", pointer(*where), detail, REMEDY, value))
