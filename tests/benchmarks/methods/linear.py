"""The business rules as linear rows, the same for all solvers, and any purely Boolean model as a sparse matrix.

Rules other than density are the repository's own (`optimizer.model.rules`): money, capacity, stock, rotation, shares,
mix and locks are written down once and no method has weaker or stronger rows of them than another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from optimizer.chance.covers import Cover
from optimizer.derive.instance import Floats, Instance, Ints
from optimizer.model import objective
from optimizer.model.rules import add_rules
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables, part_of

WITHOUT = frozenset({"density"})
FREE = 2**62


def business_model(instance: Instance) -> Variables:
    """Return a model of every rule except density, over all options."""
    nothing = Cover((), 0.0, 1.0, 0.0, 1.0, (), ())
    part = part_of(instance, dict.fromkeys(instance.activations, nothing), Approximation.OUTER)
    v = Variables(part, Approximation.OUTER)
    add_rules(v, without=WITHOUT)
    return v


def weight_of_value(instance: Instance) -> int:
    """Return how much one unit of value outweighs any cost (minor units); 0 where everything must be secured anyway.

    No plan costs as much: the total budget, or the sum over activations and creators of the dearest option.
    """
    if instance.must_secure.all():
        return 0
    if instance.limits.budget_minor is not None:
        return instance.limits.budget_minor + 1
    table = instance.options
    pairs = table.activation * (table.creator.max() + 1) + table.creator
    dearest = np.zeros(int(pairs.max()) + 1, dtype=np.int64)
    np.maximum.at(dearest, pairs, table.cost_minor)
    return int(dearest.sum()) + 1


def goal(v: Variables) -> cp_model.LinearExpr:
    """Return what is minimised: the cost, less the value by its weight."""
    weight = weight_of_value(v.instance)
    return objective.cost(v) - weight * objective.value(v) if weight else objective.cost(v)


@dataclass(frozen=True)
class Matrix:
    """min cost·x, low ≤ Ax ≤ high, x Boolean; rows in compressed form (start, column, coefficient)."""

    cost: Floats
    low: Floats
    high: Floats
    start: Ints
    column: Ints
    coefficient: Floats

    def rows(self) -> Iterator[tuple[float, float, Ints, Floats]]:
        """Yield (low, high, columns, coefficients)."""
        ends = [*self.start[1:].tolist(), len(self.column)]
        for index, (begin, end) in enumerate(zip(self.start.tolist(), ends, strict=True)):
            yield (
                float(self.low[index]),
                float(self.high[index]),
                self.column[begin:end],
                self.coefficient[begin:end],
            )


def matrix_of(model: cp_model.CpModel) -> Matrix:
    """Return a purely Boolean CP-SAT model as a matrix; a negated literal −i − 1 stands for 1 − x_i."""
    start, lows, highs = [0], list[float](), list[float]()
    columns, coefficients = list[Ints](), list[Floats]()
    for constraint in model.proto.constraints:
        terms, weights, low, high = _parts(constraint)
        column = np.array(list(terms), dtype=np.int64)
        weight = np.array(list(weights), dtype=float) if weights is not None else np.ones(len(column))
        negated = column < 0
        shift = float(weight[negated].sum())
        columns.append(np.where(negated, -column - 1, column))
        coefficients.append(np.where(negated, -weight, weight))
        lows.append(-np.inf if low <= -FREE else low - shift)
        highs.append(np.inf if high >= FREE else high - shift)
        start.append(start[-1] + len(column))
    cost = np.zeros(len(model.proto.variables))
    cost[np.array(list(model.proto.objective.vars), dtype=np.int64)] = list(model.proto.objective.coeffs)
    return Matrix(
        cost,
        np.array(lows),
        np.array(highs),
        np.array(start[:-1], dtype=np.int64),
        np.concatenate([np.zeros(0, dtype=np.int64), *columns]),
        np.concatenate([np.zeros(0), *coefficients]),
    )


def _parts(constraint: Any) -> tuple[Iterable[int], Iterable[int] | None, int, int]:
    if constraint.enforcement_literal:
        raise ValueError("a row with a condition is not linear")
    if constraint.has_linear():
        low, high = constraint.linear.domain
        return constraint.linear.vars, constraint.linear.coeffs, low, high
    if constraint.has_at_most_one():
        return constraint.at_most_one.literals, None, -FREE, 1
    if constraint.has_exactly_one():
        return constraint.exactly_one.literals, None, 1, 1
    if not constraint.has_bool_or():
        raise ValueError("not a row")
    return constraint.bool_or.literals, None, 1, FREE


def values_of(v: Variables, selection: Selection) -> dict[int, int]:
    """Return the values of secured, window and option variables of a selection, by column."""
    chosen, windows = set(selection.options), set(selection.windows.values())
    values = {var.index: int(index in chosen) for index, var in v.option.items()}
    values |= {var.index: int(index in windows) for index, var in v.window.items()}
    values |= {var.index: int(activation in selection.windows) for activation, var in v.secured.items()}
    return values
