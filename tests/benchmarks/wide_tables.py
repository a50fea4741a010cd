"""Tables of the benchmark on families W and WW: shares closed by time, verdicts, gaps, first plans, peers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from optimizer.scenario.families.table import WIDE
from tests.benchmarks.cases import Case
from tests.benchmarks.figures import NEVER, Group, Result, gap
from tests.benchmarks.markdown import NONE, ratio, seconds, share, table
from tests.benchmarks.methods.registry import METHODS

Record = dict[str, Any]
MARKS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds at which the state of a run is told; those beyond its limit are left out."""
CLOSED = 0.001
VERDICT_SECONDS = 2.0
FIRST_SECONDS = 0.5
GAPS = (0.001, 0.005, 0.01, 0.05)

HOW = """
*Closed*: within 0.1% proven, or proven infeasible. The state at a time is what progress had told by then, in one run of
each scenario; a run that ends earlier keeps its state. *A plan* is one that secures something. A scenario of which
nothing can be secured, proven, counts as closed.
""".strip()

PEERS = """
All peers on the same scenarios, with their own limit; groundswell's plan is the one of the tables above. Costs are
compared where both plans keep every rule, hold with the confidence asked for under the exact tail, and secure the same
value; value is what really holds. *Near best*: seconds until a plan that holds was within 1% of the best that any
method found. A sample's bound is none.
""".strip()


def wide_report(records: Sequence[Record]) -> str:
    """Return the report as Markdown."""
    results = [Result(record) for record in records]
    parts = ["# The families W and WW", HOW]
    for family in WIDE:
        own = [item for item in results if item.case.family == family]
        ours = [item for item in own if item.method == "ours"]
        for limit in sorted({item.task.limit for item in ours}):
            some = [item for item in ours if item.task.limit == limit]
            parts += [f"## {family}, {len(some)} scenarios, {limit:g} s", _measured(some)]
            parts += [table(*rows(some, limit)) for rows in (share_rows, verdict_rows, gap_rows)]
        peers = [item for item in own if item.method != "ours"]
        if peers:
            parts += [f"## {family}, peers", PEERS, table(*peer_rows(ours, peers))]
    return "\n\n".join(parts) + "\n"


def closed_after(result: Result, within: float = CLOSED) -> float:
    """Return the seconds until a scenario was proven within a gap, or proven infeasible."""
    return min(result.infeasible, result.proven(within))


def gap_at(result: Result, mark: float) -> float | None:
    """Return the gap that was proven at a time; None without plan or bound."""
    known = [item for item in result.moments if item.seconds <= mark]
    found = [gap(item.value, item.cost, item.value_bound, item.cost_bound) for item in known if item.holds]
    return min((each for each in found if each is not None), default=None)


def share_rows(results: Sequence[Result], limit: float) -> tuple[list[str], list[list[str]]]:
    """Return what share was closed, near, infeasible and planned by each time mark."""
    marks = [mark for mark in MARKS if mark <= limit] or [limit]
    kinds: dict[str, Callable[[Result], float]] = {
        "closed": closed_after,
        "within 1%, or infeasible": lambda item: closed_after(item, 0.01),
        "proven infeasible": lambda item: item.infeasible,
        "a plan, or closed": lambda item: min(item.first, closed_after(item)),
    }
    rows = [
        [name, *(_share(sum(when(item) <= mark for item in results), len(results)) for mark in marks)]
        for name, when in kinds.items()
    ]
    return ["by", *(f"{mark:g} s" for mark in marks)], rows


def verdict_rows(results: Sequence[Result], limit: float) -> tuple[list[str], list[list[str]]]:
    """Return how soon infeasible scenarios were told, and how soon others had their first plan."""
    verdicts = sorted(item.infeasible for item in results if item.infeasible <= limit)
    firsts = sorted(item.first for item in results if item.first < NEVER)
    return ["", "scenarios", "in time", "median, s", "90%, s", "last, s"], [
        [f"infeasible, told within {VERDICT_SECONDS:g} s", *_times(verdicts, VERDICT_SECONDS)],
        [f"first plan, within {FIRST_SECONDS:g} s", *_times(firsts, FIRST_SECONDS)],
    ]


def gap_rows(results: Sequence[Result], limit: float) -> tuple[list[str], list[list[str]]]:
    """Return how the gaps at the end are spread over scenarios that were not proven infeasible."""
    left = [gap_at(item, limit) for item in results if item.infeasible > limit]
    known = sorted(each for each in left if each is not None)
    reached = [_share(sum(each <= most for each in known), len(left)) for most in GAPS]
    headers = [f"gap after {limit:g} s", *(f"≤ {most:.1%}" for most in GAPS), "none", "median", "90%", "largest"]
    spread = [share(_at(known, place)) for place in (0.5, 0.9, 1.0)]
    return headers, [[f"{len(left)} not infeasible", *reached, _share(len(left) - len(known), len(left)), *spread]]


def peer_rows(ours: Sequence[Result], peers: Sequence[Result]) -> tuple[list[str], list[list[str]]]:
    """Return one row for each method on the scenarios that the peers were given."""
    cases = {item.case for item in peers}
    beside = _longest([item for item in ours if item.case in cases])
    group = Group(peers[0].case.family, 1, None, 0.0, (*beside, *peers))
    names = [name for name in METHODS if any(item.method == name for item in group.results)]
    headers = [
        *("method", "limit, s", "runs", "plans that hold", "closed", "cost / ours", "of", "value / ours"),
        *("within 1% proven, s", "near best, s"),
    ]
    return headers, [_peer_row(group, name) for name in names]


def _peer_row(group: Group, name: str) -> list[str]:
    found = group.of(name)
    limit = max(item.task.limit for item in found)
    costs, values = group.cost_ratios(name), group.value_ratios(name)
    near = [item.near(_best_of(group, item.case), 0.01) for item in found]
    return [
        METHODS[name].title,
        f"{limit:g}",
        str(len(found)),
        str(sum(item.clean and item.value > 0 for item in found)),
        _share(sum(closed_after(item) < NEVER for item in found), len(found)),
        ratio(median(costs) if costs else None),
        str(len(costs)),
        ratio(median(values) if values else None, 3),
        seconds(median(closed_after(item, 0.01) for item in found), limit),
        seconds(median(near), limit),
    ]


def _best_of(group: Group, case: Case) -> Result | None:
    best = group.best(case)
    return best if best is not None and best.value else None


def _longest(results: Sequence[Result]) -> list[Result]:
    """Return the run with the longest limit of each scenario."""
    found: dict[Case, Result] = {}
    for item in results:
        if item.case not in found or item.task.limit > found[item.case].task.limit:
            found[item.case] = item
    return list(found.values())


def _measured(results: Sequence[Result]) -> str:
    seeds = sorted({item.case.seed for item in results})
    machine, versions = results[-1].record["machine"], results[-1].record["versions"]
    ended_badly = sum(item.record["status"] not in ("plan", "no plan") for item in results)
    return (
        f"Seeds {seeds[0]} to {seeds[-1]}; {results[-1].task.cores} of {machine['cores']} cores of "
        f"{machine['processor']}, OR-Tools {versions['ortools']}; {ended_badly} runs ended without an answer."
    )


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else NONE


def _times(times: Sequence[float], soon: float) -> list[str]:
    spread = [_at(times, place) for place in (0.5, 0.9, 1.0)]
    told = [NONE if each is None else f"{each:.2f}" for each in spread]
    return [str(len(times)), _share(sum(each <= soon for each in times), len(times)), *told]


def _at(ordered: Sequence[float], place: float) -> float | None:
    """Return the smallest figure that so large a share of all does not exceed."""
    return ordered[max(0, math.ceil(place * len(ordered)) - 1)] if ordered else None
