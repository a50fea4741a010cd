"""Rules on what a plan states: its scenario, what it names, and its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from optimizer.plan import CashLine, Check
from optimizer.verify.case import Case, check, near


def scenario(case: Case) -> Check:
    """Name, currency and SHA-256 are those of the scenario the plan is judged by."""
    stated, given = case.plan.scenario, case.premises.scenario
    compared = [
        ("name", stated.name, given.name),
        ("currency", stated.currency, given.currency),
        ("sha256", stated.sha256, case.fingerprint),
    ]
    offences = [f"{field} is {found}, the scenario's is {own}" for field, found, own in compared if found != own]
    return check("scenario", offences, f"{given.name}, {given.currency}, {case.fingerprint[:12]}")


def references(case: Case) -> Check:
    """Creators and activations exist; every activation of the scenario stands in the list once, in order."""
    kept = f"{len(case.plan.activations)} activations, {len(case.plan.assignments)} assignments"
    return check("references", [*_activations(case), *_assignments(case)], kept)


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
Chances = Iterator[tuple[str, float, float]]


def money(case: Case) -> Check:
    """Every amount of lines, activations, totals and months is right to the minor unit; null where no plan is."""
    offences = [
        f"{place} is {stated}, should be {due}" for place, stated, due in _amounts(case) if not _same(stated, due)
    ]
    if _months(case.plan.cash) != _months(case.statement.cash):
        offences.append(f"cash has {_shown(case.plan.cash)}, should have {_shown(case.statement.cash)}")
    return check("money", offences, f"{case.plan.totals.cost or 'nothing'} in {len(case.plan.cash)} months")


def _amounts(case: Case) -> Amounts:
    for (stated, line), due in zip(case.entries, case.statement.assignments, strict=True):
        for field in ("product", "shipping", "fee", "cost"):
            yield f"{line.name}: {field}", getattr(stated, field), getattr(due, field)
    for result, wave in case.results:
        yield f"{wave.id}: cost", result.cost, case.figures[wave.id].cost if case.has_plan else None
    for field in ("cost", "product", "shipping", "fees"):
        total = getattr(case.statement.totals, field) if case.has_plan else None
        yield f"totals: {field}", getattr(case.plan.totals, field), total


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
        f"{place} is {stated:.9f}, exactly {due:.9f}"
        for place, stated, due in _chances(case)
        if not near(stated, due, CHANCE_TOLERANCE)
    ]
    offences += [
        f"{place} has {len(stated)} entries, should have {len(due)}"
        for place, stated, due in _distributions(case)
        if len(stated) != len(due)
    ]
    return check("probabilities", offences, f"{len(case.results)} activations, {len(case.entries)} lines exact")


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
    return check("counts", offences, f"{case.plan.totals.gifts} gifted, {case.plan.totals.paid} paid")


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
