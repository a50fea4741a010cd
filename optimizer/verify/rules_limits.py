"""Rules on what is scarce: money, units and parcel places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from optimizer.plan import Check
from optimizer.scenario.logistics import Product
from optimizer.verify.accounts import Cost, monthly_cost, total_cost
from optimizer.verify.case import Case, check


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
    return check("stock", offences, f"{len(limited)} products with stock" if limited else "not in use")


def _stock_faults(case: Case, product: Product) -> Iterator[str]:
    shipped = Counter(line.ship_on for line in case.lines if line.wave.product == product.id)
    days = sorted(shipped)
    for day, used in zip(days, accumulate(shipped[day] for day in days), strict=True):
        arrived = sum(lot.units for lot in product.stock or [] if lot.on <= day)
        if used > arrived:
            yield f"{product.id}: {used} units shipped by {day}, {arrived} arrived"


def daily_capacity(case: Case) -> Check:
    """No day ships more parcels than daily_capacity."""
    most = case.premises.scenario.shipping.daily_capacity
    if most is None:
        return check("daily_capacity", [], "no limit in use")
    parcels = Counter(line.ship_on for line in case.lines)
    offences = [f"{day}: {count} of {most} parcels" for day, count in sorted(parcels.items()) if count > most]
    return check("daily_capacity", offences, f"at most {max(parcels.values(), default=0)} of {most} parcels a day")
