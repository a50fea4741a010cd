"""An exact oracle in a MIP: SCIP with a constraint handler that asks the exact tail, the idea of Wu and Küçükyavuz
(2019).

The master problem holds every business rule and no probability; whether a set of creators reaches its confidence is
asked of the exact Poisson–binomial tail, for every integral solution, and sets that fail are cut off together with
everybody weaker who can be let in while they still fail. `oracle-counts` has these cuts, and beside them, at
fractional points too, how many gifts and payers it takes at least (facets of the hull of the counts). Such cuts know
nothing of who is likelier to post; so `oracle` separates as well, from the same exact tail, how many likely gifts it
takes beside so many unlikely ones and payers (`class_cuts`). Both kinds were made for this problem. The greedy
plan is the start, and greedy made to follow an LP solution is the primal heuristic (SCIP's own know nothing of the
tail); value outweighs cost by the total budget under `activate_most`, so that one solve is lexicographic.

SCIP's bound is as valid as floating point and its tolerances make it; a twentieth of a penny is taken off before it is
rounded up to whole pennies.
SCIP runs on one thread: its parallel mode cannot copy a constraint handler written in Python. Rounding locks are
declared, so presolving and heuristics know that taking people out may break the rule; reductions that argue with
symmetry or with the objective alone are off, because they cannot see the handler.
"""

from __future__ import annotations

from typing import Any

import pyscipopt
from pyscipopt.scip import PY_SCIP_EVENTTYPE as SCIP_EVENTTYPE
from pyscipopt.scip import PY_SCIP_RESULT as SCIP_RESULT

from optimizer.analysis.baselines.greedy import exact_reach, greedy_selection
from optimizer.derive.build import build_instance
from optimizer.scenario.models import Scenario
from tests.benchmarks.methods.base import Answer, Run, answer_of
from tests.benchmarks.methods.oracle_master import Master
from tests.benchmarks.methods.saa_model import selection_of

OPEN = 0.05
"""A window used less than this is not separated at fractional points."""
ROOT_ROUNDS, NODE_ROUNDS = 40, 2
ROUNDED_NODES = 10
"""The heuristic is called at the root and at every tenth node."""


def oracle(scenario: Scenario, run: Run) -> Answer:
    """Return SCIP's plan and bound, with all cuts."""
    return _solved(scenario, run, classes=True)


def oracle_counts(scenario: Scenario, run: Run) -> Answer:
    """Return SCIP's plan and bound, with cuts on failing sets and on how many people it takes at least."""
    return _solved(scenario, run, classes=False)


def _solved(scenario: Scenario, run: Run, *, classes: bool) -> Answer:
    instance = build_instance(scenario)
    start = greedy_selection(instance, exact_reach(instance), lambda: run.remaining <= 0, exact=True)
    if start.windows:
        run.found(instance, start)
    master = Master(instance, run, classes)
    if not master.build():
        return answer_of(instance, start, "the time was over before the model was written: greedy start")
    _include(master)
    master.start(start)
    return master.solve(start)


def _include(master: Master) -> None:
    """Give SCIP the rule that it does not know, and listen."""
    model, handler = master.model, _Density(master)
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
    model.includeEventhdlr(_Watch(master), "watch", "plans and bounds as they come")


class _Density(pyscipopt.Conshdlr):
    """The rule `density`: people of a window reach its posts with its confidence."""

    def __init__(self, master: Master) -> None:
        self.master = master
        self.rounds: dict[int, int] = {}

    def conscheck(self, _: Any, solution: Any, *__: Any) -> dict[str, Any]:
        """Ask the oracle about a solution."""
        fails = self.master.failing(self.master.values(solution))
        return {"result": SCIP_RESULT.INFEASIBLE if fails else SCIP_RESULT.FEASIBLE}

    def consenfolp(self, *_: Any) -> dict[str, Any]:
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

    def consenfops(self, *_: Any) -> dict[str, Any]:
        """Ask the oracle about a pseudo solution."""
        fails = self.master.failing(self.master.values())
        return {"result": SCIP_RESULT.INFEASIBLE if fails else SCIP_RESULT.FEASIBLE}

    def conssepalp(self, *_: Any) -> dict[str, Any]:
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

    def conslock(self, _: Any, locktype: int, nlockspos: int, nlocksneg: int) -> None:
        """Taking people out may break the rule, and so may opening a window."""
        master, lock = self.master, self.master.model.addVarLocksType
        for var in master.v.option.values():
            lock(master.columns[var.index], locktype, nlockspos, nlocksneg)
        for var in master.v.window.values():
            lock(master.columns[var.index], locktype, nlocksneg, nlockspos)


class _Watch(pyscipopt.Eventhdlr):
    """Writes down plans and bounds as they come."""

    EVENTS = (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.NODESOLVED, SCIP_EVENTTYPE.LPSOLVED)

    def __init__(self, master: Master) -> None:
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
