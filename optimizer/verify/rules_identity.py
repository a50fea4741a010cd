"""Rules on what a plan speaks of: its scenario, and that whatever it names exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from optimizer.plan import Check
from optimizer.verify.case import Case, check


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
