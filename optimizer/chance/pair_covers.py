"""A cover whose rows weigh payers as well, for the cells in which it matters how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from optimizer.chance.covers import Cell, Cover
from optimizer.chance.tilt import LITTLE_SPREAD
from optimizer.chance.two_group_tables import PairQuestion
from optimizer.chance.two_groups import pair_thresholds
from optimizer.derive.instance import Floats, Instance


def payers_differ(cover: Cover) -> bool:
    """Return whether the paid creators of an activation are of different reliability."""
    return cover.paid_high - cover.paid_low > LITTLE_SPREAD and any(cell.paid for cell in cover.cells)


def with_pair_rows(
    instance: Instance,
    activation: int,
    cover: Cover,
    cells: Sequence[int],
    stopped: Callable[[], bool] = lambda: False,
) -> Cover:
    """Return the cover with rows of both groups added; cells that nobody who exists can fill are left out.

    Parameters
    ----------
    cells
        The cells (indices) that get thresholds in the new rows; the others ask for nothing there.

    Raises
    ------
    UnfinishedError
        When `stopped`, asked between steps, says so.
    """
    chosen = [i for i in cells if cover.cells[i].paid and not (cover.cells[i].more_paid or cover.cells[i].more_gifts)]
    if not chosen:
        return cover
    answer = pair_thresholds(_question(instance, activation, cover, chosen), stopped)
    nothing, never = (0.0,) * len(answer.rows), (np.inf,) * len(answer.rows)
    place = {index: row for row, index in enumerate(chosen)}
    merged = []
    for index, cell in enumerate(cover.cells):
        row = place.get(index)
        if row is not None:
            kept = _merged(cell, answer.necessary[row], answer.sufficient[row])
            merged += [] if kept is None else [kept]
        else:
            enough = nothing if cell.more_gifts or cell.more_paid else never
            merged.append(replace(cell, necessary=cell.necessary + nothing, sufficient=cell.sufficient + enough))
    return replace(
        cover,
        tilts=cover.tilts + tuple(tilt for tilt, _ in answer.rows),
        paid_rows=cover.paid_rows + answer.rows,
        cells=tuple(merged),
    )


def _question(instance: Instance, activation: int, cover: Cover, chosen: Sequence[int]) -> PairQuestion:
    """Return what is asked of rows of both groups: the chosen cells, and the best people who could fill them."""
    wave = instance.waves[activation]
    gifts, payers = (_highest(instance, activation, paid=paid) for paid in (False, True))
    return PairQuestion(
        wave.min_posts,
        wave.confidence,
        instance.rates,
        cover.low,
        cover.high,
        cover.paid_low,
        cover.paid_high,
        tuple((cover.cells[i].paid, cover.cells[i].gifts) for i in chosen),
        tuple(np.clip(gifts, cover.low, cover.high)[: max(cover.cells[i].gifts for i in chosen)].tolist()),
        tuple(np.clip(payers, cover.paid_low, cover.paid_high)[: max(cover.cells[i].paid for i in chosen)].tolist()),
    )


def _merged(cell: Cell, needed: Floats, enough: Floats) -> Cell | None:
    """Return a cell with the thresholds of new rows; None where the rows prove that nobody can fill it."""
    if not np.all(np.isfinite(needed)):
        return None
    necessary = np.concatenate([cell.necessary, needed])
    sufficient = np.concatenate([cell.sufficient, enough])
    usable = np.isfinite(sufficient) & (sufficient > 0)
    spread = np.where(usable, (sufficient - necessary) / np.where(usable, sufficient, 1.0), np.inf)
    return replace(
        cell,
        necessary=tuple(necessary.tolist()),
        sufficient=tuple(sufficient.tolist()),
        best=int(spread.argmin()),
        choosable=bool(usable.any()),
    )


def _highest(instance: Instance, activation: int, *, paid: bool) -> Floats:
    """Return the best in-window probability of each creator of a mode in any window, from the highest down."""
    table = instance.options
    mine = table.in_activation(activation)
    return np.sort(table.best_by_creator(mine[table.paid[mine] == paid]))[::-1]
