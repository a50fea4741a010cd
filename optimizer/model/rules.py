"""The table of rules: every business rule declared once, for the model, the search and the diagnosis.

A rule is a constraint (`constraints`) and what the search may conclude from it. **What is not declared is treated in
the safe way**: the rule stands in no bound of a single activation (a relaxation), nobody is left out of a core and no
ship day is dropped on its account, and a team made without the model is accepted only if the constraint itself allows
it. So a rule with nothing but its constraint is slow, and right; every declaration makes it faster.

The verifier checks each rule by a function of the same name that shares no code with this table (`verify.rules`); a
test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from optimizer.derive.instance import Instance, Ints
from optimizer.derive.people import TIERS
from optimizer.model import constraints
from optimizer.model.constraints import density
from optimizer.model.selection import Selection
from optimizer.model.variables import Variables

Classes = Callable[[Instance, int], Ints | None]
"""(instance, activation) → class per creator, shape (creators,), or None where the rule asks nothing there."""
Quotas = Callable[[Instance, int], Mapping[int, tuple[int, int | None]]]
"""(instance, activation) → (least, most or None) people by class."""


class Scope(Enum):
    """The scope of a rule: one activation alone, or several, through a shared limit.

    A plan that keeps a rule of any scope but VALUE keeps it in every part: such rules limit from above. PEOPLE and
    DATES may stand in the bounds of pairs. MONEY and PARCELS stand in those bounds only whose models offer every ship
    day of the core (`solve.within_limits`); other models of parts offer the best ship days, so no rule stands
    in them that does not declare `Rule.any_day`. BUDGET stands in no bound of a part: searches under other total
    budgets share these bounds (`solve.budget_sweep`).
    """

    OWN = "one activation"
    PEOPLE = "who takes part where"
    DATES = "where windows lie"
    BUDGET = "what the whole plan costs"
    MONEY = "what is spent in a month"
    PARCELS = "parcels and units by day"
    VALUE = "what is secured"


@dataclass(frozen=True)
class Exchange:
    """When exchanging a creator of an activation for another one cannot break a rule.

    The other one has nothing else to do, the same shipping service and mode, costs no more and posts no less likely.

    Attributes
    ----------
    classes
        The exchange is safe within a class; None: between any two creators.
    asks
        (instance, activation) → how many people the rule may ask for beyond those of a team of least cost
        (`nobody`: none); None: the rule does not say, so the core leaves nobody out.
    """

    classes: Classes | None = None
    asks: Callable[[Instance, int], int] | None = None


def nobody(_instance: Instance, _activation: int) -> int:
    """Return 0: the rule asks for no people beyond those of a team of least cost."""
    return 0


class TeamCheck(Enum):
    """How a team that is made without the model keeps a rule."""

    BY_CONSTRUCTION = "cells, candidates, quotas or the partial plan see to it"


Judge = Callable[[Instance, Selection], bool]
"""(instance, selection) → whether the selection keeps the rule."""


@dataclass(frozen=True)
class Rule:
    """One rule of the contract. All but the constraint has a safe default.

    Attributes
    ----------
    constraint
        Adds its rows to a model; its name is the rule's id. A model may be of some activations, with some of their
        windows and options and without cells, so a constraint asks `Variables` for what there is (`v.secured`,
        `v.windows_of`, `v.options_of`, `v.part.options`), never for an index of the instance.
    scope
        None: it stands only in models of everything that is planned.
    exchange
        None: nobody can be replaced, so nobody is left out.
    any_day
        Whether another ship day of no lower probability cannot break it, or `derive.limits` keeps the days it needs.
        False: every ship day is kept, and the rule stands in no bound of a part.
    any_window
        Whether it asks the same of a team in every window of an activation, whatever the dates: then windows whose
        options agree share their bounds. False: every window is bounded by itself.
    quotas
        How many people of each class of `exchange` a team has; greedy teams are filled by it.
    team
        How a greedy team keeps it: `TeamCheck.BY_CONSTRUCTION`, or a `Judge` that looks at each selection. None: the
        constraint itself judges, which takes a solver call per selection. Whoever judges sees plans that are not
        complete: a rule that asks for a minimum of the whole plan then leaves the heuristics without a plan.
    loosened_by
        JSON Pointers (``*`` for any index or month) of what the diagnosis changes to loosen it, each with all that is
        under it. `analysis.diagnosis` has the code for each, and a test holds it to this; empty: it tries nothing.
    checked
        Whether the verifier has a check of this id; False for rules of the search alone.
    applies
        Whether the rule asks anything of an instance.
    """

    constraint: Callable[[Variables], None]
    scope: Scope | None = None
    exchange: Exchange | None = None
    any_day: bool = False
    any_window: bool = False
    quotas: Quotas | None = None
    team: TeamCheck | Judge | None = None
    loosened_by: tuple[str, ...] = ()
    checked: bool = True
    applies: Callable[[Instance], bool] = lambda _instance: True

    def __post_init__(self) -> None:
        if self.quotas is not None and (self.exchange is None or self.exchange.classes is None):
            raise ValueError(f"{self.id}: quotas are by the classes of `exchange`, which has none")

    @property
    def id(self) -> str:
        """The id of the rule."""
        return self.constraint.__name__


def _tier(instance: Instance, activation: int) -> Ints | None:
    """Return the tiers where the activation has a tier mix."""
    return instance.tier if instance.waves[activation].tier_mix else None


def _tier_quotas(instance: Instance, activation: int) -> Mapping[int, tuple[int, int | None]]:
    mix = instance.waves[activation].tier_mix
    return {TIERS.index(tier): (allowed.min, allowed.max) for tier, allowed in mix.items()}


def _tiers_asked(instance: Instance, activation: int) -> int:
    return sum(allowed.min for allowed in instance.waves[activation].tier_mix.values())


def _built(constraint: Callable[[Variables], None], scope: Scope, *loosened_by: str) -> Rule:
    """Declare a rule of counts, money or dates that cells, candidates or the partial plan keep as they are built."""
    team = TeamCheck.BY_CONSTRUCTION
    return Rule(
        constraint,
        scope,
        exchange=Exchange(asks=nobody),
        any_day=True,
        any_window=True,
        team=team,
        loosened_by=loosened_by,
    )


RULES: tuple[Rule, ...] = (
    _built(constraints.required, Scope.VALUE),
    replace(_built(constraints.fixed, Scope.OWN), checked=False),
    _built(
        constraints.window,
        Scope.OWN,
        "/activations/*/start_earliest",
        "/activations/*/start_latest",
        "/activations/*/start_weekday",
        "/activations/*/repeat/flex_days",
    ),
    _built(constraints.once, Scope.OWN),
    _built(
        density,
        Scope.OWN,
        "/activations/*/confidence",
        "/activations/*/min_posts",
        "/activations/*/window_days",
    ),
    _built(constraints.paid_share, Scope.OWN, "/communities/*/max_paid_share"),
    _built(constraints.min_paid, Scope.OWN, "/activations/*/min_paid"),
    Rule(
        constraints.tier_mix,
        Scope.OWN,
        exchange=Exchange(_tier, _tiers_asked),
        any_day=True,
        any_window=True,
        quotas=_tier_quotas,
        team=TeamCheck.BY_CONSTRUCTION,
        loosened_by=("/activations/*/tier_mix",),
    ),
    _built(constraints.budget_total, Scope.BUDGET, "/budget/total"),
    _built(constraints.budget_month, Scope.MONEY, "/budget/monthly/*"),
    _built(constraints.stock, Scope.PARCELS, "/products/*/stock"),
    _built(constraints.daily_capacity, Scope.PARCELS, "/shipping/daily_capacity"),
    _built(constraints.rest_days, Scope.PEOPLE, "/rotation/rest_days"),
    _built(constraints.community_gap, Scope.DATES, "/communities/*/min_gap_days"),
    _built(constraints.max_activations, Scope.PEOPLE, "/rotation/max_activations_per_creator"),
    # Locked creators always stay in a core and are counted in it; only the day of a lock is an option.
    _built(constraints.locks, Scope.OWN, "/locks/*"),
)
"""Every rule, in the order in which a model is built."""


def add_rules(v: Variables, *, without: frozenset[str] = frozenset()) -> None:
    """Add the constraint of every rule in order, save those named in `without` (a relaxation)."""
    for rule in _applying(v.instance):
        if rule.id not in without:
            rule.constraint(v)


def outside_of_parts() -> frozenset[str]:
    """Return the ids of the rules that stand in no bound of a single activation or a pair."""
    parts = (Scope.OWN, Scope.PEOPLE, Scope.DATES)
    return frozenset(rule.id for rule in RULES if rule.scope not in parts or not rule.any_day)


def outside_of_days() -> frozenset[str]:
    """Return the ids of the rules that stand in no bound of a part, not even with every ship day of its core."""
    return frozenset(rule.id for rule in RULES if rule.scope in {None, Scope.VALUE, Scope.BUDGET})


def windows_agree(instance: Instance, *, on_days: bool = False) -> bool:
    """Return whether every rule that bounds a single activation asks the same of a team in all its windows.

    `on_days`: in bounds with every ship day of the core, in which more rules stand; stock and months go by dates there.
    """
    outside = outside_of_days() if on_days else outside_of_parts()
    return all(rule.any_window for rule in _applying(instance) if rule.id not in outside)


def rule_ids(instance: Instance) -> frozenset[str]:
    """Return the ids of the rules that ask something of an instance."""
    return frozenset(rule.id for rule in _applying(instance))


def exchange_classes(instance: Instance, activation: int) -> Ints | None:
    """Return a class per creator within which every rule lets creators be exchanged, shape (creators,).

    None where some rule does not say so. Creators of one class share the shipping service, so a parcel costs the same
    and takes as long.
    """
    label = instance.service
    for rule in _applying(instance):
        if rule.exchange is None or rule.exchange.asks is None:
            return None
        own = None if rule.exchange.classes is None else rule.exchange.classes(instance, activation)
        if own is not None and len(own):
            label = label * (int(own.max()) + 2) + own + 1
    return label


def people_asked(instance: Instance, activation: int) -> int:
    """Return how many people the rules may ask for beyond those of a team of least cost."""
    asked = (rule.exchange.asks for rule in _applying(instance) if rule.exchange is not None)
    return sum(people(instance, activation) for people in asked if people is not None)


def quotas_of(instance: Instance, activation: int) -> list[tuple[Ints, Mapping[int, tuple[int, int | None]]]]:
    """Return (class per creator, (least, most) people by class) of every rule that sets quotas for an activation."""
    quotas = []
    for rule in _applying(instance):
        if rule.quotas is not None and rule.exchange is not None and rule.exchange.classes is not None:
            classes = rule.exchange.classes(instance, activation)
            if classes is not None:
                quotas.append((classes, rule.quotas(instance, activation)))
    return quotas


def every_day() -> bool:
    """Return whether some rule may need a ship day that looks dominated."""
    return not all(rule.any_day for rule in RULES)


def to_be_checked(instance: Instance) -> list[Rule]:
    """Return the rules that a team made without the model may break."""
    return [rule for rule in _applying(instance) if not isinstance(rule.team, TeamCheck)]


def _applying(instance: Instance) -> Iterator[Rule]:
    return (rule for rule in RULES if rule.applies(instance))
