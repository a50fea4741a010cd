"""Why a gap is open: what lies between the plan and the bounds, measured limit by limit.

Cost. With c_a what the plan pays for activation a, alone_a ≤ c_a the cheapest team known that keeps its own rules,
own_a what it costs at least alone, and B the bound on all::

    Σ c_a − B = Σ (c_a − alone_a) + Σ (alone_a − own_a) + (Σ own_a − B)

The first sum is what shared limits cost this plan, the second is unproven of single teams, and the rest, where it is
negative, is what is *proven* to be lost to shared limits: it is no longer open and is taken off the first sum, then off
the second. Where it is positive other activations of the same value might do for less. Each c_a − alone_a goes to
limits by dropping them one after the other, once in order and once in reverse, half of it each: a limit is charged with
what dropping it saved if the cheaper team breaks it.

Value. Each activation that the bound lets in and the plan leaves out goes to the limits that let it in when dropped
alone, else to those that the teams known of it would break.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.derive.instance import INFEASIBLE_COST
from optimizer.model.selection import EMPTY
from optimizer.solve.heuristics.beside_plan import BesidePlan, Found, Limit, limit_of
from optimizer.solve.heuristics.insertion import insert_greedily
from optimizer.solve.heuristics.partial_plan import Breach, PartialPlan
from optimizer.solve.problem import NOTHING_PREPARED, SearchProblem
from optimizer.solve.search_parameters import PARAMETERS
from optimizer.solve.search_state import SearchState

TIME: Limit = ("time_limit", 0)
"""Not a rule: the search ended before it could tell."""
TEAMS: Limit = ("density", 0)
"""Whether cheaper people, or any, reach the confidence is not proven."""


@dataclass
class OpenPart:
    """A limit, and what it has to do with an open gap.

    Attributes
    ----------
    limit
        Rule id and subject; `TIME` where the search ended before it could tell.
    weight
        Its share of the gap; all parts have 1 together.
    saved
        What the cheaper teams found save (minor units, each of two orders counted half); 0 where it is of no cost.
    activations, days
        Whose teams would break it; days as in `Breach`.
    """

    limit: Limit
    weight: Fraction = Fraction(0)
    saved: Fraction = Fraction(0)
    activations: set[int] = field(default_factory=set)
    days: set[int] = field(default_factory=set)


@dataclass
class _Tally:
    parts: dict[Limit, OpenPart] = field(default_factory=dict)

    def charge(
        self, amount: Fraction, activation: int | None, breaches: Sequence[Breach] = (), other: Limit = TIME
    ) -> None:
        """Charge an amount to the limits broken, in equal parts, or to the other one where none is."""
        causes: list[tuple[Limit, tuple[int, ...]]] = [(limit_of(item), item.days) for item in breaches]
        for limit, days in causes or [(other, ())]:
            part = self.parts.setdefault(limit, OpenPart(limit))
            part.saved += amount / max(1, len(causes))
            part.activations.update(() if activation is None else (activation,))
            part.days.update(days)

    def scaled(self, total: Fraction | int, whole: Fraction | int) -> list[OpenPart]:
        """Return the parts so that they have total / whole together."""
        charged = sum((part.saved for part in self.parts.values()), Fraction(0))
        for part in self.parts.values():
            part.weight = Fraction(total) * part.saved / (charged * whole) if charged else Fraction(0)
        return [part for part in self.parts.values() if part.weight > 0]


def open_parts(problem: SearchProblem, state: SearchState, lower_bounds: Mapping[int, int]) -> tuple[OpenPart, ...]:
    """Return why the gap of a search is open, the largest part first; nothing where it is closed.

    Without a plan the whole is open. The plan and the bounds are those of the state, `lower_bounds` what activations
    cost at least alone.
    """
    if state.infeasible or (state.incumbent is not None and state.closed):
        return ()
    measured = _priced(problem) and not problem.control.cancel.is_set()
    parts = _measured(problem, state, lower_bounds) if measured else []
    if not parts:
        parts = [OpenPart(TIME, Fraction(1))]
    return tuple(sorted(parts, key=lambda part: (-part.weight, part.limit)))


def _priced(problem: SearchProblem) -> bool:
    """Return whether the search got as far as to look at every window."""
    return "window_data" in vars(problem) and all(cover is not NOTHING_PREPARED for cover in problem.covers.values())


def _measured(problem: SearchProblem, state: SearchState, lower_bounds: Mapping[int, int]) -> list[OpenPart]:
    control = problem.control
    seconds = min(PARAMETERS.open_gap_seconds, PARAMETERS.open_gap_share * (control.deadline - control.began))
    until = time.monotonic() + seconds
    if state.incumbent is None:
        return _no_plan(problem, lower_bounds, until)
    beside = BesidePlan(problem, state.incumbent, PARAMETERS.open_gap_teams, until)
    return _cost(beside, state, lower_bounds) if state.value_proven else _value(beside, lower_bounds)


def _cost(beside: BesidePlan, state: SearchState, lower_bounds: Mapping[int, int]) -> list[OpenPart]:
    problem, plan, bound = beside.problem, beside.plan, state.cost_bound or 0
    spent = {a: plan.only(problem.instance, a).cost(problem.instance) for a in plan.windows}
    own = {a: max(lower_bounds.get(a, 0), _least(problem, a)) for a in spent}
    teams_cost = {a: min([spent[a], *(known.team.cost for known in beside.known(a, spent[a])[:1])]) for a in spent}
    # A team that breaks shared limits may cost less than what is proven within them.
    alone = {a: max(own[a], teams_cost[a]) for a in spent}
    rest = sum(own.values()) - bound
    shared = max(0, sum(spent.values()) - sum(alone.values()) + min(0, rest))
    choice = max(0, rest)
    limits, teams, others = _Tally(), _Tally(), _Tally()
    for a in sorted(spent, key=lambda a: (alone[a] - spent[a], a)) if shared else ():
        _charge_limits(beside, a, spent[a], alone[a], limits)
    for a in spent:
        if alone[a] > own[a]:
            teams.charge(Fraction(alone[a] - own[a]), a, other=TEAMS)
    others.charge(Fraction(choice), None)
    whole = state.cost - bound
    parts = [
        *limits.scaled(shared, whole),
        *teams.scaled(whole - shared - choice, whole),
        *others.scaled(choice, whole),
    ]
    return _merged(parts)


def _merged(parts: Iterable[OpenPart]) -> list[OpenPart]:
    merged: dict[Limit, OpenPart] = {}
    for part in parts:
        known = merged.setdefault(part.limit, OpenPart(part.limit))
        known.weight += part.weight
        known.saved += part.saved
        known.activations |= part.activations
        known.days |= part.days
    return list(merged.values())


def _least(problem: SearchProblem, activation: int) -> int:
    """Return the quick bound on what an activation costs alone; 0 where there is none."""
    least = min((problem.window_data[int(w)].least for w in problem.windows_of(activation)), default=0)
    return least if least < INFEASIBLE_COST else 0


def _charge_limits(beside: BesidePlan, activation: int, spent: int, alone: int, tally: _Tally) -> None:
    """Charge what an activation costs beyond its cheapest team to the limits whose dropping saves it."""
    if alone >= spent:
        return
    known = beside.known(activation, spent)
    limits = list(dict.fromkeys(limit_of(breach) for found in known for breach in found.breaches))
    for order in (limits, limits[::-1]):
        price, gone = spent, list[Limit]()
        for added in ([], *([limit] for limit in order)):
            gone += added
            found = None if beside.over else beside.cheapest(activation, gone, price)
            if found is not None:
                broken = [breach for breach in found.breaches if limit_of(breach) in added]
                tally.charge(Fraction(price - max(alone, found.team.cost), 2), activation, broken)
                price = max(alone, found.team.cost)
        if price > alone:
            tally.charge(Fraction(price - alone, 2), activation, known[0].breaches)


def _value(beside: BesidePlan, lower_bounds: Mapping[int, int]) -> list[OpenPart]:
    instance, tally = beside.problem.instance, _Tally()
    least = {a: _least(beside.problem, a) for a in lower_bounds if a not in beside.plan.windows}
    for a in sorted(least, key=lambda a: (Fraction(least[a], int(instance.value[a])), a)):
        _charge_missing(beside, a, Fraction(int(instance.value[a])), tally)
    return tally.scaled(1, 1)


def _charge_missing(beside: BesidePlan, activation: int, amount: Fraction, tally: _Tally) -> None:
    """Charge what an activation that is left out is worth to the limits that keep it out."""
    known = beside.known(activation)
    if not known:
        tally.charge(amount, activation, other=TEAMS)
        return
    nearest = min(known, key=lambda found: len(found.breaches))
    limits = list(dict.fromkeys(limit_of(breach) for found in known for breach in found.breaches))
    alone = [found for limit in limits for found in _let_in(beside, activation, limit)]
    if alone and nearest.breaches:
        for found in alone:
            tally.charge(amount / len(alone), activation, found.breaches)
        return
    tally.charge(amount, activation, nearest.breaches)


def _let_in(beside: BesidePlan, activation: int, limit: Limit) -> list[Found]:
    found = None if beside.over else beside.cheapest(activation, [limit])
    return [] if found is None else [found]


def _no_plan(problem: SearchProblem, lower_bounds: Mapping[int, int], until: float) -> list[OpenPart]:
    """Place what must be secured one after the other; charge what finds no place, one and all alike."""
    must = [a for a in problem.instance.activations if problem.instance.must_secure[a]]
    partial, tally, missing = PartialPlan(problem.instance, EMPTY), _Tally(), []
    for a in sorted(must, key=lambda a: (len(problem.windows_of(a)), -lower_bounds.get(a, 0), a)):
        if time.monotonic() >= until or not insert_greedily(problem, partial, a):
            missing.append(a)
    beside = BesidePlan(problem, partial.selection(), PARAMETERS.open_gap_teams, until)
    for a in missing:
        _charge_missing(beside, a, Fraction(1), tally)
    return tally.scaled(1, 1)
