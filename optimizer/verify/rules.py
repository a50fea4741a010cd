"""The rules on teams and on what they share, the list of all rules, and `verify`.

It recomputes everything from scenario and plan alone and shares no code with what made the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from optimizer.plan import Check, Plan
from optimizer.scenario.fields import Product
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, max_paid_share
from optimizer.verify.case import Case, check
from optimizer.verify.chance import SECURED_TOLERANCE
from optimizer.verify.figures import Cost, monthly_cost, total_cost
from optimizer.verify.premises import Line, Premises
from optimizer.verify.rules_decisions import (
    accepts,
    availability,
    community_gap,
    delivery,
    embeddedness_floor,
    horizon,
    locks,
    max_activations,
    membership,
    once,
    rest_days,
    ship_days,
    window,
)
from optimizer.verify.rules_statements import counts, money, objective, probabilities, references, scenario
from optimizer.wording import counted


def density(case: Case) -> Check:
    """A secured activation holds its confidence exactly (less 1e-6); one not secured has nobody and no window."""
    offences = []
    for stated, wave in case.results:
        reached, people = case.figures[wave.id].probability, len(case.teams[wave.id])
        if stated.secured and reached < wave.confidence - SECURED_TOLERANCE:
            team = f"{counted(people, 'creator')} {'reaches' if people == 1 else 'reach'}"
            offences.append(f"{wave.id}: {team} {reached:.6f} of {wave.confidence}")
        if not stated.secured and (people or stated.window):
            offences.append(
                f"{wave.id}: not secured ({reached:.6f} of {wave.confidence}), yet it has {counted(people, 'creator')}"
                + (" and a window" if stated.window else "")
            )
    return check("density", offences, f"{len(case.secured)} of {counted(len(case.results), 'activation')} secured")


def required(case: Case) -> Check:
    """Secured are: required activations, those with a gift or paid lock, and under min_cost all."""
    if not case.has_plan:
        return check("required", [], "no plan")
    reasons = _reasons(case)
    offences = [f"{name}: {reason}, but not secured" for name, reason in reasons.items() if name not in case.secured]
    return check(
        "required", offences, f"{counted(len(reasons), 'activation')} had to be secured" if reasons else "none required"
    )


def _reasons(case: Case) -> dict[str, str]:
    """Return why activations must be secured."""
    given = case.premises.scenario
    reasons = {lock.activation: "has a locked creator" for lock in given.locks if lock.mode != "skip"}
    reasons |= {wave.id: "required" for wave in case.premises.waves.values() if wave.required}
    if given.objective.goal == "min_cost":
        reasons |= {name: "the goal is min_cost" for name in case.premises.waves if name not in reasons}
    return reasons


def paid_share(case: Case) -> Check:
    """Paid creators ≤ max_paid_share · (gifted + paid), in exact fractions."""
    offences = []
    for wave, lines in case.planned:
        share = max_paid_share(case.premises.communities[wave.community])
        paid = sum(line.mode == "paid" for line in lines)
        if paid > share * len(lines):
            offences.append(f"{wave.id}: {paid} of {len(lines)} paid, at most {float(share):g} of them")
    return check("paid_share", offences, f"kept in {counted(len(case.planned), 'activation')}")


def min_paid(case: Case) -> Check:
    """At least min_paid creators are paid in every planned activation."""
    offences = []
    for wave, lines in case.planned:
        paid = sum(line.mode == "paid" for line in lines)
        if paid < wave.min_paid:
            offences.append(f"{wave.id}: {paid} paid, at least {wave.min_paid}")
    asked = any(wave.min_paid for wave in case.premises.waves.values())
    return check("min_paid", offences, "kept" if asked else "not in use")


def tier_mix(case: Case) -> Check:
    """The count of every tier, gifted and paid, stays within its range in every planned activation."""
    offences = [f"{wave.id}: {fault}" for wave, lines in case.planned for fault in _tier_faults(wave, lines)]
    asked = any(wave.tier_mix for wave in case.premises.waves.values())
    return check("tier_mix", offences, "kept" if asked else "not in use")


def _tier_faults(wave: Wave, lines: list[Line]) -> Iterator[str]:
    for tier, limits in wave.tier_mix.items():
        count = sum(line.creator.tier == tier for line in lines)
        if count < limits.min:
            yield f"{count} {tier}, at least {limits.min}"
        if limits.max is not None and count > limits.max:
            yield f"{count} {tier}, at most {limits.max}"


def budget_total(case: Case) -> Check:
    """The plan costs at most budget.total."""
    premises = case.premises
    limit = premises.scenario.budget.total
    spent = total_cost(premises, case.lines).total
    if limit is None:
        return check("budget_total", [], f"{premises.amount(spent)}, no limit in use")
    compared = f"{premises.amount(spent)} of {premises.amount(premises.minor(limit))}"
    return check("budget_total", [compared] * (spent > premises.minor(limit)), compared)


def budget_month(case: Case) -> Check:
    """No capped month carries more than its cap."""
    premises = case.premises
    months = monthly_cost(premises, case.lines)
    caps = {month: premises.minor(cap) for month, cap in premises.scenario.budget.monthly.items()}
    compared = {
        month: f"{month}: {premises.amount(months.get(month, Cost()).total)} of {premises.amount(cap)}"
        for month, cap in sorted(caps.items())
    }
    offences = [compared[month] for month in compared if months.get(month, Cost()).total > caps[month]]
    return check("budget_month", offences, "; ".join(compared.values()) or "not in use")


def stock(case: Case) -> Check:
    """Units of a product shipped up to and including any day never exceed units arrived by that day."""
    limited = [product for product in case.premises.products.values() if product.stock is not None]
    offences = [fault for product in limited for fault in _stock_faults(case, product)]
    return check("stock", offences, f"{counted(len(limited), 'product')} with stock" if limited else "not in use")


def _stock_faults(case: Case, product: Product) -> Iterator[str]:
    shipped = Counter(line.ship_on for line in case.lines if line.wave.product == product.id)
    days = sorted(shipped)
    for day, used in zip(days, accumulate(shipped[day] for day in days), strict=True):
        arrived = sum(lot.units for lot in product.stock or [] if lot.on <= day)
        if used > arrived:
            yield f"{product.id}: {counted(used, 'unit')} shipped by {day}, {arrived} arrived"


def daily_capacity(case: Case) -> Check:
    """No day ships more parcels than daily_capacity."""
    most = case.premises.scenario.shipping.daily_capacity
    if most is None:
        return check("daily_capacity", [], "no limit in use")
    parcels = Counter(line.ship_on for line in case.lines)
    offences = [
        f"{day}: {count} of {counted(most, 'parcel')}" for day, count in sorted(parcels.items()) if count > most
    ]
    return check(
        "daily_capacity", offences, f"at most {max(parcels.values(), default=0)} of {counted(most, 'parcel')} a day"
    )


RULES: tuple[Callable[[Case], Check], ...] = (
    scenario,
    references,
    horizon,
    window,
    ship_days,
    delivery,
    membership,
    embeddedness_floor,
    accepts,
    availability,
    once,
    density,
    required,
    locks,
    paid_share,
    min_paid,
    tier_mix,
    budget_total,
    budget_month,
    stock,
    daily_capacity,
    rest_days,
    max_activations,
    community_gap,
    money,
    probabilities,
    counts,
    objective,
)
"""Every rule, in the order of the report; a rule's id is the name of its function."""

OF_THE_BUDGET = (scenario, budget_total)
"""The rules that look at the total budget, the first through the fingerprint."""


def verify(scenario: Scenario, plan: Plan, *, fingerprint: str) -> list[Check]:
    """Judge a plan by every rule of the contract.

    Parameters
    ----------
    scenario
        A valid scenario.
    plan
        Any plan; it may name people and days that do not exist.
    fingerprint
        SHA-256 that the plan has to name: that of the scenario.

    Returns
    -------
    list of Check
        One per rule of `RULES`, in that order; a rule that does not apply is ok and says so.
    """
    case = Case(Premises(scenario), plan, fingerprint)
    return [rule(case) for rule in RULES]


def verify_under(scenario: Scenario, plan: Plan, *, fingerprint: str, earlier: Sequence[Check]) -> list[Check]:
    """Judge a plan that was judged under another total budget; result and other parameters as of `verify`.

    Parameters
    ----------
    earlier
        The findings on the same plan under the other budget. Those that a total budget can change are made anew.
    """
    case = Case(Premises(scenario), plan, fingerprint)
    anew = {rule.__name__: rule for rule in OF_THE_BUDGET}
    return [anew[check.rule](case) if check.rule in anew else check for check in earlier]
