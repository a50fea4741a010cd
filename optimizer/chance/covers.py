"""One activation's cover: which thresholds its options need, as a list of cells (m paid, n gifts)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from optimizer.chance.gift_counts import affordable, gift_counts
from optimizer.chance.tail import exact_count, nodes, tail
from optimizer.chance.tilt import ERROR, TILTS, Question, Thresholds, phi, thresholds
from optimizer.derive.instance import UNLIMITED, Floats, Instance, Ints, Options, RateModel


def ceiling(instance: Instance, activation: int, window: int) -> float:
    """Return an upper bound on the probability any selection in this window can reach.

    Everybody usable takes part, at each rate in the mode that is stronger there; the tail grows with every entry, so
    no selection reaches more. Paid share and all shared limits are left out.
    """
    gifts, paid = strongest(instance, instance.options.in_window(window))
    rate, weight = nodes(instance.rates, exact_count(len(gifts)))
    total = 0.0
    for r, share in zip(rate, weight, strict=True):
        total += share * tail(
            [], np.maximum(np.minimum(r * gifts, 1.0), paid), instance.waves[activation].min_posts, instance.rates
        )
    return float(total)


def attainable(instance: Instance, activation: int, window: int) -> float:
    """Return a probability that is attained in this window with everybody usable and the paid share kept.

    Shared limits are left out; the people are those of `whole_team`.
    """
    return tail(*whole_team(instance, activation, window), instance.waves[activation].min_posts, instance.rates)


def whole_team(instance: Instance, activation: int, window: int) -> tuple[Floats, Floats]:
    """Return the in-window probabilities (gifts, paid) of everybody usable in a window, the paid share kept.

    As many are paid as the share allows, among those who gain by it at any rate, the largest gains first; creators who
    can only be paid stay out beyond it.
    """
    gifts, paid = strongest(instance, instance.options.in_window(window))
    share = instance.max_paid_share[activation]
    gainers = np.flatnonzero(paid > gifts * max(1.0, instance.rates.high))
    gainers = gainers[np.argsort(gifts[gainers] - paid[gainers], kind="stable")]
    count = len(gainers)
    while count > share * (count + int(np.count_nonzero(np.delete(gifts, gainers[:count])))):
        count -= 1
    rest = np.delete(gifts, gainers[:count])
    return rest[rest > 0], paid[gainers[:count]]


def strongest(instance: Instance, options: Ints) -> tuple[Floats, Floats]:
    """Return per creator among `options` the best gift and the best paid probability (0 where there is none)."""
    table = instance.options
    creators, position = np.unique(table.creator[options], return_inverse=True)
    gifts, paid = np.zeros(len(creators)), np.zeros(len(creators))
    is_paid = table.paid[options]
    np.maximum.at(gifts, position[~is_paid], table.probability[options[~is_paid]])
    np.maximum.at(paid, position[is_paid], table.probability[options[is_paid]])
    return gifts, paid


GIFT_GRID = 100
"""[lo, hi] is rounded outward to this many steps per unit, so that equal questions meet in the cache."""
PAID_GRID = 10_000
ROUNDING = 1e-11
"""A probability this little beyond a grid point counts as on it: noise of summation; n ≤ 100 of it stay below ε."""
WORTH_CHOOSING = 0.4
"""Gift options below this share of the best one are not chosen (the bounding side counts them as lo)."""
PAID_SPREAD = 0.35
"""Paid creators who are less reliable than the best by more than this are not chosen (the bounding side counts them as
this much less reliable)."""
ROWS = 6
"""Number of tilted rows in the model."""


@dataclass(frozen=True)
class Cell:
    """m paid and n gifts, or at least as many where `more_paid`, `more_gifts`.

    `necessary` and `sufficient` hold one threshold per row of the cover (0: any selection will do); `best` is the row
    whose sufficient threshold decides. `choosable`: the choosing side may use the cell.
    """

    paid: int
    gifts: int
    more_paid: bool
    more_gifts: bool
    necessary: tuple[float, ...]
    sufficient: tuple[float, ...]
    best: int
    choosable: bool


@dataclass(frozen=True)
class Cover:
    """Thresholds of one activation.

    Attributes
    ----------
    tilts
        Of the gifts, one per row.
    low, high, paid_low, paid_high
        Ranges of in-window probabilities, gifts and payers.
    cells
        What may hold, and what each row asks of it.
    paid_rows
        Per row the tilt of the payers and the weight of their φ; a weight of 0 where the row is of gifts alone.
    """

    tilts: tuple[float, ...]
    low: float
    high: float
    paid_low: float
    paid_high: float
    cells: tuple[Cell, ...]
    paid_rows: tuple[tuple[float, float], ...]

    def gift_weights(self, probability: Floats, row: int) -> Floats:
        """Return what gifts of these in-window probabilities count in a row."""
        return phi(np.maximum(probability, self.low), self.tilts[row])

    def paid_weights(self, probability: Floats, row: int) -> Floats:
        """Return what payers of these in-window probabilities count in a row."""
        tilt, weight = self.paid_rows[row]
        return weight * phi(np.maximum(probability, self.paid_low), tilt)

    def with_rows(self, rows: Sequence[int], cells: Sequence[int]) -> Cover:
        """Return the cover with some of its rows and cells; for bounding only, as what suffices stays as it was."""
        return replace(
            self,
            tilts=tuple(self.tilts[row] for row in rows),
            paid_rows=tuple(self.paid_rows[row] for row in rows),
            cells=tuple(
                replace(self.cells[index], necessary=tuple(self.cells[index].necessary[row] for row in rows))
                for index in cells
            ),
        )


def cover_of(
    instance: Instance, activation: int, stopped: Callable[[], bool] = lambda: False, money: int | None = None
) -> Cover:
    """Return the cover of one activation, or one without cells where no selection can reach the confidence.

    Parameters
    ----------
    money
        Numbers of people whose cheapest cost more (minor units) get no thresholds: they are bounded by that cost.

    Raises
    ------
    UnfinishedError
        When `stopped`, asked between steps, says so.
    """
    options, wave = instance.options, instance.waves[activation]
    mine = options.of_activation(activation)
    creator, chance, paid = options.creator[mine], options.probability[mine], options.paid[mine]
    givers, takers = _creators(creator[~paid]), _creators(creator[paid])
    low, high = _gift_range(chance[~paid], instance.rates)
    paid_low, paid_high = _paid_range(best_of_people(options, mine, paid=True))
    most_paid = min(takers, _enough_paid(wave.min_posts, wave.confidence, paid_low, instance.rates))
    most_gifts, fewest = gift_counts(instance, activation, low, high, most_paid)
    answer = thresholds(
        Question(
            wave.min_posts,
            wave.confidence,
            instance.rates,
            low,
            high,
            paid_low,
            paid_high,
            most_paid,
            most_gifts,
            fewest,
            () if money is None else affordable(instance, activation, most_paid, money),
        ),
        stopped,
    )
    rows = _rows(answer)
    share = instance.max_paid_share[activation]
    cells = tuple(
        cell for number in range(most_paid + 1) for cell in _cells(answer, rows, number, share, givers, takers)
    )
    tilts = tuple(TILTS[row] for row in rows)
    return Cover(tilts, low, high, paid_low, paid_high, cells, ((0.0, 0.0),) * len(rows))


def _creators(creators: Ints) -> int:
    return len(np.unique(creators))


def _gift_range(chances: np.ndarray, rates: RateModel) -> tuple[float, float]:
    """Return [lo, hi] on the grid: hi covers every option, lo all that are worth choosing."""
    if not len(chances) or chances.max() <= 0:
        return 0.0, 1 / GIFT_GRID
    top = float(chances.max())
    high = min(math.ceil((top - ROUNDING) * GIFT_GRID) / GIFT_GRID, 1 / max(rates.high, 1.0), 1.0)
    floor = max(float(chances.min()), WORTH_CHOOSING * top)
    return min(math.floor((floor + ROUNDING) * GIFT_GRID) / GIFT_GRID, high), max(high, top)


def best_of_people(options: Options, mine: slice, *, paid: bool) -> Floats:
    """Return the best in-window probability of each creator in each window, one mode of one activation."""
    own = options.paid[mine] == paid
    window, creator, probability = options.window[mine][own], options.creator[mine][own], options.probability[mine][own]
    if not len(window):
        return np.zeros(0)
    order = np.lexsort((creator, window))
    keys = np.stack([window[order], creator[order]])
    first = np.flatnonzero(np.concatenate([[True], np.any(keys[:, 1:] != keys[:, :-1], axis=0)]))
    return np.asarray(np.maximum.reduceat(probability[order], first))


def _paid_range(chances: Floats) -> tuple[float, float]:
    """Return the range of paid probabilities: the low end of those worth choosing, and the highest of all."""
    if not len(chances):
        return 1.0, 1.0
    top = float(chances.max())
    low = float(chances[chances >= top - PAID_SPREAD].min())
    return (
        math.floor((low + ROUNDING) * PAID_GRID) / PAID_GRID,
        min(1.0, math.ceil((top - ROUNDING) * PAID_GRID) / PAID_GRID),
    )


def _enough_paid(least: int, confidence: float, chance: float, rates: RateModel) -> int:
    for number in range(least, least + 8):
        if tail([], [chance] * number, least, rates) >= confidence + ERROR:
            return number
    return least + 8


def _rows(answer: Thresholds) -> tuple[int, ...]:
    """Return the tilts that are closest (sufficient against necessary) for the most cells, at most `ROWS`."""
    open_cells = np.isfinite(answer.sufficient[0]) & answer.possible & ~answer.certain
    if not open_cells.any():
        return (TILTS.index(0.5),)
    enough, needed = answer.sufficient[:, open_cells], answer.necessary[:, open_cells]
    spread = (enough - needed) / enough
    wins = np.bincount(spread.argmin(axis=0), minlength=len(TILTS))
    ranked = sorted(range(len(TILTS)), key=lambda row: (-wins[row], row))
    return tuple(sorted(row for row in ranked[:ROWS] if wins[row] > 0))


def _cells(
    answer: Thresholds, rows: tuple[int, ...], paid: int, share: Fraction, givers: int, takers: int
) -> list[Cell]:
    """Return the cells of m = `paid`, up to the first n at which any selection will do."""
    most = answer.question.most_gifts
    beyond_paid = paid == answer.question.most_paid and takers > paid
    owed = least_gifts(paid, share)
    zeros = (0.0,) * len(rows)
    cells: list[Cell] = []
    for gifts in range(most + 1):
        if answer.certain[paid, gifts]:
            cells.append(Cell(paid, gifts, beyond_paid, True, zeros, zeros, 0, True))
            return cells
        if beyond_paid and gifts == 0:
            # More paid creators than thresholds reach: the bounding side allows them anything.
            cells.append(Cell(paid + 1, 0, True, True, zeros, zeros, 0, False))
        if not answer.possible[paid, gifts] or gifts < owed:
            continue
        necessary = answer.necessary[list(rows), paid, gifts]
        sufficient = answer.sufficient[list(rows), paid, gifts]
        choosable = bool(np.isfinite(sufficient[0]))
        best = int(np.argmin((sufficient - necessary) / sufficient)) if choosable else 0
        cells.append(
            Cell(paid, gifts, False, False, tuple(necessary.tolist()), tuple(sufficient.tolist()), best, choosable)
        )
    if givers > most:
        cells.append(Cell(paid, most + 1, False, True, zeros, zeros, 0, False))
    return cells


def least_gifts(paid: int, share: Fraction) -> int:
    """Return the fewest gifts m paid creators allow: ⌈m(1 − share)/share⌉, beyond reach where the share is 0."""
    if paid == 0:
        return 0
    return UNLIMITED if share == 0 else math.ceil(paid * (1 - share) / share)
