"""A model of `Variables` solved by HiGHS instead of CP-SAT: the same rows, read off the CP-SAT model.

Where few parcels leave on a day, sharing out the days is an assignment: its linear relaxation is nearly integral, which
CP-SAT does not see. HiGHS works in floats, so nothing it says is taken as it stands:

- a solution is rounded, and counts only if it keeps every row of the CP-SAT model in whole numbers;
- a row with large coefficients is divided by the largest of them and, in an outer approximation, loosened by `LOOSER`,
  beyond the feasibility tolerance of 1e-6 to 1e-7; rows of small whole numbers are exact in floats as they are;
- `certified` takes `MARGIN` off what HiGHS calls its dual bound.

Models with constraints of other kinds than rules use are left to CP-SAT.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from optimizer.derive.instance import Floats, Ints
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation, Variables
from optimizer.solve.control import Control
from optimizer.solve.cpsat.solve_model import CallLimits, CallStatus, SolveResult, optimise

LOOSER = 1e-6
MARGIN = 1e-5
"""Relative; and one minor unit on top."""
SMALL = 1_000
"""Rows whose coefficients and limits are whole and at most this are handed over as they are."""
NO_LIMITS = CallLimits()
UNLIMITED_NODES = 2**30
UNBOUNDED = 2**62
"""CP-SAT's domains end near ±2^63 where a row has no limit on that side."""


def certified(bound: float) -> int:
    """Return a bound on the safe side of what HiGHS calls its dual bound."""
    return math.ceil(bound * (1 - MARGIN) - 1)


def beyond_doubt(most: int) -> int:
    """Return what a cost may be at most for HiGHS, if its word that there is none is to hold for `most`."""
    return most + math.ceil(most * MARGIN) + 1


@dataclass(frozen=True)
class Rows:
    """low ≤ matrix · x ≤ high over the Booleans of a model, in whole numbers; infinite where there is no limit."""

    matrix: csr_array
    low: Floats
    high: Floats

    def kept(self, x: Ints) -> bool:
        """Return whether a whole solution keeps every row: sums below 2^53 are exact in floats."""
        sums = self.matrix @ x
        return bool(np.all(sums >= self.low) and np.all(sums <= self.high))

    def for_floats(self, slack: float) -> LinearConstraint:
        """Return the rows for a float solver, those of large numbers scaled and loosened by a share `slack`."""
        largest = np.maximum.reduceat(
            np.append(np.abs(self.matrix.data), 0.0), np.minimum(self.matrix.indptr[:-1], self.matrix.nnz)
        )
        largest[np.diff(self.matrix.indptr) == 0] = 1.0
        limit = np.maximum(*(np.where(np.isfinite(side), np.abs(side), 0.0) for side in (self.low, self.high)))
        large = (largest > SMALL) | (limit > SMALL)
        scale = np.where(large, np.maximum(largest, 1.0), 1.0)
        matrix = csr_array(
            (self.matrix.data / np.repeat(scale, np.diff(self.matrix.indptr)), self.matrix.indices, self.matrix.indptr),
            shape=self.matrix.shape,
        )
        room = np.where(large, slack * (1.0 + limit / scale), 0.0)
        return LinearConstraint(matrix, self.low / scale - room, self.high / scale + room)


_BOOLEANS = ([0, 1], [0, 0], [1, 1])

Row = tuple[list[int], list[int], float, float]
"""Variables, coefficients, low and high."""


def rows_of(model: cp_model.CpModel) -> Rows | None:
    """Return the constraints of a model of Booleans as rows; None where it has other kinds of constraints."""
    if any(list(variable.domain) not in _BOOLEANS for variable in model.proto.variables):
        return None
    place, value, ends, low, high = list[int](), list[int](), [0], list[float](), list[float]()
    for constraint in model.proto.constraints:
        made = _rows_of(constraint)
        if made is None:
            return None
        for variables, coefficients, least, most in made:
            place.extend(variables)
            value.extend(coefficients)
            ends.append(len(place))
            low.append(least)
            high.append(most)
    shape = (len(low), len(model.proto.variables))
    matrix = csr_array((np.array(value, dtype=float), np.array(place, dtype=np.int64), np.array(ends)), shape=shape)
    return Rows(matrix, np.array(low, dtype=float), np.array(high, dtype=float))


def _rows_of(constraint: Any) -> list[Row] | None:
    """Return one constraint of a model's protocol buffer (the bindings export no type of it) as rows."""
    if constraint.has_linear():
        row = constraint.linear
        if len(row.domain) != 2:
            return None
        sides = _finite(row.domain[0], -UNBOUNDED, -np.inf), _finite(row.domain[1], UNBOUNDED, np.inf)
        return list(_enforced(list(row.vars), list(row.coeffs), *sides, list(constraint.enforcement_literal)))
    for kind, low, high in (("bool_or", 1, np.inf), ("at_most_one", -np.inf, 1), ("exactly_one", 1, 1)):
        if getattr(constraint, f"has_{kind}")() and not constraint.enforcement_literal:
            return [_of_literals(list(getattr(constraint, kind).literals), low, high)]
    return None


def _finite(limit: int, beyond: int, instead: float) -> float:
    return instead if abs(limit) >= abs(beyond) else float(limit)


def _of_literals(literals: list[int], low: float, high: float) -> Row:
    """Return a row over literals; the negation of a variable is 1 minus it."""
    variables = [literal if literal >= 0 else -literal - 1 for literal in literals]
    negated = sum(literal < 0 for literal in literals)
    return variables, [1 if literal >= 0 else -1 for literal in literals], low - negated, high - negated


def _enforced(
    variables: list[int], coefficients: list[int], low: float, high: float, literals: list[int]
) -> Iterator[Row]:
    """Yield a row that asks for nothing while some literal is false."""
    if not literals:
        yield variables, coefficients, low, high
        return
    least = sum(min(0, value) for value in coefficients)
    most = sum(max(0, value) for value in coefficients)
    for limit, extreme, below in ((low, least, True), (high, most, False)):
        always = limit <= extreme if below else limit >= extreme
        if math.isfinite(limit) and not always:
            # limit at full strength, `extreme` (which always holds) as soon as one literal is false
            step = int(limit) - extreme
            own, signs, shift, _ = _of_literals(literals, 0, 0)
            base = limit - step * (len(literals) + shift)
            row = [*variables, *own], [*coefficients, *(-step * sign for sign in signs)]
            yield (*row, base, np.inf) if below else (*row, -np.inf, base)


def optimise_by_mip(
    v: Variables,
    objective: cp_model.LinearExpr,
    control: Control,
    *,
    seed: int,
    maximise: bool = False,
    limits: CallLimits = NO_LIMITS,
    hint: Selection | None = None,
) -> SolveResult:
    """Minimise a cost as `optimise` does, by HiGHS; ends at the gap, at `limits.nodes` or by the clock.

    HiGHS cannot be interrupted: a call that is cancelled ends at `limits.seconds`. `hint` serves `optimise` alone.

    Whatever is not for HiGHS (maximising, constraints of other kinds) is left to `optimise`.
    """
    rows = None if maximise else rows_of(v.model)
    if rows is None or not len(v.model.proto.variables):
        return optimise(v, objective, control, seed=seed, maximise=maximise, limits=limits, hint=hint)
    if control.stopped:
        return SolveResult(CallStatus.UNKNOWN, None, None, None)
    v.model.minimize(objective)
    cost = np.zeros(rows.matrix.shape[1])
    cost[list(v.model.proto.objective.vars)] = list(v.model.proto.objective.coeffs)
    answer = _call_highs(v, rows, cost, control, limits)
    if answer.status == 2:
        return SolveResult(CallStatus.INFEASIBLE, None, None, None)
    dual = answer.mip_dual_bound
    bound = None if dual is None or not math.isfinite(dual) else certified(float(dual))
    x = None if answer.x is None else np.rint(answer.x).astype(np.int64)
    if x is None or not rows.kept(x):
        return SolveResult(CallStatus.UNKNOWN, None, None, bound)
    status = CallStatus.OPTIMAL if answer.status == 0 else CallStatus.FEASIBLE
    return SolveResult(status, v.extract(x.tolist()), round(float(cost @ x)), bound)


def _call_highs(v: Variables, rows: Rows, cost: Floats, control: Control, limits: CallLimits) -> OptimizeResult:
    """Return what HiGHS says of the rows of a model, loosened or tightened as its approximation allows."""
    variables = v.model.proto.variables
    low, high = (np.array([variable.domain[side] for variable in variables], dtype=float) for side in (0, 1))
    return milp(
        cost,
        constraints=rows.for_floats(LOOSER if v.approximation is Approximation.OUTER else -LOOSER),
        integrality=np.ones(len(cost)),
        bounds=Bounds(low, high),
        options={
            "time_limit": min(control.remaining, limits.seconds),
            "mip_rel_gap": limits.gap,
            "node_limit": UNLIMITED_NODES if limits.nodes is None else limits.nodes,
        },
    )


Engine = Callable[..., SolveResult]


def engine_of(limits: CallLimits) -> Engine:
    """Return what a call with these limits is solved by, `optimise_by_mip` or `optimise`."""
    return optimise if limits.nodes is None else optimise_by_mip
