"""Price, bound, assemble, improve, certify: the search for scenarios one model cannot close.

Every activation is priced alone, tied ones in pairs; a knapsack, and where places, stock, months or gaps bite a
schedule of sizes and days, bound value and cost and say which activations to secure. Those are placed with quick teams,
and ruin and recreate, then exact neighbourhoods, make the plan better until it meets the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.solve.assemble import EMPTY, place
from optimizer.solve.blocks import price
from optimizer.solve.board import Board
from optimizer.solve.excess import price_excess
from optimizer.solve.floors import Floors
from optimizer.solve.follow import follow
from optimizer.solve.improve import complete, improve
from optimizer.solve.ledger import Ledger
from optimizer.solve.master import best_set, cost_bound, value_bound
from optimizer.solve.prices import climb
from optimizer.solve.problem import Problem
from optimizer.solve.rebuild import Rebuilder, scarcity
from optimizer.solve.runs import price_neighbours, price_runs
from optimizer.solve.schedule import Schedule, make_schedule
from optimizer.solve.sizes import price_sizes
from optimizer.solve.team import Team
from optimizer.solve.whole import solve_whole

FIRST_TRIES, TRIES = 40, 150
NEIGHBOURHOODS = 12
ROUNDS = 6
SCHEDULES = 80
MONEY_TO_SPARE = 0.005
"""Share of the budget that the first schedule to be followed leaves, if it can."""
QUICK = 2.0
"""Effort for a first bound on value by a schedule; proving values impossible one by one is quicker then."""
RESERVE = 0.35
"""Share of the time left that following schedules leaves for the rest."""
SMALL_OPTIONS, SMALL_SHARE = 5_000, 0.5
"""Up to so many options the whole model comes first, for this share of the time left."""
WHOLE_OPTIONS = 20_000
"""The whole model is tried at the end where it has at most so many options."""


@dataclass
class Search:
    """One decomposed search.

    Attributes
    ----------
    wanted
        Activations to secure, as far as is known, hardest to place first.
    known
        Teams that go well with those of tied activations, by activation.
    """

    problem: Problem
    ledger: Ledger
    floors: Floors
    window_floors: dict[int, int]
    wanted: list[int] = field(default_factory=list)
    known: dict[int, list[Team]] = field(default_factory=dict)
    draws: int = 0

    @property
    def done(self) -> bool:
        """Whether there is nothing left to find or no time left."""
        return self.ledger.closed or self.ledger.infeasible or self.problem.control.stopped

    def bound(self) -> None:
        """Bound value and cost by the floors and choose what to secure."""
        instance, tied = self.problem.instance, self.problem.tied
        value = value_bound(instance, self.floors, tied)
        if value is None:
            self.ledger.infeasible = True
            return
        self.ledger.prove_value(value)
        target = self.ledger.value_bound
        known = cost_bound(instance, self.floors, target, tied)
        if known is not None:
            self.ledger.prove_cost(target, known)
        chosen = best_set(instance, self.floors, tied)
        self.wanted = self.in_order(chosen or ())

    def in_order(self, activations: Sequence[int]) -> list[int]:
        """Return activations in the order they are placed: what must be secured, few windows, then dear ones."""
        must, floors = self.problem.instance.must_secure, self.floors.own
        choices = {a: len(self.problem.windows_of(a)) for a in activations}
        return sorted(activations, key=lambda a: (not must[a], choices[a], -floors[a], a))

    def rebuild(self, wanted: Sequence[int], tries: int, board: Board | None = None, *, over_budget: bool) -> None:
        """Fill a board with what is wanted and better it by ruin and recreate."""
        standing = self.ledger.best
        if board is None:
            board = Board(self.problem.instance, standing, over_budget=over_budget)
            for activation in [a for a in board.windows if a not in wanted]:
                board.remove(activation)
        self.draws += 1
        charges = scarcity(self.problem, wanted)
        builder = Rebuilder(
            self.problem, board, wanted, self.floors.own, charges, self.problem.seed + self.draws, self.known
        )
        builder.fill()
        builder.run(self.ledger, tries)

    def everything(self) -> list[int]:
        """Return all activations, those wanted first, the others by what a unit of value costs."""
        value = self.problem.instance.value
        others = [a for a in self.floors.own if a not in self.wanted]
        return [*self.wanted, *sorted(others, key=lambda a: (self.floors.own[a] / value[a], a))]


def search_decomposed(problem: Problem, ledger: Ledger) -> Mapping[int, int]:
    """Fill the ledger; return what each activation costs at least on its own."""
    if not problem.instance.must_secure.any():
        ledger.offer(EMPTY)
    if problem.control.stopped:
        # Covers may be missing: nothing can be told from what is not there.
        return {a: 0 for a in problem.instance.activations if len(problem.windows_of(a))}
    search = begin(problem, ledger)
    advance(search)
    return search.floors.own


def begin(problem: Problem, ledger: Ledger) -> Search:
    """Return a search that knows what each activation costs at least on its own."""
    ledger.enter("pricing each activation")
    blocks = price(problem, problem.instance.activations)
    floors = Floors({block.activation: block.floor for block in blocks if not block.impossible})
    windows = {window: floor for block in blocks for window, floor in block.windows.items()}
    return Search(problem, ledger, floors, windows)


def advance(search: Search) -> None:
    """Bound, place, prove and improve, step by step, until the ledger is closed or the time is up.

    What a search with the same instance but for the total budget has learnt of its parts is used and added to.
    """
    search.bound()
    steps: tuple[tuple[str, Callable[[Search], None]], ...] = (
        ("assembling a plan", _first_plan),
        ("pricing what is tied together", _tied),
        ("proving with one model", _small),
        ("scheduling windows and parcels", _schedule),
        ("improving the plan", _improve),
        ("pricing what is shared", _prices),
        ("improving the plan", _improve),
        ("proving what is left", _whole),
        ("improving the plan", _keep_improving),
    )
    for phase, step in steps:
        if search.done:
            break
        search.ledger.enter(phase)
        step(search)


def glance(search: Search) -> None:
    """Bound and place what the bound proposes, and leave it at that."""
    search.bound()
    if not search.done:
        search.ledger.enter("assembling a plan")
        _first_plan(search)


def _first_plan(search: Search) -> None:
    """Place what the knapsack chose with quick teams, then exactly where that fails."""
    search.rebuild(search.wanted, FIRST_TRIES, over_budget=True)
    if search.done or (search.ledger.best is not None and search.ledger.best.windows):
        return
    standing = EMPTY
    for activation in search.wanted:
        found = place(search.problem, activation, standing, search.floors.own[activation])
        if found is not None:
            board = Board(search.problem.instance, standing)
            board.put(activation, found.windows[activation], np.array(found.options, dtype=np.int64))
            standing = board.selection()
    if not search.ledger.offer(standing) and standing.windows:
        search.ledger.enter("making room")
        search.ledger.offer(complete(search.problem, standing, search.floors.own, search.wanted))


def _tied(search: Search) -> None:
    if not search.problem.tied:
        return
    search.known = price_runs(search.problem, search.floors, search.known)
    search.bound()


def _schedule(search: Search) -> None:
    """Bound value and cost by a schedule, and place people by the best one."""
    limits, problem, ledger = search.problem.instance.limits, search.problem, search.ledger
    if limits.daily_capacity is None and not limits.arrivals and not limits.month_caps and not problem.tied:
        return
    activations = list(search.floors.own)
    windows = [int(w) for a in activations for w in problem.windows_of(a)]
    price_sizes(problem, search.floors, windows, search.window_floors)
    price_excess(problem, search.floors)
    if not ledger.value_proven:
        most = make_schedule(problem, search.floors, activations, effort=QUICK)
        if most.impossible:
            ledger.infeasible = True
            return
        if most.bound is not None:
            ledger.prove_value(most.bound)
    found = _with_reserve(search, _cheapest(search))
    if found.windows:
        _follow(search, found, ledger.value_bound)


def _cheapest(search: Search) -> Schedule:
    """Return the cheapest schedule of the highest value one was found for; bound value and cost by it.

    What its tied activations cost together is priced where that is not yet known, as long as there is something new.
    """
    problem, ledger, floors = search.problem, search.ledger, search.floors
    schedule, target = Schedule(False, None, 0, {}, {}), ledger.value_bound
    while target >= max(0, ledger.value) and not search.done:
        schedule = make_schedule(problem, floors, list(floors.own), least_value=target)
        if schedule.impossible:
            ledger.prove_value(target - 1)
        elif schedule.bound is not None:
            ledger.prove_cost(target, schedule.bound)
        fresh = schedule.windows and price_neighbours(problem, floors, schedule.windows, search.known)
        if fresh and price_excess(problem, floors):
            target = ledger.value_bound
        elif schedule.windows:
            return schedule
        else:
            target -= 1
    return schedule


def _with_reserve(search: Search, schedule: Schedule) -> Schedule:
    """Return a schedule, or one of a little less value where its teams would hardly be paid for.

    People cost a little more than their sizes promise, and a plan over budget loses a whole activation.
    """
    instance = search.problem.instance
    budget, value = instance.limits.budget_minor, int(sum(instance.value[a] for a in schedule.windows)) - 1
    if budget is None or schedule.cost <= (1 - MONEY_TO_SPARE) * budget or value <= search.ledger.value:
        return schedule
    lower = make_schedule(search.problem, search.floors, list(search.floors.own), least_value=value)
    return lower if lower.windows else schedule


def _follow(search: Search, schedule: Schedule, target: int) -> None:
    """Turn schedules into plans, ruling out what did not go together, until one is placed as it stands.

    Every other schedule asks for a little less value: it leaves more room for what a schedule does not see.
    """
    problem, ledger, conflicts = search.problem, search.ledger, set[frozenset[int]]()
    reserve, lower = RESERVE * problem.control.remaining, target
    for number in range(SCHEDULES):
        search.wanted = search.in_order(list(schedule.windows))
        board, fresh = follow(problem, schedule, search.wanted, search.known)
        if len(board.windows) == len(schedule.windows):
            search.rebuild(search.wanted, FIRST_TRIES, board, over_budget=True)
        else:
            board = Board(problem.instance, board.within_budget())
            search.rebuild(search.everything(), 0, board, over_budget=False)
        if search.done or ledger.value_proven or problem.control.remaining < reserve:
            return
        # A schedule that taught nothing is itself ruled out, so that none comes twice.
        conflicts.update(set(fresh) - conflicts or {frozenset(schedule.windows.values())})
        lower = max(ledger.value + 1, lower - 1) if number % 2 else lower
        least = lower if number % 2 else target
        wanted = list(search.floors.own)
        schedule = make_schedule(problem, search.floors, wanted, least_value=least, without=conflicts)
        if not schedule.windows:
            return


def _improve(search: Search) -> None:
    """Ruin and recreate what is wanted, then with everything else beside it, then exact neighbourhoods."""
    ledger = search.ledger
    search.rebuild(search.wanted, TRIES, over_budget=True)
    if not search.done and not ledger.value_proven:
        search.rebuild(search.everything(), TRIES, over_budget=False)
    if not search.done:
        order = search.everything()
        improve(search.problem, ledger, search.floors.own, order, search.problem.tied, NEIGHBOURHOODS)


def _prices(search: Search) -> None:
    """Raise the bounds by prices for what is shared, as long as that changes what to secure."""
    for _ in range(ROUNDS):
        before = set(search.wanted)
        enough = search.ledger.cost if search.ledger.value_proven else 2**53
        priced = climb(search.problem, search.floors.own, search.wanted, enough)
        if priced is None:
            return
        search.floors.priced.append(priced)
        search.bound()
        if search.done or set(search.wanted) == before:
            return


def _small(search: Search) -> None:
    """Small scenarios are proven fastest as a whole, with what is known of their parts."""
    if len(search.problem.instance.options) <= SMALL_OPTIONS:
        control = search.problem.control
        part = replace(control, deadline=control.deadline - (1 - SMALL_SHARE) * control.remaining)
        solve_whole(replace(search.problem, control=part), search.ledger, search.floors.own, search.window_floors)


def _whole(search: Search) -> None:
    if len(search.problem.instance.options) <= WHOLE_OPTIONS:
        solve_whole(search.problem, search.ledger, search.floors.own, search.window_floors)


def _keep_improving(search: Search) -> None:
    """Go on until nothing has helped for some rounds."""
    ledger, in_vain = search.ledger, 0
    while not search.done and in_vain < ROUNDS:
        before = (ledger.value, ledger.cost)
        _improve(search)
        in_vain = in_vain + 1 if (ledger.value, ledger.cost) == before else 0
