"""What all charts share: titles, data, amounts, small multiples."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import altair as alt
from altair.typing import ChartType

from optimizer.export import formatting
from optimizer.export.charts.theme import CELL_WIDTH, FONT, INK, PALE, PAPER, QUIET, SMALL, WIDTH
from optimizer.plan import ActivationResult
from optimizer.scenario.models import Scenario

Chart: TypeAlias = ChartType
Layer: TypeAlias = Any
"""A part of a chart; altair's methods return different types for it."""
Row: TypeAlias = Mapping[str, Any]
CELL_MARGIN = 30
"""Width of the axis and spacing of a small chart (pixels)."""
LINE = 132
"""Longest line of a subtitle (characters), as Vega does not wrap titles."""

NO_XML = dict.fromkeys([*(code for code in range(0x20) if chr(code) not in "\t\n\r"), 0xFFFE, 0xFFFF], "\ufffd")
"""Characters that XML cannot hold; the renderer crashes on them."""


@dataclass(frozen=True)
class Room:
    """Widths between which a page may draw a chart (pixels); `cell` is that of one of several small charts."""

    least: int = 480
    most: int = 1000
    cell: int | None = None


CELLS = Room(cell=CELL_WIDTH + CELL_MARGIN)


def data(rows: Iterable[Row]) -> alt.InlineData:
    """Return rows as data inside the specification."""
    return alt.InlineData(values=[dict(row) for row in rows])


def amount(text: str) -> float:
    """Return the position of an amount on an axis; labels are made from the text itself."""
    return float(Decimal(text))


def axis_format(amounts: Iterable[float]) -> str:
    """Return the number format of a money axis: minor units only where all amounts are small."""
    return "$,.0f" if max(map(abs, amounts), default=0) >= 10 else "$,.2f"


def one_line(text: str) -> str:
    """Return a name on one line and without characters that cannot be drawn."""
    return " ".join(text.split()).translate(NO_XML)


def community_names(scenario: Scenario) -> Mapping[str, str]:
    """Return the name of each community by id."""
    return {community.id: one_line(community.name or community.id) for community in scenario.communities}


def activation_name(result: ActivationResult, communities: Mapping[str, str]) -> str:
    """Return an activation's id on one line, with its community where the id does not begin with it."""
    name = one_line(result.activation)
    community = communities.get(result.community, one_line(result.community))
    return name if _plain(name).startswith(_plain(community)) else f"{name} ({community})"


def _plain(name: str) -> str:
    return name.casefold().replace("-", " ").replace("_", " ")


def columns(number: int) -> int:
    """Return the number of small charts in a row of a picture.

    Examples
    --------
    >>> columns(1), columns(4), columns(5), columns(72)
    (1, 2, 3, 4)
    """
    return next((wide for wide, most in ((1, 1), (2, 4), (3, 9)) if number <= most), 4)


def finished(
    chart: Layer, title: str, subtitle: str, description: str, *, currency: str | None = None, room: Room = Room()
) -> Chart:
    """Return a chart with the title, fonts, colours and number format of all charts.

    Parameters
    ----------
    title, subtitle
        What the chart shows, and how to read it.
    description
        The content of the chart in words, for those who cannot see it.
    currency
        Of the amounts, where there are any.
    room
        How wide a page may draw it.
    """
    heading = alt.TitleParams(one_line(title), subtitle=textwrap.wrap(subtitle, LINE), anchor="start", offset=14)
    return _styled(
        chart.properties(title=heading, description=description, usermeta={"groundswell": asdict(room)}), currency
    )


def _styled(chart: Layer, currency: str | None) -> Chart:
    """Return a chart with the fonts, colours and number format of all charts."""
    symbol = formatting.symbol(currency) if currency else ""
    locale = alt.Locale(number=alt.NumberLocale(decimal=".", thousands=",", grouping=[3], currency=[symbol, ""]))
    styled: Chart = chart.configure(
        background=PAPER,
        font=FONT,
        locale=locale,
        padding=12,
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(
            fontSize=15, color=INK, subtitleColor=QUIET, subtitleFontSize=12, subtitleLineHeight=16, subtitlePadding=6
        ),
        axis=alt.AxisConfig(
            labelColor=INK,
            titleColor=INK,
            titleFontWeight="normal",
            titlePadding=8,
            domainColor=QUIET,
            tickColor=QUIET,
            gridColor=PALE,
            labelFontSize=11.5,
            titleFontSize=12,
            labelOverlap="greedy",
            labelSeparation=6,
            labelFlush=False,
        ),
        legend=alt.LegendConfig(
            orient="top", title=None, labelColor=INK, labelFontSize=12, labelLimit=400, symbolSize=140, offset=8
        ),
        header=alt.HeaderConfig(
            title=None,
            labelColor=INK,
            labelFontSize=12,
            labelAnchor="start",
            labelLimit=CELL_WIDTH + CELL_MARGIN // 2,
        ),
        text=alt.MarkConfig(color=INK, fontSize=SMALL),
    )
    return styled


def nothing(title: str, reason: str) -> Chart:
    """Return an empty chart with the reason why there is nothing to draw."""
    chart = alt.Chart(data([{"reason": reason}])).mark_text(align="left", baseline="top", fontSize=12)
    chart = chart.encode(x=alt.value(0), y=alt.value(0), text="reason:N").properties(width=WIDTH, height=24)
    return finished(chart, title, "", reason)
