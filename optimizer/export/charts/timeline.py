"""When everything happens: parcels leaving, expected deliveries and posting windows of each activation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import altair as alt

from optimizer.export import formatting
from optimizer.export.charts.base import (
    Chart,
    Layer,
    Room,
    Row,
    activation_name,
    community_names,
    data,
    finished,
    nothing,
    one_line,
)
from optimizer.export.charts.theme import INK, MIDDLE, PALE, QUIET, WIDTH
from optimizer.plan import ActivationResult, Assignment, Plan
from optimizer.scenario.models import Scenario

TITLE = "When parcels leave, arrive and posts count"
SHIPPED, DELIVERED = "parcels leave (up)", "expected deliveries (down)"
WINDOW = "window in which posts count"
HALF_BAR = 0.4
"""Height of the tallest bar, as a share of a row."""
TALL, LOW, MANY = 40, 30, 12
"""Heights of a row with up to `MANY` rows, and with more (pixels)."""
WEEKS_UP_TO = 130
"""Spans of no more days have a line every Monday, longer ones every month."""


def timeline_chart(plan: Plan, scenario: Scenario) -> Chart:
    """Return one row for each activation with a window, by the window's start."""
    planned = [result for result in plan.activations if result.window is not None]
    if not planned:
        return nothing(TITLE, "No activation has a window in this plan.")
    rows = _Rows(plan, scenario, sorted(planned, key=_start))
    base = alt.layer(rows.windows(), rows.bars(), rows.lines())
    height = (TALL if len(planned) <= MANY else LOW) * len(planned)
    chart = base.properties(width=WIDTH, height=height)
    return finished(chart, TITLE, rows.subtitle(), rows.description(), room=Room(560, 1100))


def _start(result: ActivationResult) -> date:
    return result.window.start if result.window else date.max


def _midnight(day: date) -> str:
    """Return a day's beginning in the reader's own time zone, in which it is drawn as well."""
    return f"{day.isoformat()}T00:00:00"


class _Rows:
    def __init__(self, plan: Plan, scenario: Scenario, results: Sequence[ActivationResult]):
        self.plan, self.results = plan, results
        self.names = community_names(scenario)
        self.lines_of: dict[str, list[Assignment]] = {result.activation: [] for result in results}
        for line in plan.assignments:
            self.lines_of.get(line.activation, []).append(line)
        counts = [max(parcels.values(), default=0) for result in results for parcels in self._days(result)]
        self.tallest = max(counts, default=0)
        self.first, self.last = self._span()

    def _days(self, result: ActivationResult) -> tuple[Counter[date], Counter[date]]:
        lines = self.lines_of[result.activation]
        return Counter(line.ship_on for line in lines), Counter(line.expected_delivery for line in lines)

    def _span(self) -> tuple[date, date]:
        """Return the first and the last day that are drawn, with a little room around what happens."""
        windows = [result.window for result in self.results if result.window]
        begin = min([line.ship_on for line in self.plan.assignments] + [span.start for span in windows])
        end = max([line.expected_delivery for line in self.plan.assignments] + [span.end for span in windows])
        room = timedelta(days=max(2, (end - begin).days // 40))
        return (begin - room if self._weekly(begin, end) else begin.replace(day=1)), end + room

    @staticmethod
    def _weekly(first: date, last: date) -> bool:
        return (last - first).days <= WEEKS_UP_TO

    def x(self, field: str) -> alt.X:
        weeks = self._weekly(self.first, self.last)
        axis = alt.Axis(values=list(map(_date_time, _ticks(self.first, self.last, weeks=weeks))), title=None)
        axis.labelExpr = _day_label(weeks=weeks)
        return alt.X(f"{field}:T", axis=axis)

    def y(self, field: str) -> alt.Y:
        names = json.dumps([self._label(result) for result in self.results])
        axis = alt.Axis(
            values=[number + 0.5 for number in range(len(self.results))],
            labelExpr=f"{names}[floor(datum.value)]",
            labelLimit=260,
            labelOverlap=False,
            # Of two lines, the middle of a row is between them.
            labelOffset=-6,
            grid=False,
            ticks=False,
            domain=False,
            labelPadding=10,
        )
        scale = alt.Scale(domain=[0, len(self.results)], reverse=True, nice=False, zero=False)
        return alt.Y(f"{field}:Q", title=None, scale=scale, axis=axis)

    def _label(self, result: ActivationResult) -> list[str]:
        parcels = len(self.lines_of[result.activation])
        return [activation_name(result, self.names), formatting.count(parcels, "parcel")]

    def windows(self) -> Layer:
        rows = [
            {
                "activation": one_line(result.activation),
                "from": _midnight(result.window.start),
                "until": _midnight(result.window.end + timedelta(days=1)),
                "top": number + 0.06,
                "bottom": number + 0.94,
                "shown": formatting.window(result.window, year=True),
                "chance": formatting.probability_and_goal(result.probability, result.confidence),
            }
            for number, result in enumerate(self.results)
            if result.window
        ]
        tips = ["activation:N", alt.Tooltip("shown:N", title="window"), "chance:N"]
        # One layer names the days that are drawn; two that did would be taken for a conflict.
        x = self.x("from").scale(domainMin=_date_time(self.first), domainMax=_date_time(self.last))
        mark = alt.Chart(data(rows)).mark_rect(fill=PALE, stroke=QUIET, strokeWidth=0.8)
        return mark.encode(x=x, x2="until:T", y=self.y("top"), y2="bottom:Q", tooltip=tips)

    def bars(self) -> Layer:
        kinds = alt.Scale(domain=[SHIPPED, DELIVERED], range=[INK, MIDDLE])
        tips = ["activation:N", alt.Tooltip("shown:N", title="day"), "what:N", "parcels:Q"]
        mark = alt.Chart(data(self._bar_rows())).mark_rect()
        return mark.encode(
            x=self.x("from"),
            x2="until:T",
            y=self.y("level"),
            y2="tip:Q",
            fill=alt.Fill("what:N", scale=kinds, sort=[SHIPPED, DELIVERED]),
            tooltip=tips,
        )

    def _bar_rows(self) -> Iterator[Row]:
        for number, result in enumerate(self.results):
            for what, side, days in zip((SHIPPED, DELIVERED), (-1, 1), self._days(result), strict=True):
                for day, parcels in sorted(days.items()):
                    yield {
                        "activation": one_line(result.activation),
                        "what": what,
                        "from": _midnight(day),
                        "until": _midnight(day + timedelta(days=1)),
                        "level": number + 0.5,
                        "tip": number + 0.5 + side * HALF_BAR * parcels / self.tallest,
                        "parcels": parcels,
                        "shown": formatting.day(day, year=True),
                    }

    def lines(self) -> Layer:
        rows = [{"level": number + 0.5} for number in range(len(self.results))]
        return alt.Chart(data(rows)).mark_rule(stroke=QUIET, strokeWidth=0.6).encode(y=self.y("level"))

    def subtitle(self) -> str:
        missing = len(self.plan.activations) - len(self.results)
        text = f"Grey: the {WINDOW}. The tallest bar is {formatting.count(self.tallest, 'parcel')} on one day."
        left = f" Without a window, and left out: {formatting.count(missing, 'activation')}." if missing else ""
        return text + left

    def description(self) -> str:
        spans = "; ".join(f"{one_line(item.activation)} {formatting.window(item.window)}" for item in self.results)
        return f"Timeline of parcels, expected deliveries and posting windows. Windows: {spans}."


def _ticks(first: date, last: date, *, weeks: bool) -> Iterator[date]:
    """Yield the Mondays, or the first days of the months, of a span."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() == 0 if weeks else day.day == 1:
            yield day


def _day_label(*, weeks: bool) -> str:
    """Return a Vega expression: the day or month, with the year under the first and where it begins."""
    begins = "month(datum.value) === 0" + (" && date(datum.value) <= 7" if weeks else "")
    shown = f"timeFormat(datum.value, '{'%-d %b' if weeks else '%b'}')"
    return f"[{shown}, datum.index === 0 || {begins} ? timeFormat(datum.value, '%Y') : '']"


def _date_time(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)
