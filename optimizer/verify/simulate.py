"""A day-by-day simulation of a plan, independent of the exact figures.

Every draw is one campaign. The rate ρ falls (once for everybody under `shared`); each gifted creator decides to post;
the parcel travels; the natural posting day comes a lag after delivery; who would post too early follows the brief or
does not, and who follows it keeps up the interest every day held, or loses it. A paid creator posts when reliable,
the preparation days after delivery, not before the window opens. What counts is distinct creators in the window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, ndtr, ndtri

from optimizer.plan import Check, Plan, SimulatedActivation, Simulation
from optimizer.scenario.fields import GiftLag, OrganicRate
from optimizer.scenario.models import Scenario
from optimizer.verify.case import check
from optimizer.verify.premises import LONGEST_LAG_DAYS, Line, Premises
from optimizer.wording import counted

CHUNK_CELLS = 400_000
"""Draws × creators worked on at a time: memory stays level however many draws are asked for."""

Days = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def simulate(scenario: Scenario, plan: Plan, *, draws: int, seed: int) -> Simulation:
    """Simulate a plan and count how often each secured activation reaches its density.

    Parameters
    ----------
    scenario, plan
        A valid scenario and its plan.
    draws
        Simulated campaigns, at least 1.
    seed
        Seed of the generator; the same scenario, plan, draws and seed give the same counts.

    Returns
    -------
    Simulation
        Per secured activation the share of draws with at least `min_posts` distinct posters in the window, and the
        standard error √(p·(1−p)/draws) at the plan's exact probability p.
    """
    if draws < 1:
        raise ValueError(f"a simulation needs at least one draw, not {draws}")
    premises, generator = Premises(scenario), np.random.default_rng(seed)
    secured = {each.activation: each for each in plan.activations if each.secured and each.activation in premises.waves}
    cast = _cast(premises, plan, list(secured))
    needed = np.array([premises.waves[name].min_posts for name in secured], dtype=np.int64)
    reached = np.zeros(len(secured), dtype=np.int64)
    chunk = max(1, CHUNK_CELLS // max(1, len(cast.scene)))
    for begun in range(0, draws, chunk):
        posts = _posters(premises, cast, min(chunk, draws - begun), generator)
        reached += (posts >= needed).sum(axis=0)
    return Simulation(
        draws=draws,
        seed=seed,
        activations=[
            SimulatedActivation(
                activation=name,
                probability=float(count / draws),
                standard_error=math.sqrt(stated.probability * (1 - stated.probability) / draws),
            )
            for (name, stated), count in zip(secured.items(), reached, strict=True)
        ],
    )


def agrees(simulation: Simulation, plan: Plan, sigmas: float = 5.0) -> Check:
    """Return whether the simulation is one that the plan's exact probabilities could well have produced.

    The number of draws in density is binomial(draws, p). A count is refused when it lies in either tail of
    probability Φ(−sigmas). Close to 0 and 1, where the normal law fails, this stays right. So a correct plan is refused
    with a probability of at most 2·Φ(−sigmas) per activation: 5.7e-7 at five, 3e-5 for a plan of 50 activations.
    """
    stated = {each.activation: each.probability for each in plan.activations}
    least = ndtr(-sigmas)
    offences = []
    for each in simulation.activations:
        exact, count = stated.get(each.activation, 0.0), round(each.probability * simulation.draws)
        below, above = bdtr(count, simulation.draws, exact), bdtrc(count - 1, simulation.draws, exact)
        if min(below, above) < least:
            offences.append(
                f"{each.activation}: {each.probability:.5f} in {simulation.draws} draws, exactly {exact:.5f}, "
                f"standard error {each.standard_error:.5f}"
            )
    return check(
        "simulation",
        offences,
        f"{counted(len(simulation.activations), 'activation')} as often successful in "
        f"{counted(simulation.draws, 'simulated campaign')} as computed",
    )


@dataclass(frozen=True)
class _Cast:
    """The distinct creators of the secured activations as columns; arrival days and chances padded to one width."""

    scene: Days
    gifted: Flags
    rate: Numbers
    opens: Days
    closes: Days
    arrival_day: Days
    arrival_until: Numbers
    scenes: int


def _cast(premises: Premises, plan: Plan, secured: Sequence[str]) -> _Cast:
    scene = {name: index for index, name in enumerate(secured)}
    lines: dict[tuple[str, str], Line] = {}
    for stated in plan.assignments:
        line = premises.line(stated)
        if line is not None and line.wave.id in scene:
            lines.setdefault((line.creator.id, line.wave.id), line)
    cast = list(lines.values())
    arrivals = [premises.timing.arrivals(line.ship_on, premises.service(line.creator)) for line in cast]
    width = max((len(each) for each in arrivals), default=1)
    arrival_day = np.zeros((len(cast), width), dtype=np.int64)
    arrival_until = np.ones((len(cast), width))
    for row, possible in enumerate(arrivals):
        arrival_day[row, : len(possible)] = [day.toordinal() for day, _ in possible]
        arrival_until[row, : len(possible) - 1] = np.cumsum([float(probability) for _, probability in possible[:-1]])
    return _Cast(
        scene=np.array([scene[line.wave.id] for line in cast], dtype=np.int64),
        gifted=np.array([line.mode == "gift" for line in cast], dtype=bool),
        rate=np.array([_rate(premises, line) for line in cast]),
        opens=np.array([line.window.start.toordinal() for line in cast], dtype=np.int64),
        closes=np.array([line.window.end.toordinal() for line in cast], dtype=np.int64),
        arrival_day=arrival_day,
        arrival_until=arrival_until,
        scenes=len(scene),
    )


def _rate(premises: Premises, line: Line) -> float:
    """Return the probability to post at all: gifted at the middle of the band, paid as reliable."""
    posting = premises.scenario.posting
    if line.mode == "paid":
        own, default = line.creator.paid_reliability, posting.paid_reliability
    else:
        own, default = line.creator.organic_rate, (posting.organic_rate.low + posting.organic_rate.high) / 2
    return default if own is None else own


def _posters(premises: Premises, cast: _Cast, draws: int, generator: np.random.Generator) -> Days:
    """Return how many creators post inside their window, shape (draws, activations)."""
    campaign = _campaign_rates(premises.scenario.posting.organic_rate, draws, generator)
    wills = np.where(cast.gifted, np.outer(campaign, cast.rate), cast.rate)
    draw, who = np.divmod(np.flatnonzero(generator.random(wills.shape) < wills), max(1, len(cast.scene)))
    arrived = _arrivals(cast, who, generator)
    inside = np.zeros(len(who), dtype=bool)
    gifted = cast.gifted[who]
    inside[gifted] = _gifts_land(premises, cast, who[gifted], arrived[gifted], generator)
    inside[~gifted] = arrived[~gifted] + premises.scenario.posting.paid_prep_days <= cast.closes[who[~gifted]]
    cells = draw[inside] * cast.scenes + cast.scene[who[inside]]
    return np.bincount(cells, minlength=draws * cast.scenes).reshape(draws, cast.scenes)


def _campaign_rates(rate: OrganicRate, draws: int, generator: np.random.Generator) -> Numbers:
    """Return ρ/mid of every draw."""
    if rate.model == "independent" or rate.low == rate.high:
        return np.ones(draws)
    middle = (rate.low + rate.high) / 2
    if rate.model == "worst_case":
        return np.full(draws, rate.low / middle)
    return generator.uniform(rate.low, rate.high, draws) / middle


def _arrivals(cast: _Cast, who: Days, generator: np.random.Generator) -> Days:
    """Return the day on which each parcel arrives."""
    drawn = generator.random(len(who))
    travelled = np.zeros(len(who), dtype=np.int64)
    for until in cast.arrival_until.T:
        travelled += drawn >= until[who]
    days: Days = cast.arrival_day[who, travelled]
    return days


def _gifts_land(premises: Premises, cast: _Cast, who: Days, arrived: Days, generator: np.random.Generator) -> Flags:
    """Return which gifted posts come inside the window: by themselves, or held back and not lost."""
    posting = premises.scenario.posting
    natural = arrived + _lags(posting.gift_lag, len(who), generator)
    held = np.maximum(0, cast.opens[who] - natural)
    complies = generator.random(len(who)) < posting.brief_compliance
    survives = generator.random(len(who)) < (1 - posting.hold_decay_per_day) ** held
    inside: Flags = (natural <= cast.closes[who]) & ((held == 0) | (complies & survives))
    return inside


def _lags(lag: GiftLag, count: int, generator: np.random.Generator) -> Days:
    """Return whole days of lag: lognormal, rounded down, drawn given that it is at most 120."""
    mu = math.log(lag.median_days)
    sigma = (math.log(lag.p90_days) - mu) / float(ndtri(0.9))
    longest = ndtr((math.log(LONGEST_LAG_DAYS + 1) - mu) / sigma)
    drawn = np.exp(mu + sigma * ndtri(generator.random(count) * longest))
    whole: Days = np.minimum(drawn, LONGEST_LAG_DAYS).astype(np.int64)
    return whole
