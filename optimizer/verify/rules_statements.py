"""Rules on what a plan states: its scenario, what it names, its figures, and its claims of value, bounds and gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from optimizer.money import exact
from optimizer.plan import CashLine, Check
from optimizer.verify.case import Case, check, near
from optimizer.verify.open_gap import open_gap
from optimizer.wording import counted
from optimizer.wording import money as money_words

GAP_TOLERANCE = 1e-9
"""Stated gaps may differ from their formulas by this (absolute)."""


def objective(case: Case) -> Check:
    """Value, bounds, gaps, what leaves them open and status follow from each other; no bound contradicts the plan.

    Whether a bound is *true* cannot be seen from scenario and plan; only its consistency is judged here.
    """
    stated = case.plan.objective
    faults = [_goal(case), _gaps(case), open_gap(case)]
    faults += [_value(case), _cost(case), _status(case)] if case.has_plan else [_no_plan(case)]
    kept = f"{case.plan.status}, value {stated.value} of at most {stated.value_bound}"
    if stated.least_cost is not None:
        kept += f", cheapest plan {money_words(stated.least_cost, case.premises.scenario.currency)}"
    return check("objective", [fault for group in faults for fault in group], kept)


def _goal(case: Case) -> Iterator[str]:
    stated, given = case.plan.objective.goal, case.premises.scenario.objective.goal
    if stated != given:
        yield f"goal is {stated}, the scenario's is {given}"


def _value(case: Case) -> Iterator[str]:
    stated, due = case.plan.objective, case.statement.value
    if stated.value != due:
        yield f"value is {stated.value}, the secured activations are worth {due}"
    if stated.value_bound is not None and stated.value_bound < due:
        yield f"value_bound {stated.value_bound} is below the value {due} of the plan"


def _cost(case: Case) -> Iterator[str]:
    stated, spent = case.plan.objective, _exact(case.plan.totals.cost)
    least, bound = _exact(stated.least_cost), _exact(stated.cost_bound)
    if least is None:
        yield "least_cost is null although there is a plan"
        return
    slack = exact(case.premises.scenario.objective.cost_slack)
    if spent is not None and spent < least:
        yield f"the plan costs {case.plan.totals.cost}, less than least_cost {stated.least_cost}"
    if spent is not None and spent > (1 + slack) * least:
        yield f"the plan costs {case.plan.totals.cost}, more than least_cost {stated.least_cost} and {float(slack):.2%}"
    if bound is not None and bound > least:
        yield f"cost_bound {stated.cost_bound} is above least_cost {stated.least_cost}"
    if bound is not None and stated.value != stated.value_bound:
        yield f"cost_bound is {stated.cost_bound}, but the value is not proven"


def _gaps(case: Case) -> Iterator[str]:
    stated = case.plan.objective
    gaps = [
        ("value_gap", stated.value_gap, _value_gap(case)),
        ("cost_gap", stated.cost_gap, _cost_gap(case)),
        ("gap", stated.gap, stated.value_gap if (stated.value_gap or 0) > 0 else stated.cost_gap),
    ]
    for name, stated_gap, due in gaps:
        if not near(stated_gap, due, GAP_TOLERANCE):
            yield f"{name} is {stated_gap}, should be {due}"


def _value_gap(case: Case) -> float | None:
    """Return (value_bound − value) / max(1, value_bound), None without one of them."""
    stated = case.plan.objective
    if stated.value is None or stated.value_bound is None:
        return None
    return (stated.value_bound - stated.value) / max(1, stated.value_bound)


def _cost_gap(case: Case) -> float | None:
    """Return (least_cost − cost_bound) / least_cost, 0 where nothing is spent, None without one of them."""
    least, bound = _exact(case.plan.objective.least_cost), _exact(case.plan.objective.cost_bound)
    if least is None or bound is None:
        return None
    return float((least - bound) / least) if least else 0.0


def _status(case: Case) -> Iterator[str]:
    if case.plan.status == "optimal":
        stated = case.plan.objective
        if stated.value_bound is None or stated.value_bound != stated.value:
            yield f"optimal, but the value {stated.value} is not proven"
        if stated.cost_bound is None:
            yield "optimal, but cost_bound is null"


def _no_plan(case: Case) -> Iterator[str]:
    status, stated = case.plan.status, case.plan.objective
    if case.plan.assignments:
        yield f"{status}, yet there are {len(case.plan.assignments)} assignments"
    if any(result.secured for result in case.plan.activations):
        yield f"{status}, yet activations are called secured"
    for name in ("value", "least_cost"):
        if getattr(stated, name) is not None:
            yield f"{status}, yet {name} is {getattr(stated, name)}"


def _exact(amount: str | None) -> Fraction | None:
    return None if amount is None else exact(amount)


def scenario(case: Case) -> Check:
    """Name, currency and SHA-256 are those of the scenario the plan is judged by."""
    stated, given = case.plan.scenario, case.premises.scenario
    compared = [
        ("name", stated.name, given.name),
        ("currency", stated.currency, given.currency),
        ("sha256", stated.sha256, case.fingerprint),
    ]
    offences = [f"{field} is {value}, the scenario's is {own}" for field, value, own in compared if value != own]
    return check("scenario", offences, f"{given.name}, {given.currency}, SHA-256 {case.fingerprint[:12]}…")


def references(case: Case) -> Check:
    """Creators and activations exist; every activation of the scenario stands in the list once, in order."""
    kept = f"{counted(len(case.plan.activations), 'activation')}, {counted(len(case.plan.assignments), 'assignment')}"
    return check("references", [*_activations(case), *_assignments(case)], f"{kept}, all of them known to the scenario")


def _activations(case: Case) -> Iterator[str]:
    waves = case.premises.waves
    listed = [stated.activation for stated in case.plan.activations]
    times = Counter(listed)
    yield from (f"activation {name} does not exist" for name in times if name not in waves)
    yield from (f"activation {name} is listed {count} times" for name, count in times.items() if count > 1)
    yield from (f"activation {name} is missing" for name in waves if name not in times)
    if set(listed) == set(waves) and len(listed) == len(waves) and listed != list(waves):
        yield "the activations are not in the scenario's order"
    for stated, wave in case.results:
        if stated.community != wave.community:
            yield f"activation {wave.id} belongs to {wave.community}, not to {stated.community}"


def _assignments(case: Case) -> Iterator[str]:
    for stated in case.plan.assignments:
        if stated.creator not in case.premises.creators:
            yield f"creator {stated.creator} does not exist"
        if stated.activation not in case.premises.waves:
            yield f"activation {stated.activation} of {stated.creator} does not exist"


CHANCE_TOLERANCE = 1e-7
"""Stated probabilities and expected counts may differ from the exact ones by this (absolute)."""
SCORE_TOLERANCE = 1e-9
"""Stated embeddedness may differ by this (absolute)."""

Amounts = Iterator[tuple[str, str | None, str | None]]
Chances = Iterator[tuple[str, float | None, float | None]]


def money(case: Case) -> Check:
    """Every amount of lines, activations, totals and months is right to the minor unit; null where no plan is."""
    offences = [
        f"{place} is {stated}, should be {due}" for place, stated, due in _amounts(case) if not _same(stated, due)
    ]
    if _months(case.plan.cash) != _months(case.statement.cash):
        offences.append(f"cash has {_shown(case.plan.cash)}, should have {_shown(case.statement.cash)}")
    return check("money", offences, _recomputed(case))


def _recomputed(case: Case) -> str:
    if case.plan.totals.cost is None:
        return "no amounts, as there is no plan"
    cost = money_words(case.plan.totals.cost, case.premises.scenario.currency)
    return f"recomputed to the last digit: {cost} in {counted(len(case.plan.cash), 'month')}"


def _amounts(case: Case) -> Amounts:
    for (stated, line), due in zip(case.entries, case.statement.assignments, strict=True):
        for field in ("product", "shipping", "fee", "cost"):
            yield f"{line.name}: {field}", getattr(stated, field), getattr(due, field)
    for result, wave in case.results:
        yield f"{wave.id}: cost", result.cost, case.figures[wave.id].cost if case.has_plan else None
    for field in ("cost", "product", "shipping", "fees"):
        total = getattr(case.statement.totals, field) if case.has_plan else None
        yield f"totals: {field}", getattr(case.plan.totals, field), total
    if case.plan.totals.budget is not None:
        yield "totals: budget", case.plan.totals.budget, case.statement.totals.budget
    if case.plan.totals.left is not None:
        yield "totals: left", case.plan.totals.left, case.statement.totals.left if case.has_plan else None
    for month, right in zip(case.plan.cash, case.statement.cash, strict=False):
        if month.cap is not None:
            yield f"{month.month}: budget", month.cap, right.cap


def _same(stated: str | None, due: str | None) -> bool:
    if stated is None or due is None:
        return stated is due
    return Decimal(stated) == Decimal(due)


def _months(cash: Sequence[CashLine]) -> list[tuple[str, Decimal, Decimal, Decimal, Decimal]]:
    return [
        (line.month, Decimal(line.product), Decimal(line.shipping), Decimal(line.fees), Decimal(line.total))
        for line in cash
    ]


def _shown(cash: Sequence[CashLine]) -> str:
    parts = [f"{line.month} {line.product} + {line.shipping} + {line.fees} = {line.total}" for line in cash]
    return ", ".join(parts) or "no month"


def probabilities(case: Case) -> Check:
    """Every probability and expected count is the exact one within 1e-7."""
    offences = [
        f"{place} is {_decimals(stated)}, exactly {_decimals(due)}"
        for place, stated, due in _chances(case)
        if not near(stated, due, CHANCE_TOLERANCE)
    ]
    offences += [
        f"{place} has {len(stated)} entries, should have {len(due)}"
        for place, stated, due in _distributions(case)
        if len(stated) != len(due)
    ]
    return check(
        "probabilities",
        offences,
        f"recomputed: {counted(len(case.results), 'activation')}, {counted(len(case.entries), 'assignment')}",
    )


def _decimals(probability: float | None) -> str:
    return "null" if probability is None else f"{probability:.9f}"


def _chances(case: Case) -> Chances:
    for (stated, line), due in zip(case.entries, case.statement.assignments, strict=True):
        yield f"{line.name}: post_probability", stated.post_probability, due.post_probability
    for result, wave in case.results:
        for field in ("probability", "expected_posts", "expected_posts_outside"):
            yield f"{wave.id}: {field}", getattr(result, field), getattr(case.figures[wave.id], field)
    for field in ("expected_posts", "probability_all"):
        yield f"totals: {field}", getattr(case.plan.totals, field), getattr(case.statement.totals, field)
    for place, stated_all, due_all in _distributions(case):
        for index, (stated_one, due_one) in enumerate(zip(stated_all, due_all, strict=False)):
            yield f"{place}[{index}]", stated_one, due_one


def _distributions(case: Case) -> Iterator[tuple[str, Sequence[float], Sequence[float]]]:
    for result, wave in case.results:
        yield f"{wave.id}: post_distribution", result.post_distribution, case.figures[wave.id].post_distribution
    totals, due = case.plan.totals, case.statement.totals
    yield "totals: secured_distribution", totals.secured_distribution, due.secured_distribution


def counts(case: Case) -> Check:
    """Counts, expected deliveries, embeddedness and what is repeated from the scenario are right."""
    offences = [f"{place} is {stated}, should be {due}" for place, stated, due in _counted(case) if stated != due]
    offences += [
        f"{place} is {stated}, should be {due}"
        for place, stated, due in _scores(case)
        if not near(stated, due, SCORE_TOLERANCE)
    ]
    return check("counts", offences, f"recounted: {case.plan.totals.gifts} gifted, {case.plan.totals.paid} paid")


def _counted(case: Case) -> Iterator[tuple[str, object, object]]:
    for (stated, line), due in zip(case.entries, case.statement.assignments, strict=True):
        yield f"{line.name}: expected_delivery", stated.expected_delivery, due.expected_delivery
    for result, wave in case.results:
        for field in ("gifts", "paid", "min_posts", "confidence"):
            yield f"{wave.id}: {field}", getattr(result, field), getattr(case.figures[wave.id], field)
    for field in ("gifts", "paid"):
        yield f"totals: {field}", getattr(case.plan.totals, field), getattr(case.statement.totals, field)


def _scores(case: Case) -> Iterator[tuple[str, float | None, float | None]]:
    for (stated, line), due in zip(case.entries, case.statement.assignments, strict=True):
        yield f"{line.name}: embeddedness", stated.embeddedness, due.embeddedness
    total = case.statement.embeddedness if case.has_plan else None
    yield "objective: embeddedness", case.plan.objective.embeddedness, total
