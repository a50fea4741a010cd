"""The page of what the network of each community can reach."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.analysis.network import UNTIERED, CommunityNetwork
from optimizer.export import formatting
from optimizer.export.terminal.elements import LABEL_WIDTH, marked, ruled_table

AID = (
    "Creators: all, and nano + emerging + established (+ without tier). Reaches: chance that all usable ones together "
    "make the posts needed in the best window, budget, stock and capacity aside. Missing: how many more "
    "typical ones it would take."
)
COLUMNS = ("Creators\nby tier", "Usable", "Take\ngifts", "Take\npay", "Posts\nneeded", "Reaches", "Missing")


def network_page(networks: Sequence[CommunityNetwork]) -> RenderableType:
    """Return per activation its creators, and whether all of them together would reach the posts needed."""
    table = ruled_table()
    table.add_column("Activation", ratio=1, min_width=LABEL_WIDTH)
    for head in COLUMNS:
        table.add_column(head, justify="right", no_wrap=True)
    for item in networks:
        table.add_row(Text(item.activation), *_cells(item))
    return Group(table, Text(""), Text(AID, style="dim"))


def _cells(item: CommunityNetwork) -> list[Text]:
    tiers = "+".join(f"{item.by_tier.get(tier, 0):,}" for tier in ("nano", "emerging", "established"))
    untiered = item.by_tier.get(UNTIERED, 0)
    reaches, needed = map(formatting.probability, (item.attainable, item.confidence))
    missing = "many" if item.missing is None else f"{item.missing:,}"
    return [
        Text(f"{item.creators:,}\n{tiers}{f'+{untiered:,}' if untiered else ''}"),
        *(Text(f"{number:,}") for number in (item.usable, item.giftable, item.payable, item.min_posts)),
        marked(item.suffices, f"{reaches}\nneed {needed}"),
        Text(formatting.NOTHING if item.suffices else missing),
    ]
