"""Checks of the horizon, of spans and of the windows that have to fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from optimizer.calendar import WEEKDAYS
from optimizer.errors import Problem
from optimizer.scenario.fields import MAX_LIST, Horizon
from optimizer.scenario.models import Activation, Scenario
from optimizer.scenario.partial_validation import Gaps
from optimizer.scenario.semantics import Wave, expand, written_activations
from optimizer.scenario.validation_errors import Path
from optimizer.wording import counted

FIRST_YEAR, LAST_YEAR = 1970, 2200
LONGEST_HORIZON_DAYS = 3_660
"""Ten years: everything is computed day by day, so this keeps time and memory bounded."""


def length_of(horizon: Horizon) -> int:
    """Return the number of days of the horizon."""
    return (horizon.end - horizon.start).days + 1


def horizon_is_a_period(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """The horizon starts before it ends, lies in years that calendars know and is not too long."""
    horizon = scenario.horizon
    if gaps.touch("horizon"):
        return
    for name, day in (("start", horizon.start), ("end", horizon.end)):
        if not _in_range(day):
            yield _year_problem(gaps.at("horizon", name), day)
    if horizon.end < horizon.start:
        yield Problem(
            "horizon_reversed",
            gaps.at("horizon", "end"),
            f"the horizon ends before it starts, on {horizon.start}",
            "Correct start or end.",
            str(horizon.end),
        )
    elif length_of(horizon) > LONGEST_HORIZON_DAYS:
        yield Problem(
            "horizon_too_long",
            gaps.at("horizon", "end"),
            f"the horizon has {length_of(horizon):,} days, more than the {LONGEST_HORIZON_DAYS:,} this program plans "
            "(a limit of the program, which works day by day)",
            f"End it by {horizon.start + timedelta(days=LONGEST_HORIZON_DAYS - 1)} or plan in parts."
            if _in_range(horizon.start)
            else "Plan in parts.",
            str(horizon.end),
        )


def _in_range(day: date) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _year_problem(where: str, day: date) -> Problem:
    return Problem(
        "year_out_of_range",
        where,
        f"the year should lie between {FIRST_YEAR} and {LAST_YEAR}",
        "Check the year.",
        str(day),
    )


def starts_are_in_range(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """The bounds of a window's start lie in years that calendars know."""
    for index, activation in enumerate(scenario.activations or ()):
        for name in ("start_earliest", "start_latest"):
            day = getattr(activation, name)
            if day is not None and not _in_range(day):
                yield _year_problem(gaps.at("activations", index, name), day)


def spans_are_in_order(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """No unavailable span ends before it starts."""
    for index, creator in enumerate(scenario.creators):
        for position, span in enumerate(creator.unavailable):
            if span.end < span.start:
                yield Problem(
                    "span_reversed",
                    gaps.at("creators", index, "unavailable", position, "end"),
                    f"the span ends before it starts, on {span.start}",
                    "Correct start or end.",
                    str(span.end),
                )


def waves_are_few_enough(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """All activations together, repeats counted, stay within the length of a list."""
    count = wave_count(scenario)
    if count > MAX_LIST:
        yield Problem(
            "too_many_waves",
            gaps.at("activations"),
            f"with their repeats these are {count:,} activations; at most {MAX_LIST:,} can be planned",
            "Repeat less often or split the scenario.",
        )


def wave_count(scenario: Scenario) -> int:
    """Return the number of activations, every repeat counted."""
    return sum(1 if item.repeat is None else item.repeat.times for item, _ in written_activations(scenario))


def every_wave_has_a_window(scenario: Scenario, gaps: Gaps) -> Iterator[Problem]:
    """Every activation, and every wave of one that repeats, has a candidate window inside the horizon."""
    if gaps.touch("horizon") or any(horizon_is_a_period(scenario, gaps)) or wave_count(scenario) > MAX_LIST:
        return
    implied = scenario.activations is None
    if implied and gaps.touch("activations"):
        return
    for index, (activation, where) in enumerate(written_activations(scenario)):
        path: Path = ("communities" if implied else "activations", index)
        bounds = (activation.start_earliest, activation.start_latest)
        if _window_is_doubtful(path, gaps) or not all(day is None or _in_range(day) for day in bounds):
            continue
        closed = [wave for wave in expand(activation, where, scenario) if not _has_start(wave)]
        if closed:
            field, reason = _why_closed(activation, closed[0], scenario.horizon)
            given = not implied and field in activation.model_fields_set
            more = f" (and {len(closed) - 1} further waves likewise)" if len(closed) > 1 else ""
            yield Problem(
                "no_window",
                gaps.at(*path, field) if given else gaps.at(*path),
                f"`{closed[0].id}` has no candidate window inside the horizon: {reason}{more}",
                "Widen the start range or the horizon, or shorten the window.",
                _shown(activation, field) if given else None,
            )


def _window_is_doubtful(path: Path, gaps: Gaps) -> bool:
    fields = ("window_days", "start_earliest", "start_latest", "start_weekday", "repeat")
    return any(gaps.touch(*path, name) for name in fields)


def _has_start(wave: Wave) -> bool:
    if wave.start_weekday == "any":
        return wave.earliest <= wave.latest
    wait = (WEEKDAYS.index(wave.start_weekday) - wave.earliest.weekday()) % 7
    return wave.earliest + timedelta(days=wait) <= wave.latest


def _why_closed(activation: Activation, wave: Wave, horizon: Horizon) -> tuple[str, str]:
    """Return the field to look at and the reason why a wave has no candidate window."""
    earliest, latest = activation.start_earliest, activation.start_latest
    if wave.window_days > length_of(horizon):
        return (
            "window_days",
            f"a window of {counted(wave.window_days, 'day')} is longer than its {counted(length_of(horizon), 'day')}",
        )
    if earliest is not None and latest is not None and earliest > latest:
        return "start_latest", f"start_latest, {latest}, lies before start_earliest, {earliest}"
    if wave.earliest > wave.latest:
        reason = (
            f"with its {counted(wave.window_days, 'day')} inside the horizon and its start inside the start range, "
            f"it could start neither before {wave.earliest} nor after {wave.latest}"
        )
        if activation.repeat is not None:
            return "repeat", reason
        return "start_latest" if earliest is None else "start_earliest", reason
    return "start_weekday", f"no `{wave.start_weekday}` lies between {wave.earliest} and {wave.latest}"


def _shown(activation: Activation, field: str) -> str | int | None:
    value = getattr(activation, field)
    return str(value) if isinstance(value, date) else value if isinstance(value, str | int) else None
