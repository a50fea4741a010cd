from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest

from optimizer.derive.instance import Instance
from optimizer.solve.control import HEARTBEAT_SECONDS, Control, Progress
from optimizer.solve.cpsat.feasibility import failing
from optimizer.solve.search import SearchStatus, Solution
from tests.derive.small import activation, creator, instance
from tests.solve.searching import control, found, tight

GRACE_SECONDS = 2.0


class Deaf:
    """A solver that hears a request to stop only after its search has begun."""

    def __init__(self, deaf_for: int):
        self.deaf_for = deaf_for
        self.asked = 0
        self.ended = threading.Event()

    def stop_search(self) -> None:
        self.asked += 1
        if self.asked > self.deaf_for:
            self.ended.set()


def test_time_runs_out_and_never_below_nought() -> None:
    assert 59 < control(60.0).remaining <= 60
    assert not control(60.0).stopped
    late = control(-5.0)
    assert (late.remaining, late.stopped) == (0.0, True)


def test_cancelled_is_out_of_time() -> None:
    given = control(60.0)
    given.cancel.set()
    assert (given.remaining, given.stopped) == (0.0, True)


def test_elapsed_counts_from_the_beginning_given() -> None:
    given = Control(0.0, threading.Event(), None, time.monotonic() - 5)
    assert 5 <= given.elapsed < 6


@pytest.mark.parametrize("deaf_for", [0, 3])
def test_a_stop_is_repeated_until_it_is_heard(deaf_for: int) -> None:
    given, solver = control(), Deaf(deaf_for)
    with given.watching(solver):
        given.cancel.set()
        assert solver.ended.wait(GRACE_SECONDS)
    assert solver.asked > deaf_for
    asked = solver.asked
    time.sleep(3 * HEARTBEAT_SECONDS)
    assert solver.asked == asked, "nobody watches once the solver has returned"


def test_nobody_is_stopped_without_being_cancelled() -> None:
    solver = Deaf(0)
    with control().watching(solver):
        time.sleep(3 * HEARTBEAT_SECONDS)
    assert solver.asked == 0


def test_the_watch_ends_when_the_solver_fails() -> None:
    before = threading.active_count()
    with pytest.raises(RuntimeError), control().watching(Deaf(0)):
        raise RuntimeError
    assert threading.active_count() == before


def ended(given: Instance, by: Control) -> tuple[Solution, float]:
    """Return what a search of at most a minute finds, and how long it took."""
    began = time.monotonic()
    return found(given, by=by), time.monotonic() - began


@pytest.mark.parametrize(
    "phase",
    [
        "pricing each activation",
        "assembling a plan",
        pytest.param("improving the plan", marks=pytest.mark.campaign),
    ],
)
def test_a_cancelled_search_returns_at_once_with_the_best_it_has(phase: str) -> None:
    told: list[Progress] = []
    cancelled: list[float] = []

    def listen(progress: Progress) -> None:
        told.append(progress)
        if progress.phase == phase and not cancelled:
            cancelled.append(time.monotonic() + 0.2)
            threading.Timer(0.2, by.cancel.set).start()

    by = control(60.0, listen)
    given = tight()
    solution, _ = ended(given, by)
    assert time.monotonic() - cancelled[0] < GRACE_SECONDS
    assert solution.status is SearchStatus.FEASIBLE
    assert solution.selection is not None
    assert not failing(given, solution.selection, solution.selection.windows)
    best = max((p.value, -p.cost_minor) for p in told if p.value is not None and p.cost_minor is not None)
    assert (solution.value, -(solution.least_cost or 0)) == best


def test_a_search_cancelled_before_it_begins_claims_nothing() -> None:
    by = control()
    by.cancel.set()
    solution, seconds = ended(tight(), by)
    assert seconds < GRACE_SECONDS
    assert solution.status is SearchStatus.FEASIBLE
    assert (solution.value, solution.least_cost, solution.value_bound) == (0, 0, 6)
    by = control()
    by.cancel.set()
    solution, _ = ended(instance([creator("x")], activation(required=True)), by)
    assert (solution.status, solution.selection, solution.value) == (SearchStatus.UNKNOWN, None, None)


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.5])
def test_the_deadline_is_kept_on_a_hard_scenario(seconds: float) -> None:
    solution, taken = ended(tight(), control(seconds))
    assert taken < seconds + GRACE_SECONDS
    assert solution.status is SearchStatus.FEASIBLE


@pytest.mark.slow
def test_the_deadline_is_kept_where_many_posts_are_asked_for() -> None:
    waves = [
        activation(f"a{n}", min_posts=14 + n, confidence=0.8, start_earliest="2027-03-08", start_latest="2027-03-29")
        for n in range(3)
    ]
    crowd = [creator(f"c{n}", 0.2 + n % 20 / 100, paid_fee="90") for n in range(150)]
    band = {"organic_rate": {"low": 0.2, "high": 0.4}}
    _, taken = ended(instance(crowd, *waves, posting=band), control(1.0))
    assert taken < 1.0 + GRACE_SECONDS


def test_progress_never_goes_back() -> None:
    told: list[Progress] = []
    found(tight(3, 20, 4), by=control(20.0, told.append), gap=0.001)
    assert told[0].value is None
    assert told[-1].gap is not None
    assert len({progress.phase for progress in told}) >= 3
    for earlier, later in pairwise(told):
        assert later.elapsed_seconds >= earlier.elapsed_seconds
        assert (later.value_bound or 0) <= (earlier.value_bound or 0)
        if earlier.value is not None and earlier.cost_minor is not None:
            assert later.value is not None
            assert later.cost_minor is not None
            assert (later.value, -later.cost_minor) >= (earlier.value, -earlier.cost_minor)
        if earlier.cost_bound_minor is not None and later.value == earlier.value:
            assert (later.cost_bound_minor or 0) >= min(earlier.cost_bound_minor, later.cost_minor or 0)
