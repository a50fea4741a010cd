from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from optimizer.derive.instance import Instance
from optimizer.model.selection import Selection
from optimizer.model.variables import Approximation
from tests.derive.small import activation, creator, instance, shipping
from tests.model.desk import Choice, Desk, Draft, satisfiable

X, Y, Z = creator("x"), creator("y", paid_fee="6.00", tier="nano"), creator("z", paid_fee="4.00", tier="established")
PEOPLE = [X, Y, Z]
ALL_DAYS = activation(delivery={"before_days": 2})
LATER = activation("b", start_earliest="2027-03-22", start_latest="2027-03-22")
BEFORE_APRIL = activation(start_earliest="2027-03-29", start_latest="2027-03-29")
SINGLE = shipping(daily_capacity=1)


class Case(NamedTuple):
    """One rule: what it forbids, and the nearest thing it permits; both keep every other rule."""

    rule: str
    instance: Instance
    forbidden: list[Choice]
    permitted: list[Choice]


def budget(total: str) -> Instance:
    return instance(PEOPLE, budget={"total": total})


def months(**caps: str) -> Instance:
    monthly = {f"2027-{month.removeprefix('m')}": cap for month, cap in caps.items()}
    return instance(PEOPLE, BEFORE_APRIL, budget={"monthly": monthly})


def stocked(*lots: tuple[str, int]) -> Instance:
    products = [{"id": "p", "unit_cost": "10.00", "stock": [{"on": on, "units": units} for on, units in lots]}]
    return instance(PEOPLE, ALL_DAYS, products=products, shipping=shipping(daily_capacity=2))


def resting(days: int, **rotation: int) -> Instance:
    communities = [{"id": name, "authenticity": "low"} for name in ("k", "m")]
    people = [creator("x") | {"communities": ["k", "m"]}, creator("y")]
    other = activation("b", community="m", start_earliest="2027-03-22", start_latest="2027-03-22")
    rotation = {"rest_days": days, **rotation}
    return instance(people, activation(), other, communities=communities, rotation=rotation)


def apart(gap: int) -> Instance:
    return instance(PEOPLE, activation(), LATER, communities=[{"id": "k", "authenticity": "low", "min_gap_days": gap}])


def shared(share: float) -> Instance:
    return instance(PEOPLE, communities=[{"id": "k", "max_paid_share": share}])


LOCKED_GIFT = {"creator": "x", "activation": "a", "mode": "gift"}
GIFT_X, GIFT_Y, GIFT_Z = ("x", "a", "gift"), ("y", "a", "gift"), ("z", "a", "gift")
PAID_Y, PAID_Z = ("y", "a", "paid"), ("z", "a", "paid")
SENT_5: list[Choice] = [(name, "a", "gift@5") for name in ("x", "y")]

CASES = [
    Case("required", instance(PEOPLE, activation(required=True)), [], [GIFT_X]),
    Case("required", instance(PEOPLE, objective={"goal": "min_cost"}), [], [GIFT_X]),
    Case("density", instance(PEOPLE, activation(confidence=0.7)), [GIFT_X], [GIFT_X, GIFT_Y]),
    Case("density", instance(PEOPLE, activation(min_posts=2)), [PAID_Y], [PAID_Y, PAID_Z]),
    Case("density", instance(PEOPLE, activation(confidence=0.51)), [GIFT_X], [PAID_Y]),
    Case("paid_share", shared(0.5), [GIFT_X, PAID_Y, PAID_Z], [GIFT_X, PAID_Y]),
    Case("paid_share", shared(0.3333333333333333), [GIFT_X, GIFT_Y, PAID_Z], [GIFT_X, GIFT_Y, GIFT_Z]),
    Case("paid_share", shared(0.0), [PAID_Y], [GIFT_X]),
    Case("min_paid", instance(PEOPLE, activation(min_paid=1)), [GIFT_X, GIFT_Y], [GIFT_X, PAID_Y]),
    Case("tier_mix", instance(PEOPLE, activation(tier_mix={"nano": {"min": 1}})), [GIFT_X, GIFT_Z], [GIFT_X, GIFT_Y]),
    Case("tier_mix", instance(PEOPLE, activation(tier_mix={"nano": {"max": 0}})), [GIFT_X, PAID_Y], [GIFT_X, GIFT_Z]),
    Case("budget_total", budget("25.99"), [GIFT_X, PAID_Y], [GIFT_X, GIFT_Y]),
    Case("budget_total", budget("26.00"), [GIFT_X, PAID_Y, GIFT_Z], [GIFT_X, PAID_Y]),
    Case("budget_month", months(m03="19.99"), [GIFT_X, PAID_Y], [PAID_Y]),
    Case("budget_month", months(m04="5.99"), [GIFT_X, PAID_Y], [GIFT_X, PAID_Z]),
    Case("stock", stocked(("2027-03-05", 1), ("2027-03-07", 1)), SENT_5, [("x", "a", "gift@5"), ("y", "a", "gift@6")]),
    Case("stock", stocked(("2027-03-01", 2)), [*SENT_5, ("z", "a", "gift@6")], SENT_5),
    Case("stock", stocked(("2027-03-07", 3)), [("x", "a", "gift@5")], [("x", "a", "gift@6")]),
    Case(
        "daily_capacity",
        instance(PEOPLE, ALL_DAYS, shipping=SINGLE),
        SENT_5,
        [("x", "a", "gift@5"), ("y", "a", "gift@6")],
    ),
    Case("daily_capacity", instance(PEOPLE[:2], shipping=SINGLE), [GIFT_X, PAID_Y], [PAID_Y]),
    Case("rest_days", resting(8), [("x", "a", "gift"), ("x", "b", "gift")], [("y", "a", "gift"), ("x", "b", "gift")]),
    Case("community_gap", apart(8), [GIFT_X, ("y", "b", "gift")], [GIFT_X]),
    Case(
        "max_activations",
        resting(0, max_activations_per_creator=1),
        [("x", "a", "gift"), ("x", "b", "gift")],
        [("y", "a", "gift"), ("x", "b", "gift")],
    ),
    Case("locks", instance(PEOPLE, locks=[LOCKED_GIFT]), [GIFT_Y], [GIFT_X]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_forbids_what_breaks_it_and_nothing_else(case: Case) -> None:
    desk = Desk(case.instance)
    broken = desk.draft(*case.forbidden)
    twice = {"density"} if case.rule in ("paid_share", "min_paid") else set()
    assert desk.allows(broken, without={case.rule, *twice}), "something else forbids it"
    assert not desk.allows(broken, without=twice - {case.rule}), "the rule lets it pass"
    assert not desk.allows(broken)
    assert desk.allows(desk.draft(*case.permitted))


@pytest.mark.parametrize(
    ("windows", "good"), [({0}, True), ({0, 1}, False), (set(), False)], ids=["one", "two", "none"]
)
def test_window_one_for_a_secured_activation(windows: set[int], good: bool) -> None:
    desk = Desk(instance(PEOPLE, activation(start_latest="2027-03-15")))
    draft = Draft(frozenset({desk.option("x", "a", "gift>7")}), frozenset(windows), frozenset({0}))
    assert desk.allows(draft) is good
    assert desk.allows(draft, without={"window", "once"})


def test_window_none_for_an_activation_that_is_not_secured() -> None:
    desk = Desk(instance(PEOPLE))
    nothing = frozenset[int]()
    assert desk.allows(Draft(nothing, nothing, nothing))
    assert not desk.allows(Draft(nothing, frozenset({0}), nothing))
    assert desk.allows(Draft(nothing, frozenset({0}), nothing), without={"window"})


def test_once_no_two_options_of_a_creator_and_none_outside_of_the_window() -> None:
    desk = Desk(instance(PEOPLE, activation(start_latest="2027-03-15")))
    both = desk.draft(("y", "a", "gift>7"), ("y", "a", "paid>7"))
    elsewhere = desk.draft(("x", "a", "gift>7"), ("y", "a", "gift>14"), windows={0})
    assert not desk.allows(both)
    assert desk.allows(both, without={"once"})
    assert not desk.allows(elsewhere)
    assert desk.allows(elsewhere, without={"once"})
    assert desk.allows(desk.draft(("x", "a", "gift>7"), ("y", "a", "gift>7")))


def test_settled_activations_keep_what_they_have() -> None:
    desk = Desk(instance(PEOPLE, activation(), LATER))
    given = Selection((desk.option(*GIFT_X),), {0: 0})
    kept, dropped = desk.draft(GIFT_X, ("y", "b", "gift")), desk.draft(("y", "b", "gift"))
    assert desk.allows(kept, fixed=given)
    assert not desk.allows(dropped, fixed=given)
    assert desk.allows(dropped, fixed=given, without={"fixed"})


def test_settled_activations_take_their_share_of_the_limits() -> None:
    desk = Desk(resting(8))
    given = Selection((desk.option("x", "b", "gift"),), {1: 1})
    assert not desk.allows(desk.draft(("x", "a", "gift"), ("x", "b", "gift")), fixed=given)
    assert desk.allows(desk.draft(("y", "a", "gift"), ("x", "b", "gift")), fixed=given)


def test_rest_and_gap_are_kept_to_the_day() -> None:
    """The windows are 8 to 14 March and 22 to 28 March: seven days lie between them."""
    same, other = [("x", "a", "gift"), ("x", "b", "gift")], [GIFT_X, ("y", "b", "gift")]
    assert Desk(resting(7)).allows(Desk(resting(7)).draft(*same))
    assert Desk(apart(7)).allows(Desk(apart(7)).draft(*other))


def test_a_creator_of_two_communities_serves_one_activation_at_a_time() -> None:
    communities = [{"id": name, "authenticity": "low"} for name in ("k", "m")]
    people = [creator("x") | {"communities": ["k", "m"]}, creator("y") | {"communities": ["m"]}]
    overlapping = activation(
        "b", community="m", start_earliest="2027-03-14", start_latest="2027-03-14", start_weekday="any"
    )
    desk = Desk(instance(people, activation(), overlapping, communities=communities))
    assert not desk.allows(desk.draft(("x", "a", "gift"), ("x", "b", "gift")))
    assert desk.allows(desk.draft(("x", "a", "gift"), ("y", "b", "gift")))


def test_windows_of_one_community_never_overlap() -> None:
    overlapping = activation("b", start_earliest="2027-03-14", start_latest="2027-03-14", start_weekday="any")
    desk = Desk(instance(PEOPLE, activation(), overlapping))
    assert not desk.allows(desk.draft(GIFT_X, ("y", "b", "gift")))
    assert desk.allows(desk.draft(GIFT_X, ("y", "b", "gift")), without={"community_gap"})


@pytest.mark.parametrize("seed", range(6))
def test_rest_rows_say_what_pairs_of_windows_say(seed: int) -> None:
    """One row per creator and window start forbids exactly the pairs that lie too close."""
    rng = Random(seed)
    communities = [{"id": f"k{n}", "authenticity": "low"} for n in range(4)]
    waves = [
        activation(
            f"a{n}",
            community=f"k{n}",
            window_days=rng.randint(1, 20),
            start_weekday="any",
            start_earliest=f"2027-03-{rng.randint(5, 28):02d}",
            start_latest="2027-03-31",
        )
        for n in range(4)
    ]
    rest = rng.choice((0, 1, 9))
    people = [creator("x") | {"communities": [each["id"] for each in communities]}]
    desk = Desk(instance(people, *waves, communities=communities, rotation={"rest_days": rest}))
    windows, table = desk.instance.windows, desk.instance.options
    for _ in range(25):
        chosen = [
            int(rng.choice(np.flatnonzero(table.activation == a))) for a in rng.sample(range(4), rng.choice((2, 3)))
        ]
        spans = sorted((int(windows.start_day[table.window[o]]), int(windows.end_day[table.window[o]])) for o in chosen)
        good = all(later - earlier >= rest + 1 for (_, earlier), (later, _) in pairwise(spans))
        draft = Draft(
            frozenset(chosen),
            frozenset(int(table.window[o]) for o in chosen),
            frozenset(int(table.activation[o]) for o in chosen),
        )
        assert desk.allows(draft) is good


def test_a_lock_asks_for_its_mode_and_day() -> None:
    lock = {"creator": "y", "activation": "a", "mode": "paid", "ship_on": "2027-03-06"}
    desk = Desk(instance(PEOPLE, ALL_DAYS, locks=[lock], shipping=shipping(daily_capacity=2)))
    assert desk.allows(desk.draft(("y", "a", "paid@5")))
    assert not desk.allows(desk.draft(("x", "a", "gift@5")))


def test_a_lock_without_an_option_leaves_no_plan() -> None:
    lock = {"creator": "x", "activation": "a", "mode": "gift", "ship_on": "2027-03-30"}
    desk = Desk(instance(PEOPLE, locks=[lock]))
    assert not satisfiable(desk.model())
    assert satisfiable(desk.model(without={"locks"}))


@pytest.mark.parametrize("build", [lambda: instance([]), lambda: instance([creator("x", accepts=[])])])
@pytest.mark.parametrize("approximation", list(Approximation))
def test_without_options_nothing_can_be_secured(build: Callable[[], Instance], approximation: Approximation) -> None:
    desk = Desk(build())
    v = desk.model(approximation)
    assert satisfiable(v)
    v.model.add(v.secured[0] == 1)
    assert not satisfiable(v)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.3333333333333333, 0.499999, 0.6180339887498949, 0.9999999, 1.0])
def test_a_share_with_many_decimals_is_the_same_rule_in_small_numbers(share: float) -> None:
    """Six people: every number of paid ones is allowed exactly if it is at most the share, whatever its decimals."""
    crowd = [creator(f"c{n}", 0.5, paid_fee="5.00") for n in range(6)]
    desk = Desk(instance(crowd, activation(confidence=0.1), communities=[{"id": "k", "max_paid_share": share}]))
    for paid, gifts in product(range(7), repeat=2):
        if not 0 < paid + gifts <= 6:
            continue
        team = [(f"c{n}", "a", "paid" if n < paid else "gift") for n in range(paid + gifts)]
        good = paid <= Fraction(str(share)) * (paid + gifts)
        assert desk.allows(desk.draft(*team), without={"density"}) is good
    sums = [sum(map(abs, row.linear.coeffs)) for row in desk.model().model.proto.constraints if row.has_linear()]
    assert max(sums) < 2**31
