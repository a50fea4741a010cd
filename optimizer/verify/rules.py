"""The rules on teams and on what they share, the list of all rules, and `verify`.

It recomputes everything from scenario and plan alone and shares no code with what made the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from optimizer.plan import Check, Plan
from optimizer.scenario.fields import Product
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import Wave, max_paid_share
from optimizer.verify.case import SHOWN, Case, check
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
from optimizer.wording import chance, counted, per_cent


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
    kept = f"{len(case.secured)} of {counted(len(case.results), 'activation')} secured"
    margins = [(case.figures[w.id].probability - w.confidence, w.id) for s, w in case.results if s.secured]
    if margins:
        nearest = case.premises.waves[min(margins)[1]]
        likely, asked = map(chance, (case.figures[nearest.id].probability, nearest.confidence))
        kept += f"; the nearest to its limit is {nearest.id} with a chance of {likely}, {asked} asked for"
    return check("density", offences, kept)


def required(case: Case) -> Check:
    """Secured are: required activations, those with a gift or paid lock, and under min_cost all."""
    if not case.has_plan:
        return check("required", [], "no plan")
    reasons = _reasons(case)
    offences = [f"{name}: {reason}, but not secured" for name, reason in reasons.items() if name not in case.secured]
    return check(
        "required",
        offences,
        f"{counted(len(reasons), 'activation')} had to be secured" if reasons else "no activation had to be secured",
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
        paid = _paid(lines)
        if paid > share * len(lines):
            offences.append(f"{wave.id}: {paid} of {len(lines)} paid, at most {per_cent(float(share))} of them")
    return check("paid_share", offences, _fullest_share(case))


def _fullest_share(case: Case) -> str:
    """Return the activation whose paid share leaves the least room."""
    rooms = [
        (max_paid_share(case.premises.communities[wave.community]) - Fraction(_paid(lines), len(lines)), wave, lines)
        for wave, lines in case.planned
        if lines
    ]
    if not rooms:
        return "nobody takes part"
    room, wave, lines = min(rooms, key=lambda each: each[0])
    most = float(room + Fraction(_paid(lines), len(lines)))
    said = (
        f"{_paid(lines)} of {counted(len(lines), 'creator')} paid in {wave.id}, at most {per_cent(most)} of them may be"
    )
    return said if len(rooms) == 1 else f"{said}; more room in the others"


def _paid(lines: list[Line]) -> int:
    return sum(line.mode == "paid" for line in lines)


def min_paid(case: Case) -> Check:
    """At least min_paid creators are paid in every planned activation."""
    offences = []
    for wave, lines in case.planned:
        paid = _paid(lines)
        if paid < wave.min_paid:
            offences.append(f"{wave.id}: {paid} paid, at least {wave.min_paid}")
    asked = [
        f"{_paid(lines)} paid in {wave.id}, at least {wave.min_paid}" for wave, lines in case.planned if wave.min_paid
    ]
    return check("min_paid", offences, _first(asked) or "no planned activation asks for paid creators")


def tier_mix(case: Case) -> Check:
    """The count of every tier, gifted and paid, stays within its range in every planned activation."""
    offences = [f"{wave.id}: {fault}" for wave, lines in case.planned for fault in _tier_faults(wave, lines)]
    asked = [f"{wave.id} has {_tiers(wave, lines)}" for wave, lines in case.planned if wave.tier_mix]
    return check("tier_mix", offences, _first(asked) or "no planned activation asks for tiers")


def _tiers(wave: Wave, lines: list[Line]) -> str:
    return ", ".join(
        f"{sum(line.creator.tier == tier for line in lines)} {tier} ({_range(limits.min, limits.max)})"
        for tier, limits in wave.tier_mix.items()
    )


def _range(least: int, most: int | None) -> str:
    return f"at least {least}" if most is None else f"{least} to {most}"


def _first(parts: Sequence[str]) -> str:
    """Return the first few parts and how many more there are, as a rule's offenders are shown."""
    rest = f"; and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return "; ".join(parts[:SHOWN]) + rest


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
        return check("budget_total", [], f"{premises.shown(spent)} spent, no total budget is given")
    compared = f"{premises.shown(spent)} of {premises.shown(premises.minor(limit))}"
    return check("budget_total", [compared] * (spent > premises.minor(limit)), compared)


def budget_month(case: Case) -> Check:
    """No capped month carries more than its cap."""
    premises = case.premises
    months = monthly_cost(premises, case.lines)
    caps = {month: premises.minor(cap) for month, cap in premises.scenario.budget.monthly.items()}
    compared = {
        month: f"{month}: {premises.shown(months.get(month, Cost()).total)} of {premises.shown(cap)}"
        for month, cap in sorted(caps.items())
    }
    offences = [compared[month] for month in compared if months.get(month, Cost()).total > caps[month]]
    return check("budget_month", offences, "; ".join(compared.values()) or "no month has a budget of its own")


def stock(case: Case) -> Check:
    """Units of a product shipped up to and including any day never exceed units arrived by that day."""
    limited = [product for product in case.premises.products.values() if product.stock is not None]
    offences = [fault for product in limited for fault in _stock_faults(case, product)]
    used = Counter(line.wave.product for line in case.lines)
    kept = [f"{used[item.id]} of {_units(item)} of {item.id} leave, never more than have arrived" for item in limited]
    return check("stock", offences, _first(kept) or "no product has a limited stock")


def _units(product: Product) -> str:
    return counted(sum(lot.units for lot in product.stock or []), "unit")


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
        return check("daily_capacity", [], "parcels a day are not limited")
    parcels = Counter(line.ship_on for line in case.lines)
    offences = [
        f"{day}: {count} of {counted(most, 'parcel')}" for day, count in sorted(parcels.items()) if count > most
    ]
    return check(
        "daily_capacity",
        offences,
        f"the fullest day has {max(parcels.values(), default=0)} of {counted(most, 'parcel')}",
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
