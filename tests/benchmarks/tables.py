"""The tables of the report as headers and rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

from tests.benchmarks.figures import NEVER, Group, Result, better, middle
from tests.benchmarks.markdown import NONE, number, pounds, ratio, seconds, share
from tests.benchmarks.methods.registry import METHODS

Table = tuple[list[str], list[list[str]]]
GROWTH_GAP = 0.002
PROOFS = (0.01, 0.001)
LITTLE = 0.98
"""A peer is called quicker or leaner only where it is so by more than two per cent."""


def median_rows(group: Group) -> Table:
    """Return one row per method: medians over seeds; counts are sums."""
    headers = ["method", "plans", "hold", "rules broken", "value", "cost", "cost / ours", "gap"]
    headers += ["first plan, s", "1 % proven, s", "0.1 % proven, s", "1 % proven / ours", "near best, s", "memory, MB"]
    if any(_places(item) is not None for item in group.results):
        headers.append("places used")
    rows = []
    for name, entry in METHODS.items():
        results = group.of(name)
        if results:
            rows.append([entry.title, *_median_cells(group, results)][: len(headers)])
    return headers, rows


def _median_cells(group: Group, results: Sequence[Result]) -> list[str]:
    planned = [item for item in results if item.judged]
    ratios = group.cost_ratios(results[0].method)
    proofs = [_proof(results, within, group.limit) for within in PROOFS]
    near = middle(results, lambda item: item.near(group.best(item.case), PROOFS[0]))
    return [
        f"{len(planned)} of {len(results)}",
        _holding(results),
        _broken(planned),
        number(middle(planned, lambda item: item.value)),
        pounds(middle(planned, lambda item: item.cost)),
        ratio(median(ratios)) if ratios else NONE,
        _gap(results),
        seconds(middle(results, lambda item: item.first), group.limit),
        *proofs,
        proof_ratio(group, results),
        seconds(near, group.limit),
        f"{middle(results, lambda item: item.peak_mb):.0f}",
        share(middle(planned, _places), 0),
    ]


def _places(result: Result) -> float | None:
    used: float | None = result.judged["places_used"] if result.judged else None
    return used


def _holding(results: Sequence[Result]) -> str:
    holding = sum(item.judged["holding"] for item in results if item.judged)
    planned = sum(item.judged["planned"] for item in results if item.judged)
    return f"{holding} of {planned} planned"


def _broken(results: Sequence[Result]) -> str:
    rules = Counter(rule for item in results if item.judged for rule in item.judged["broken"])
    return ", ".join(f"{rule} ({count})" for rule, count in sorted(rules.items())) or "none"


def _gap(results: Sequence[Result]) -> str:
    known = [item.gap for item in results if item.gap is not None]
    if not any(item.proves for item in results):
        return "none"
    if not known:
        return NONE
    text = share(median(known))
    return text if len(known) == len(results) else f"{text} ({len(known)} of {len(results)})"


def _proof(results: Sequence[Result], within: float, limit: float) -> str:
    if not any(item.proves for item in results):
        return "none"
    return seconds(middle(results, lambda item: item.proven(within)), limit)


def proof_ratio(group: Group, results: Sequence[Result]) -> str:
    """Return the median over seeds of a method's time to a proven 1 % over ours, with > where it never got there."""
    if not any(item.proves for item in results):
        return "none"
    found = []
    for item in results:
        ours = group.ours_beside(item)
        base = ours.proven(PROOFS[0]) if ours else NEVER
        if math.isfinite(base):
            mine = item.proven(PROOFS[0])
            found.append((min(mine, group.limit) / max(base, 0.001), math.isinf(mine)))
    if not found:
        return NONE
    middle_one = sorted(found, key=lambda pair: (pair[1], pair[0]))[len(found) // 2]
    return ("> " if middle_one[1] else "") + f"{middle_one[0]:.1f}"


def honest_rows(usual: Sequence[Group]) -> Table:
    """Return one row per family and method: how often the plan can be relied on, and what it then costs and secures."""
    headers = ["family", "method", "plans that hold and keep every rule", "cost / ours, median", "cost / ours, range"]
    headers += ["true value / ours, median", "largest miss of a confidence"]
    rows = []
    for group in usual:
        for name, entry in METHODS.items():
            results = group.of(name)
            if not results or name == "ours":
                continue
            costs, values = group.cost_ratios(name), group.value_ratios(name)
            missed = [item.judged["shortfall"] for item in results if item.judged]
            rows.append(
                [
                    group.name,
                    entry.title,
                    f"{sum(item.clean for item in results)} of {len(results)}",
                    ratio(median(costs)) if costs else NONE,
                    f"{min(costs):.4f} to {max(costs):.4f}" if costs else NONE,
                    ratio(median(values), 3) if values else NONE,
                    f"{100 * max(missed):.1f} points" if missed and max(missed) > 0 else NONE,
                ]
            )
    return headers, rows


def growth_rows(found: Sequence[Group]) -> Table:
    """Return one row per size of a family that was solved in more than one size by groundswell."""
    headers = ["family", "activations", "runs", f"seconds to {GROWTH_GAP:.1%}", "seconds per activation"]
    headers += ["gap at the end", "first plan, s", "memory, MB"]
    sizes = {(group.family, group.scale) for group in found if group.capacity_use is None and group.of("ours")}
    rows = []
    for group in found:
        several = sum(family == group.family for family, _ in sizes) > 1
        results = group.of("ours")
        if group.capacity_use is not None or not results or not several:
            continue
        count = middle(results, lambda item: item.judged["wanted"] if item.judged else None)
        time = middle(results, lambda item: item.proven(GROWTH_GAP))
        each = None if count is None or time is None or math.isinf(time) else time / count
        rows.append(
            [
                f"{group.name} ({group.limit:g} s)",
                number(count),
                str(len(results)),
                seconds(time, group.limit),
                ratio(each, 2),
                _gap(results),
                seconds(middle(results, lambda item: item.first), group.limit),
                f"{middle(results, lambda item: item.peak_mb):.0f}",
            ]
        )
    return headers, rows


def detail_rows(group: Group) -> Table:
    """Return one row per run."""
    headers = ["seed", "method", "outcome", "hold", "least chance", "rules broken", "value", "claimed", "cost", "bound"]
    headers += ["gap", "first plan, s", "1 % proven, s", "0.1 % proven, s", "used, s", "memory, MB"]
    rows = []
    for seed in sorted({item.case.seed for item in group.results}):
        for name, entry in METHODS.items():
            rows += [
                [str(seed), entry.title, *_detail_cells(item)] for item in group.of(name) if item.case.seed == seed
            ]
    return headers, rows


def _detail_cells(item: Result) -> list[str]:
    found, limit = item.judged, item.task.limit
    proofs = [seconds(item.proven(within), limit) if item.proves else "none" for within in PROOFS]
    used = [NONE if item.record["seconds"] is None else f"{item.record['seconds']:.1f}", f"{item.peak_mb:.0f}"]
    note = item.record.get("note") or item.record["detail"]
    outcome = item.record["status"] + (f": {note}" if note else "")
    if found is None:
        return [outcome, *[NONE] * 8, seconds(item.first, limit), *proofs, *used]
    chance = found["least_probability"]
    return [
        outcome,
        f"{found['holding']} of {found['wanted']}",
        NONE if chance is None else f"{math.floor(1000 * chance) / 10:.1f}%",
        ", ".join(sorted(found["broken"])) or "none",
        number(found["value"]),
        number(found["claimed_value"]),
        pounds(found["cost"]),
        pounds(item.record.get("cost_bound")),
        share(item.gap, 3) if item.proves else "none",
        seconds(item.first, limit),
        *proofs,
        *used,
    ]


def wins(group: Group) -> list[str]:
    """Return sentences on what peers did better than groundswell on these instances."""
    lines = []
    for name, entry in METHODS.items():
        pairs = [(item, ours) for item in group.of(name) if (ours := group.ours_beside(item)) and name != "ours"]
        if not pairs:
            continue
        counts = {
            "a better plan (more value that holds, or the same value cheaper)": sum(better(*pair) for pair in pairs),
            "within 1 % of the best plan sooner": sum(_sooner(group, *pair) for pair in pairs),
            "a proof of 1 % sooner": sum(one.proven(PROOFS[0]) < LITTLE * two.proven(PROOFS[0]) for one, two in pairs),
            "less memory with a plan that holds": sum(
                one.clean and one.peak_mb < LITTLE * two.peak_mb for one, two in pairs
            ),
        }
        told = [f"{what} in {count} of {len(pairs)}" for what, count in counts.items() if count]
        if told:
            lines.append(f"{group.name}, {entry.title}: " + "; ".join(told) + ".")
    return lines


def _sooner(group: Group, one: Result, two: Result) -> bool:
    best = group.best(one.case)
    return one.near(best, PROOFS[0]) < LITTLE * two.near(best, PROOFS[0])
