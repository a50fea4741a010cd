"""An exact oracle in a MIP: SCIP with a constraint handler that asks the exact tail, after Wu and Küçükyavuz (2019).

The master problem holds every business rule and no probability; whether a set of creators reaches its confidence is
asked of the exact Poisson–binomial tail, for every integral solution, and sets that fail are cut off together with
everybody weaker who can be let in while they still fail. `oracle-published` has these cuts, and beside them, at
fractional points too, how many gifts and payers it takes at least (facets of the hull of the counts). Such cuts are
weak for sets of twenty out of sixty; so `oracle` goes further than the literature we know of and separates, from the
same exact tail, how many likely gifts it takes beside so many unlikely ones and payers (`class_cuts`). The greedy
plan is the start, and greedy made to follow an LP solution is the primal heuristic (SCIP's own know nothing of the
tail); value outweighs cost by the total budget under `activate_most`, so that one solve is lexicographic.

SCIP's bound is valid up to its tolerances (1e-6 relative to a row), and it is rounded down by a twentieth of a penny.
SCIP runs on one thread: its parallel mode cannot copy a constraint handler written in Python. Rounding locks are
declared, so presolving and heuristics know that taking people out may break the rule; reductions that argue with
symmetry or with the objective alone are off, because they cannot see the handler.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyscipopt
from pyscipopt import SCIP_EVENTTYPE, SCIP_RESULT, quicksum

from optimizer.derive.build import derive
from optimizer.derive.instance import Floats, Instance, Ints
from optimizer.model.variables import Selection, Variables
from optimizer.scenario.models import Scenario
from optimizer.solve.assemble import cost_of
from optimizer.solve.exact import FailingSet, failing_set, holds
from tests.benchmarks.methods.base import Answer, Moment, Run, answer_of
from tests.benchmarks.methods.class_cuts import Cut, WindowCuts
from tests.benchmarks.methods.greedy import exact_reach, greedy_selection
from tests.benchmarks.methods.linear import business_model, goal, matrix_of, values_of, weight_of_value
from tests.benchmarks.methods.rounding import Rounding
from tests.benchmarks.methods.saa_model import selection_of

OPEN = 0.05
"""A window used less than this is not separated at fractional points."""
ROOT_ROUNDS, NODE_ROUNDS = 40, 2
ROUNDED_NODES = 10
"""The heuristic is called at the root and at every so manieth node."""
RANKS = (6, 12, 20, 32)
"""Gifts are strong or weak by the probability of the creator at one of these ranks."""
PENNY = 0.05


def oracle(scenario: Scenario, run: Run) -> Answer:
    """Return SCIP's plan and bound, with all cuts."""
    return _solved(scenario, run, classes=True)


def oracle_published(scenario: Scenario, run: Run) -> Answer:
    """Return SCIP's plan and bound, with cuts as published: failing sets, and how many people it takes at least."""
    return _solved(scenario, run, classes=False)


def _solved(scenario: Scenario, run: Run, *, classes: bool) -> Answer:
    instance = derive(scenario)
    start = greedy_selection(instance, exact_reach(instance), lambda: run.remaining <= 0, exact=True)
    if start.windows:
        run.found(instance, start)
    master = _Master(instance, run, classes)
    if not master.build():
        return answer_of(instance, start, "the time was over before the model was written: greedy start")
    master.start(start)
    return master.solve(start)


@dataclass
class _Master:
    """The model in SCIP, column by column that of `linear`."""

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
        """Write the rows; tell whether there was time for it."""
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
        self._include()
        return True

    def _include(self) -> None:
        model = self.model
        handler = _Density(self)
        model.includeConshdlr(
            handler,
            "density",
            "the exact tail",
            sepapriority=10,
            enfopriority=-10,
            chckpriority=-10,
            sepafreq=1,
            needscons=True,
        )
        model.addPyCons(model.createCons(handler, "density"))
        model.includeEventhdlr(_Watch(self), "watch", "plans and bounds as they come")
        for name, value in {
            "misc/usesymmetry": 0,
            "misc/allowstrongdualreds": False,
            "limits/gap": 0.0,
            "randomization/randomseedshift": self.run.task.seed,
        }.items():
            model.setParam(name, value)

    def start(self, selection: Selection) -> None:
        """Hand over a plan, if it secures what must be secured and is better than the last."""
        if not set(np.flatnonzero(self.instance.must_secure).tolist()) <= set(selection.windows):
            return
        worth = (sum(self.instance.value[a] for a in selection.windows), -cost_of(self.instance, selection))
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
                each = [cuts.cut(inside, opened, threshold) for threshold in cuts.thresholds(RANKS if self.classes else ())]
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
        failed: FailingSet = failing_set(self.instance, activation, chosen)
        for other in np.flatnonzero(owner == activation).tolist():
            mine = self.cuts[other].options
            limit = np.array([failed.highest.get((int(table.creator[o]), bool(table.paid[o])), -1.0) for o in mine])
            outside = mine[table.probability[mine] > limit]
            self.add(Cut(other, outside, np.ones(len(outside)), 1.0, 1.0))


class _Density(pyscipopt.Conshdlr):  # type: ignore[misc]
    """The rule `density`: people of a window reach its posts with its confidence."""

    def __init__(self, master: _Master) -> None:
        self.master = master
        self.rounds: dict[int, int] = {}

    def conscheck(self, constraints: Any, solution: Any, *_: Any) -> dict[str, Any]:
        """Ask the oracle about a solution."""
        fails = self.master.failing(self.master.values(solution))
        return {"result": SCIP_RESULT.INFEASIBLE if fails else SCIP_RESULT.FEASIBLE}

    def consenfolp(self, constraints: Any, nusefulconss: int, solinfeasible: bool) -> dict[str, Any]:
        """Cut an integral LP solution off if a set in it fails."""
        values = self.master.values()
        fails = self.master.failing(values)
        if not fails:
            return {"result": SCIP_RESULT.FEASIBLE}
        self.master.round(values)
        cuts = self.master.class_cuts(values, 0.5)
        for cut in cuts:
            self.master.add(cut)
        served = {cut.window for cut in cuts}
        for window, chosen in fails:
            if window not in served:
                self.master.cut_off(window, chosen)
        return {"result": SCIP_RESULT.CONSADDED}

    def consenfops(self, constraints: Any, nusefulconss: int, solinfeasible: bool, objinfeasible: bool) -> dict[str, Any]:
        """Ask the oracle about a pseudo solution."""
        fails = self.master.failing(self.master.values())
        return {"result": SCIP_RESULT.INFEASIBLE if fails else SCIP_RESULT.FEASIBLE}

    def conssepalp(self, constraints: Any, nusefulconss: int) -> dict[str, Any]:
        """Separate class cuts at a fractional point, a few rounds per node."""
        node = self.master.model.getCurrentNode().getNumber()
        rounds = self.rounds.get(node, 0)
        if rounds >= (ROOT_ROUNDS if node == 1 else NODE_ROUNDS):
            return {"result": SCIP_RESULT.DIDNOTRUN}
        self.rounds[node] = rounds + 1
        values = self.master.values()
        cuts = self.master.class_cuts(values, OPEN)
        for cut in cuts:
            self.master.add(cut)
        if (not cuts or rounds + 1 == ROOT_ROUNDS) and node % ROUNDED_NODES == 1:
            self.master.round(values)
        return {"result": SCIP_RESULT.CONSADDED if cuts else SCIP_RESULT.DIDNOTFIND}

    def conslock(self, constraint: Any, locktype: int, nlockspos: int, nlocksneg: int) -> None:
        """Taking people out may break the rule, and so may opening a window."""
        master, lock = self.master, self.master.model.addVarLocksType
        for var in master.v.option.values():
            lock(master.columns[var.index], locktype, nlockspos, nlocksneg)
        for var in master.v.window.values():
            lock(master.columns[var.index], locktype, nlocksneg, nlockspos)


class _Watch(pyscipopt.Eventhdlr):  # type: ignore[misc]
    """Writes down plans and bounds as they come."""

    EVENTS = (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.NODESOLVED, SCIP_EVENTTYPE.LPSOLVED)

    def __init__(self, master: _Master) -> None:
        self.master = master

    def eventinit(self) -> None:
        """Begin to listen."""
        for kind in self.EVENTS:
            self.model.catchEvent(kind, self)

    def eventexit(self) -> None:
        """Stop listening."""
        for kind in self.EVENTS:
            self.model.dropEvent(kind, self)

    def eventexec(self, event: Any) -> None:
        """Take a better plan, and tell."""
        master = self.master
        if event.getType() == SCIP_EVENTTYPE.BESTSOLFOUND:
            master.best = selection_of(master.v, master.values(master.model.getBestSol()))
            master.told = (None, None)
        master.tell()
