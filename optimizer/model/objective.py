"""What is optimised, step by step, and what earlier steps fix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from ortools.sat.python import cp_model

from optimizer.model.selection import Selection
from optimizer.model.variables import Variables

EMBEDDEDNESS_SCALE = 10_000


def value(v: Variables) -> cp_model.LinearExpr:
    """Return the total value of secured activations."""
    return cp_model.LinearExpr.weighted_sum(list(v.secured.values()), [int(v.instance.value[a]) for a in v.secured])


def cost(v: Variables) -> cp_model.LinearExpr:
    """Return the cost of the plan in minor units."""
    return v.total(v.part.options, v.instance.options.cost_minor[v.part.options])


def embeddedness(v: Variables) -> cp_model.LinearExpr:
    """Return the total embeddedness in units of 1/`EMBEDDEDNESS_SCALE`, each rounded to the nearest."""
    per_creator = np.rint(v.instance.embeddedness * EMBEDDEDNESS_SCALE).astype(np.int64)
    return v.total(v.part.options, per_creator[v.instance.options.creator[v.part.options]])


def add_cost_bounds(v: Variables, lower_bounds: Mapping[int, int]) -> None:
    """Add the bound on each activation alone: secured, it costs at least its lower bound (minor units)."""
    for activation, lower_bound in lower_bounds.items():
        if activation in v.secured and lower_bound > 0:
            v.model.add(v.cost(activation) >= lower_bound * v.secured[activation])


def add_window_bounds(v: Variables, lower_bounds: Mapping[int, int]) -> None:
    """Add the bound on each window alone: an activation costs at least the lower bound of the window it takes."""
    for activation in v.part.activations:
        windows = [int(w) for w in v.windows_of(activation)]
        bounded = [(v.window[w], lower_bounds[w]) for w in windows if lower_bounds.get(w, 0) > 0]
        if bounded:
            flags, weights = zip(*bounded, strict=True)
            v.model.add(v.cost(activation) >= cp_model.LinearExpr.weighted_sum(list(flags), list(weights)))


def add_hint(v: Variables, selection: Selection) -> None:
    """Hint a complete solution: every Boolean, cells included, so that the solver can take it as it stands."""
    chosen = set(selection.options)
    table = v.instance.options
    for index, var in v.option.items():
        v.model.add_hint(var, index in chosen)
    for index, var in v.window.items():
        v.model.add_hint(var, index in selection.windows.values())
    for activation, var in v.secured.items():
        v.model.add_hint(var, activation in selection.windows)
        mine = [index for index in selection.options if table.activation[index] == activation]
        paid = sum(bool(table.paid[index]) for index in mine)
        gifts = len(mine) - paid
        hit = False
        for cell, flag in v.cells.get(activation, []):
            fits_paid = paid == cell.paid or (cell.more_paid and paid > cell.paid)
            fits_gifts = gifts == cell.gifts or (cell.more_gifts and gifts > cell.gifts)
            take = activation in selection.windows and fits_paid and fits_gifts and not hit
            v.model.add_hint(flag, take)
            hit = hit or take
