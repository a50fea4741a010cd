"""What each community's network can do at best: read before planning, to see where it is too small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.chance.covers import whole_team
from optimizer.chance.tail import SECURE_TOLERANCE, tail
from optimizer.derive.build import build_instance
from optimizer.derive.instance import Instance, Ints
from optimizer.plan import Window
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.semantics import accepted_modes, embeddedness

UNTIERED = "none"
MOST_MISSING = 1000
"""At most this many missing creators are counted."""
CERTAIN = 1 - 1e-9
"""A window with this probability is taken without looking at the others."""


@dataclass(frozen=True)
class CommunityNetwork:
    """The creators of one activation's community and what all of them together reach.

    Attributes
    ----------
    activation, community
        Ids; a community stands here once per activation.
    creators
        Members of the community.
    by_tier
        Members per tier in the order nano, emerging, established, none; tiers without members are left out.
    usable
        Members with an allowed option in some candidate window.
    giftable, payable
        Members who accept a gift, and those who accept pay and have a fee.
    unknown_embeddedness
        Members whose embeddedness is neither given nor sampled.
    min_posts, confidence
        What is asked for.
    attainable
        Highest probability that all usable members reach together in any window, the paid share kept and shared limits
        (budget, capacity, stock, rest) left out.
    window
        The window in which they reach it; None where nobody is usable.
    missing
        About how many more creators like the median one there would have to be; 0 where the network suffices,
        None where nobody is usable or even `MOST_MISSING` would not do.
    """

    activation: str
    community: str
    creators: int
    by_tier: Mapping[str, int]
    usable: int
    giftable: int
    payable: int
    unknown_embeddedness: int
    min_posts: int
    confidence: float
    attainable: float
    window: Window | None
    missing: int | None

    @property
    def suffices(self) -> bool:
        """Whether everybody together reaches the confidence asked for."""
        return self.attainable >= self.confidence - SECURE_TOLERANCE


def network(scenario: Scenario) -> list[CommunityNetwork]:
    """Return the network of every activation of a checked scenario, in its order."""
    instance = build_instance(scenario)
    return [network_of(instance, activation) for activation in instance.activations]


def network_of(instance: Instance, activation: int) -> CommunityNetwork:
    """Return the network of one activation."""
    wave = instance.waves[activation]
    members = [creator for creator in instance.scenario.creators if wave.community in creator.communities]
    tiers = Counter(creator.tier or UNTIERED for creator in members)
    reached, window = _best_window(instance, activation)
    options = instance.options
    start = None if window is None else instance.day(instance.windows.start_day[window])
    return CommunityNetwork(
        activation=wave.id,
        community=wave.community,
        creators=len(members),
        by_tier={tier: tiers[tier] for tier in ("nano", "emerging", "established", UNTIERED) if tiers[tier]},
        usable=len(np.unique(options.creator[options.activation == activation])),
        giftable=_accepting(members, "gift"),
        payable=_accepting(members, "paid"),
        unknown_embeddedness=sum(embeddedness(creator) is None for creator in members),
        min_posts=wave.min_posts,
        confidence=wave.confidence,
        attainable=reached,
        window=None if start is None else Window(start=start, end=wave.end_of(start)),
        missing=_missing(instance, activation, window, reached),
    )


def _accepting(members: list[Creator], mode: str) -> int:
    return sum(mode in accepted_modes(creator) for creator in members)


def _best_window(instance: Instance, activation: int) -> tuple[float, int | None]:
    """Return the highest attainable probability and its first window; None where nobody can be used in any."""
    mine: Ints = np.unique(instance.options.window[instance.options.activation == activation])
    least = instance.waves[activation].min_posts
    best, where = 0.0, None
    for window in mine:
        reached = min(1.0, max(0.0, tail(*whole_team(instance, activation, int(window)), least, instance.rates)))
        if where is None or reached > best + 1e-12:
            best, where = reached, int(window)
        if best >= CERTAIN:
            break
    return best, where


def _missing(instance: Instance, activation: int, window: int | None, reached: float) -> int | None:
    """Return how many more gifted creators of the median in-window probability would make the network sufficient."""
    wave = instance.waves[activation]
    if reached >= wave.confidence - SECURE_TOLERANCE:
        return 0
    if window is None:
        return None
    gifts, paid = whole_team(instance, activation, window)
    median = float(np.median(gifts)) if len(gifts) else 0.0

    def suffices(more: int) -> bool:
        everybody = np.append(gifts, np.full(more, median))
        return tail(everybody, paid, wave.min_posts, instance.rates) >= wave.confidence - SECURE_TOLERANCE

    fails, holds = 0, 1
    while not suffices(holds):
        if holds >= MOST_MISSING or not median:
            return None
        fails, holds = holds, min(MOST_MISSING, 2 * holds + 1)
    while holds - fails > 1:
        middle = (fails + holds) // 2
        fails, holds = (fails, middle) if suffices(middle) else (middle, holds)
    return holds
