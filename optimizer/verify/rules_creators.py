"""Rules on who is used, how, and how often."""

from __future__ import annotations

from collections import Counter

from optimizer.plan import Check
from optimizer.scenario.semantics import accepted_modes, embeddedness, passes_floor
from optimizer.verify.case import Case, check


def membership(case: Case) -> Check:
    """A creator belongs to the community of the activation."""
    offences = [
        f"{line.name}: not in community {line.wave.community}"
        for line in case.lines
        if line.wave.community not in line.creator.communities
    ]
    return check("membership", offences, f"{len(case.lines)} assignments within their communities")


def embeddedness_floor(case: Case) -> Check:
    """Nobody below the community's min_embeddedness, or unknown where there is one, is used."""
    communities = case.premises.communities
    offences = []
    for line in case.lines:
        if not passes_floor(line.creator, communities[line.wave.community]):
            known = embeddedness(line.creator)
            found = "unknown" if known is None else f"{known:.4f}"
            floor = communities[line.wave.community].min_embeddedness
            offences.append(f"{line.name}: embeddedness {found}, at least {floor} asked for")
    floors = sum(community.min_embeddedness is not None for community in communities.values())
    return check("embeddedness_floor", offences, f"communities with a floor: {floors}" if floors else "no floor in use")


def accepts(case: Case) -> Check:
    """The mode is one the creator accepts; paid creators have a fee."""
    offences = [
        f"{line.name}: {line.mode} not accepted"
        + (", no fee known" if line.mode == "paid" and line.creator.paid_fee is None else "")
        for line in case.lines
        if line.mode not in accepted_modes(line.creator)
    ]
    return check("accepts", offences, f"{len(case.lines)} modes accepted")


def availability(case: Case) -> Check:
    """No window overlaps a span in which its creator is unavailable."""
    offences = [
        f"{line.name}: unavailable {span.start} to {span.end}"
        for line in case.lines
        for span in line.creator.unavailable
        if span.start <= line.window.end and line.window.start <= span.end
    ]
    spans = sum(len(creator.unavailable) for creator in case.premises.scenario.creators)
    return check("availability", offences, f"{spans} unavailable spans kept free" if spans else "no spans given")


def once(case: Case) -> Check:
    """A creator takes part in an activation at most once."""
    times = Counter(line.name for line in case.lines)
    offences = [f"{name}: {count} times" for name, count in times.items() if count > 1]
    return check("once", offences, f"{len(times)} distinct assignments")


def max_activations(case: Case) -> Check:
    """No creator takes part in more activations than max_activations_per_creator."""
    most = case.premises.scenario.rotation.max_activations_per_creator
    if most is None:
        return check("max_activations", [], "no limit in use")
    used = {name: len({line.wave.id for line in lines}) for name, lines in case.lines_by_creator.items()}
    offences = [f"{name}: {count} activations, at most {most}" for name, count in used.items() if count > most]
    return check("max_activations", offences, f"at most {max(used.values(), default=0)} of {most}")


def locks(case: Case) -> Check:
    """Decisions already taken are kept: gift and paid with their mode and ship day, skip without the creator."""
    taken = case.premises.scenario.locks
    if not case.has_plan:
        return check("locks", [], "no plan")
    offences = []
    for lock in taken:
        lines = [line for line in case.teams.get(lock.activation, []) if line.creator.id == lock.creator]
        name = f"{lock.creator} in {lock.activation}"
        if lock.mode == "skip":
            offences += [f"{name}: used although skipped"] * bool(lines)
        elif not any(line.mode == lock.mode and lock.ship_on in (None, line.ship_on) for line in lines):
            when = f" shipped on {lock.ship_on}" if lock.ship_on else ""
            offences.append(f"{name}: locked as {lock.mode}{when}, planned otherwise or not at all")
    return check("locks", offences, f"locks kept: {len(taken)}" if taken else "no locks in use")
