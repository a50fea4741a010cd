"""Rules on decisions: windows, ship days and deliveries; who is used, how, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from optimizer.calendar import WEEKDAYS
from optimizer.plan import Check, Window
from optimizer.scenario.semantics import Wave, accepted_modes, embeddedness, passes_floor
from optimizer.verify.case import Case, check
from optimizer.wording import counted


def horizon(case: Case) -> Check:
    """Every ship day and every window lies inside the horizon."""
    first, last = case.premises.scenario.horizon.start, case.premises.scenario.horizon.end
    windows = [(stated.activation, stated.window) for stated, _ in case.results if stated.window]
    windows += [(line.name, line.window) for line in case.lines]
    offences = [
        f"{name}: window {_span(window)} leaves the horizon"
        for name, window in windows
        if not (first <= window.start <= last and first <= window.end <= last)
    ]
    offences += [
        f"{line.name}: ship day {line.ship_on} lies outside the horizon"
        for line in case.lines
        if not first <= line.ship_on <= last
    ]
    return check("horizon", offences, f"every ship day and window lies within {first} to {last}")


def window(case: Case) -> Check:
    """Windows start on the activation's weekday, in its range, at its length; its lines repeat its window."""
    offences = [
        f"{wave.id}: {fault}"
        for stated, wave in case.results
        if stated.window
        for fault in _window_faults(stated.window, wave)
    ]
    for stated, wave in case.results:
        for line in case.teams[wave.id]:
            if line.window != stated.window:
                own = _span(stated.window) if stated.window else "none"
                offences.append(f"{line.name}: window {_span(line.window)}, the activation's is {own}")
    planned = counted(sum(stated.window is not None for stated, _ in case.results), "window")
    return check("window", offences, f"{planned}, each on days, weekday and of the length asked for")


def _window_faults(window: Window, wave: Wave) -> Iterator[str]:
    if not wave.earliest <= window.start <= wave.latest:
        yield f"starts on {window.start}, outside {wave.earliest} to {wave.latest}"
    if wave.start_weekday not in ("any", WEEKDAYS[window.start.weekday()]):
        yield f"starts on {window.start}, a {WEEKDAYS[window.start.weekday()]}, not a {wave.start_weekday}"
    length = (window.end - window.start).days + 1
    if length != wave.window_days:
        yield f"lasts {counted(length, 'day')}, not {wave.window_days}"


def ship_days(case: Case) -> Check:
    """Parcels leave on open ship days: a ship weekday, no public holiday, no closed date."""
    calendar = case.premises.timing.calendar
    offences = [
        f"{line.name}: no parcels leave on {line.ship_on} ({_why_closed(case, line.ship_on)})"
        for line in case.lines
        if not calendar.is_ship_day(line.ship_on)
    ]
    return check("ship_days", offences, f"{counted(len({line.ship_on for line in case.lines}), 'ship day')}, all open")


def _why_closed(case: Case, day: date) -> str:
    closed = "a closed date" if day in case.premises.scenario.shipping.closed_dates else WEEKDAYS[day.weekday()]
    return case.premises.timing.calendar.holiday(day) or closed


def delivery(case: Case) -> Check:
    """The mean delivery day, unrounded, lies in [start − before_days, start + after_days]."""
    offences = []
    for line in case.lines:
        mean = case.premises.timing.mean_delivery(line.ship_on, case.premises.service(line.creator))
        late = mean - line.window.start.toordinal()
        if not -line.wave.before_days <= late <= line.wave.after_days:
            offences.append(
                f"{line.name}: shipped {line.ship_on}, arrives on average {float(late):+.2f} days from the start, "
                f"allowed {-line.wave.before_days:+d} to {line.wave.after_days:+d}"
            )
    return check(
        "delivery",
        offences,
        f"{counted(len(case.lines), 'parcel')}, each on average on the days around the start that are allowed",
    )


def rest_days(case: Case) -> Check:
    """The later of two windows of one creator starts at least rest_days + 1 days after the earlier one ends."""
    rest = case.premises.scenario.rotation.rest_days
    offences = [
        f"{creator}: {one.wave.id} {_span(one.window)} and {two.wave.id} {_span(two.window)}"
        for creator, lines in case.lines_by_creator.items()
        for one, two in combinations(lines, 2)
        if one.wave.id != two.wave.id and not _apart(one.window, two.window, rest)
    ]
    busy = counted(sum(len(lines) > 1 for lines in case.lines_by_creator.values()), "creator")
    kept = f"{busy} in more than one window, at least {counted(rest, 'free day')} between them asked for"
    return check("rest_days", offences, kept)


def community_gap(case: Case) -> Check:
    """Of two windows of one community, the later starts at least min_gap_days + 1 days after the earlier ends."""
    offences = []
    for community in case.premises.communities.values():
        gap = community.min_gap_days
        windows = [
            (wave.id, stated.window)
            for stated, wave in case.results
            if stated.window and wave.community == community.id
        ]
        offences += [
            f"{community.id}: {one} {_span(first)} and {two} {_span(second)}, {gap} free days asked for"
            for (one, first), (two, second) in combinations(windows, 2)
            if one != two and not _apart(first, second, gap)
        ]
    longest = max((community.min_gap_days for community in case.premises.communities.values()), default=0)
    between = f"; at least {counted(longest, 'free day')} between them asked for" if longest else ""
    return check("community_gap", offences, f"no two windows of one community overlap{between}")


def _apart(one: Window, two: Window, free_days: int) -> bool:
    earlier, later = sorted((one, two), key=lambda each: each.start)
    return (later.start - earlier.end).days >= free_days + 1


def _span(window: Window) -> str:
    return f"{window.start} to {window.end}"


def membership(case: Case) -> Check:
    """A creator belongs to the community of the activation."""
    offences = [
        f"{line.name}: not in community {line.wave.community}"
        for line in case.lines
        if line.wave.community not in line.creator.communities
    ]
    return check(
        "membership",
        offences,
        f"{counted(len(case.lines), 'assignment')}, each of a member of the activation's community",
    )


def embeddedness_floor(case: Case) -> Check:
    """Nobody below the community's min_embeddedness, or unknown where there is one, is used."""
    communities = case.premises.communities
    offences = []
    for line in case.lines:
        if not passes_floor(line.creator, communities[line.wave.community]):
            own = embeddedness(line.creator)
            shown = "unknown" if own is None else f"{own:.4f}"
            floor = communities[line.wave.community].min_embeddedness
            offences.append(f"{line.name}: embeddedness {shown}, at least {floor} asked for")
    floors = [
        f"{each.id}: everybody has at least {each.min_embeddedness}"
        for each in communities.values()
        if each.min_embeddedness is not None
    ]
    return check("embeddedness_floor", offences, "; ".join(floors) or "no community has a floor")


def accepts(case: Case) -> Check:
    """The mode is one the creator accepts; paid creators have a fee."""
    offences = [
        f"{line.name}: {line.mode} not accepted"
        + (", no fee given" if line.mode == "paid" and line.creator.paid_fee is None else "")
        for line in case.lines
        if line.mode not in accepted_modes(line.creator)
    ]
    return check(
        "accepts", offences, f"{counted(len(case.lines), 'assignment')}, each as a gift or paid as the creator accepts"
    )


def availability(case: Case) -> Check:
    """No window overlaps a span in which its creator is unavailable."""
    offences = [
        f"{line.name}: unavailable {span.start} to {span.end}"
        for line in case.lines
        for span in line.creator.unavailable
        if span.start <= line.window.end and line.window.start <= span.end
    ]
    spans = sum(len(creator.unavailable) for creator in case.premises.scenario.creators)
    return check(
        "availability", offences, f"no window meets one of {counted(spans, 'absence')}" if spans else "nobody is absent"
    )


def once(case: Case) -> Check:
    """A creator takes part in an activation at most once."""
    times = Counter(line.name for line in case.lines)
    offences = [f"{name}: {count} times" for name, count in times.items() if count > 1]
    return check("once", offences, f"{counted(len(times), 'assignment')}, nobody twice in an activation")


def max_activations(case: Case) -> Check:
    """No creator takes part in more activations than max_activations_per_creator."""
    most = case.premises.scenario.rotation.max_activations_per_creator
    if most is None:
        return check("max_activations", [], "how often a creator takes part is not limited")
    used = {name: len({line.wave.id for line in lines}) for name, lines in case.lines_by_creator.items()}
    offences = [
        f"{name}: {counted(count, 'activation')}, at most {most}" for name, count in used.items() if count > most
    ]
    return check(
        "max_activations",
        offences,
        f"the busiest creator takes part in {counted(max(used.values(), default=0), 'activation')}, {most} allowed",
    )


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
    return check(
        "locks",
        offences,
        f"{counted(len(taken), 'decision')} taken before and kept" if taken else "no decision was taken before",
    )
