"""Plans side by side: the first is the baseline, every other is described by how it differs from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from optimizer.analysis.accounting import Accounts, accounts
from optimizer.analysis.compare.activations import activations
from optimizer.analysis.compare.creators import creators
from optimizer.analysis.compare.figures import key_figures
from optimizer.analysis.compare.money import changes, months, waterfall
from optimizer.analysis.compare.scenarios import scenario_differences
from optimizer.answers.comparison import Comparison, Difference, FieldDifference, KeyFigures
from optimizer.errors import InputError, Problem, pointer
from optimizer.plan import Plan
from optimizer.scenario.models import Scenario


@dataclass(frozen=True)
class Candidate:
    """A plan under the name it has in the comparison, with its scenario where that is given."""

    name: str
    plan: Plan
    scenario: Scenario | None = None


def compare_plans(candidates: Iterable[Candidate]) -> Comparison:
    """Return the comparison of two or more plans with the first of them.

    Plans that are none (infeasible, unknown) are compared, too; differences of what they lack are null. Beside the
    baseline only one candidate is held at a time, where `candidates` makes them one after the other.

    Raises
    ------
    InputError
        If currencies differ or the amounts of a plan do not add up: all problems of all plans, with their names.
    """
    rest = iter(candidates)
    baseline = next(rest)
    problems: list[Problem] = []
    first = _opened(baseline, baseline, problems)

    def compared(item: Candidate) -> tuple[KeyFigures, Difference] | None:
        entry = _opened(item, baseline, problems)
        if first is None or entry is None or problems:
            return None
        return entry.figures, _difference(first, entry)

    # Mapped, for the variable of a loop would hold one candidate while the next one is made.
    others = [found for found in map(compared, rest) if found is not None]
    if first is None or problems:
        raise InputError(problems)
    return Comparison(
        schema_version=1,
        currency=first.plan.scenario.currency,
        plans=[first.figures, *(figures for figures, _ in others)],
        differences=[difference for _, difference in others],
    )


@dataclass(frozen=True)
class _Entry:
    plan: Plan
    scenario: Scenario | None
    accounts: Accounts
    figures: KeyFigures


def _opened(item: Candidate, baseline: Candidate, problems: list[Problem]) -> _Entry | None:
    """Return a plan ready to be compared; note what is wrong with it."""
    mine, expected = item.plan.scenario.currency, baseline.plan.scenario.currency
    if mine != expected:
        detail = f"{item.name}: its amounts are in {mine}, those of {baseline.name} in {expected}"
        remedy = "Compare plans of one currency."
        problems.append(Problem("mixed_currencies", pointer("scenario", "currency"), detail, remedy))
    try:
        return _Entry(item.plan, item.scenario, accounts(item.plan), key_figures(item.name, item.plan))
    except InputError as error:
        problems += [replace(problem, detail=f"{item.name}: {problem.detail}") for problem in error.problems]
        return None


def _difference(baseline: _Entry, other: _Entry) -> Difference:
    before, after = baseline.figures, other.figures
    by_activation = activations(baseline.plan, other.plan, other.accounts)
    fields = _fields(baseline, other)
    return Difference(
        name=after.name,
        value=None if before.value is None or after.value is None else after.value - before.value,
        secured=after.secured - before.secured,
        **changes(baseline.accounts, other.accounts),
        gifts=after.gifts - before.gifts,
        paid=after.paid - before.paid,
        expected_posts=after.expected_posts - before.expected_posts,
        embeddedness=_minus(after.embeddedness, before.embeddedness),
        scenario=fields or [],
        scenario_known=fields is not None,
        activations=by_activation,
        creators=creators(baseline.plan, other.plan, [item.activation for item in by_activation]),
        waterfall=waterfall(baseline.accounts, other.accounts),
        cash=months(baseline.accounts, other.accounts),
    )


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _fields(baseline: _Entry, other: _Entry) -> list[FieldDifference] | None:
    """Return the fields in which the scenarios differ, None where they do and one of them is not given."""
    if baseline.plan.scenario.sha256 == other.plan.scenario.sha256:
        return []
    if baseline.scenario is None or other.scenario is None:
        return None
    return scenario_differences(baseline.scenario, other.scenario)
