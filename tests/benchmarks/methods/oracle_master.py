"""The master problem of `oracle` in SCIP: rows, cuts from the exact tail, bounds, plans."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyscipopt
from pyscipopt import quicksum

from optimizer.derive.instance import Floats, Instance, Ints
from optimizer.model.selection import Selection
from optimizer.model.variables import Variables
from optimizer.solve.cpsat.feasibility import holds
from tests.benchmarks.methods.base import Answer, Moment, Run, answer_of
from tests.benchmarks.methods.class_cuts import Cut, WindowCuts
from tests.benchmarks.methods.linear import business_model, goal, matrix_of, values_of, weight_of_value
from tests.benchmarks.methods.no_good_cuts import NoGoodCut, no_good_cut
from tests.benchmarks.methods.rounding import Rounding
from tests.benchmarks.methods.saa_model import selection_of

RANKS = (6, 12, 20, 32)
"""Gifts are strong or weak by the probability of the creator at one of these ranks."""
PENNY = 0.05


@dataclass
class Master:
    """The model in SCIP, column by column that of `linear`; the rule `density` is added by `oracle`."""

    instance: Instance
    run: Run
    classes: bool
    model: Any = field(default_factory=pyscipopt.Model)
    columns: list[Any] = field(default_factory=list)
    best: Selection | None = None
    told: tuple[int | None, int | None] = (None, None)
    offered: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.v: Variables = business_model(self.instance)
        self.cuts = [WindowCuts(self.instance, window) for window in range(len(self.instance.windows))]

    def build(self) -> bool:
        """Write the rows; return whether there was time for it."""
        self.v.model.minimize(goal(self.v))
        matrix = matrix_of(self.v.model)
        model = self.model
        model.hideOutput()
        self.columns = [model.addVar(vtype="B", obj=cost / 100) for cost in matrix.cost.tolist()]
        for number, (low, high, columns, coefficients) in enumerate(matrix.rows()):
            if number % 1000 == 0 and self.run.remaining <= 0:
                return False
            total = quicksum(
                weight * self.columns[column]
                for column, weight in zip(columns.tolist(), coefficients.tolist(), strict=True)
            )
            if low == high:
                model.addCons(total == low)
            elif math.isinf(low):
                model.addCons(total <= high)
            elif math.isinf(high):
                model.addCons(total >= low)
            else:
                model.addCons((low <= total) <= high)
        for name, value in {
            "misc/usesymmetry": 0,
            "misc/allowstrongdualreds": False,
            "limits/gap": 0.0,
            "randomization/randomseedshift": self.run.task.seed,
        }.items():
            model.setParam(name, value)
        return True

    def start(self, selection: Selection) -> None:
        """Hand over a plan, if it secures what must be secured and is better than the last."""
        if not set(np.flatnonzero(self.instance.must_secure).tolist()) <= set(selection.windows):
            return
        worth = (sum(self.instance.value[a] for a in selection.windows), -selection.cost(self.instance))
        if self.offered is not None and worth <= self.offered:
            return
        self.offered = worth
        solution = self.model.createOrigSol()
        for column, value in values_of(self.v, selection).items():
            if value:
                self.model.setSolVal(solution, self.columns[column], 1.0)
        if self.best is None:
            self.model.addSol(solution)
            self.best = selection
        else:
            self.model.trySol(solution)

    def solve(self, fallback: Selection) -> Answer:
        """Run SCIP for what is left of the time."""
        self.model.setParam("limits/time", max(0.1, self.run.remaining))
        self.model.optimize()
        if self.model.getNSols():
            self.best = selection_of(self.v, self.values(self.model.getBestSol()))
        value, cost = self.bounds()
        note = f"SCIP {self.model.version()}: {self.model.getStatus()}, {self.model.getNNodes()} nodes, one thread"
        return answer_of(self.instance, self.best or fallback, note, value_bound=value, cost_bound=cost)

    def values(self, solution: Any = None) -> Floats:
        """Return a solution by column; the LP's where none is given."""
        get = self.model.getSolVal
        return np.array([get(solution, column) for column in self.columns])

    def bounds(self) -> tuple[int | None, int | None]:
        """Return what SCIP's dual bound says of value and cost (minor units)."""
        dual = 100 * self.model.getDualbound()
        total, weight = int(self.instance.value.sum()), weight_of_value(self.instance)
        if abs(dual) > 1e15:
            return total, None
        if not weight:
            return total, max(0, math.ceil(dual - PENNY))
        value = min(total, math.floor((weight - 1 - dual) / weight + 1e-6))
        return value, max(0, math.ceil(dual - PENNY + weight * value))

    def tell(self) -> None:
        """Write down plan and bounds if they changed by anything that matters."""
        bounds = self.bounds()
        if bounds != self.told and self.best is not None:
            self.told = bounds
            self.run.found(self.instance, self.best, value_bound=bounds[0], cost_bound=bounds[1])
        elif bounds != self.told:
            self.told = bounds
            self.run.tell(Moment(round(self.run.elapsed, 3), value_bound=bounds[0], cost_bound=bounds[1]))

    def round(self, values: Floats) -> None:
        """Offer SCIP the plan that greedy makes when it follows an LP solution."""
        by_column = values.tolist()
        rounding = Rounding(
            self.instance,
            {activation: by_column[var.index] for activation, var in self.v.secured.items()},
            {window: by_column[var.index] for window, var in self.v.window.items()},
            {option: by_column[var.index] for option, var in self.v.option.items()},
        )
        self.start(rounding.selection())

    def failing(self, values: Floats) -> list[tuple[int, Ints]]:
        """Return windows taken by an integral solution whose people miss the confidence."""
        found = []
        for window, var in self.v.window.items():
            if values[var.index] > 0.5:
                cuts = self.cuts[window]
                chosen = np.array([o for o in cuts.options if values[self.v.option[int(o)].index] > 0.5], dtype=int)
                if not holds(self.instance, cuts.activation, chosen):
                    found.append((window, chosen))
        return found

    def class_cuts(self, values: Floats, least: float) -> list[Cut]:
        """Return the most violated cut of every window taken at least so far."""
        found = []
        for window, var in self.v.window.items():
            opened = float(values[var.index])
            if opened >= least and self.run.remaining > 0:
                cuts = self.cuts[window]
                inside = np.array([values[self.v.option[int(o)].index] for o in cuts.options])
                each = [
                    cuts.cut(inside, opened, threshold) for threshold in cuts.thresholds(RANKS if self.classes else ())
                ]
                violated = [cut for cut in each if cut is not None]
                found += sorted(violated, key=lambda cut: -cut.violation)[:2]
        return found

    def add(self, cut: Cut) -> None:
        """Add a cut as a constraint."""
        total = quicksum(
            weight * self.columns[self.v.option[option].index]
            for option, weight in zip(cut.options.tolist(), cut.coefficients.tolist(), strict=True)
        )
        self.model.addCons(total - cut.most * self.columns[self.v.window[cut.window].index] >= 0)

    def cut_off(self, window: int, chosen: Ints) -> None:
        """Cut off a failing set and everybody weaker who can be let in, in every window of the activation."""
        table, owner = self.instance.options, self.instance.windows.activation
        activation = int(owner[window])
        failed: NoGoodCut = no_good_cut(self.instance, activation, chosen)
        for other in np.flatnonzero(owner == activation).tolist():
            mine = self.cuts[other].options
            limit = np.array([failed.highest.get((int(table.creator[o]), bool(table.paid[o])), -1.0) for o in mine])
            outside = mine[table.probability[mine] > limit]
            self.add(Cut(other, outside, np.ones(len(outside)), 1.0, 1.0))
