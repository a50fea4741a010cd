"""The report: Markdown tables and charts from the results file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optimizer.scenario.families.table import FAMILIES
from tests.benchmarks.charts import draw
from tests.benchmarks.figures import Group, groups
from tests.benchmarks.markdown import table
from tests.benchmarks.methods.registry import METHODS
from tests.benchmarks.tables import GROWTH_GAP, detail_rows, growth_rows, honest_rows, median_rows, wins

Record = dict[str, Any]
REPORT = "RESULTS.md"

HOW = """
Every method runs in a process of its own on the same instances, confined to the same cores and memory, with the same
seconds for everything it does after the scenario has been read. What comes back is a set of decisions; all of them are
judged by the same exact evaluation (`groundswell evaluate`): **value** counts only activations whose exact probability
reaches the confidence asked for, **hold** says how many do, **rules broken** are those of `docs/scenario.md`. Amounts
are in pounds. The slack for embeddedness is 0 here, so that cost is all there is to compare.

- **gap**: what the method has itself proven for its last plan. Greedy and spreadsheet prove nothing, and the bound of a
  sample holds for the sample only: *none*. Under `activate_most` it is the gap in value while the value is not proven.
- **1 % proven, 0.1 % proven**: seconds until the method had a plan that holds and a certificate that none is better by
  more than this.
- **near best**: seconds until a plan that holds was within 1 % of the best plan that any method found, proven or not.
- **memory**: peak resident memory of the process and its children, imports and scenario included.
- *>15* is a time that was not reached within the limit of 15 s.
"""


def write_report(records: Sequence[Record], folder: Path) -> list[Path]:
    """Write the report and its charts; return what was written."""
    found = groups(records)
    charts = draw(found, folder)
    path = folder / REPORT
    path.write_text(report_text(records, [chart.name for chart in charts]), encoding="utf-8")
    return [path, *charts]


def report_text(records: Sequence[Record], charts: Sequence[str] = ()) -> str:
    """Return the report as Markdown."""
    found = groups(records)
    usual = [group for group in found if group.scale == 1 and group.capacity_use is None]
    full = [group for group in found if group.capacity_use is not None]
    parts = ["# Benchmark results", _measured(records), "## How to read it", HOW.strip()]
    for chart in charts:
        parts.append(f"![{chart.removesuffix('.png').replace('_', ' ')}]({chart})")
    parts.append("## Medians over seeds")
    parts += [part for group in usual for part in _section(group)]
    parts += ["## At equal true probability", HONEST, table(*honest_rows(usual))]
    if full:
        parts.append("## Nearly full warehouse")
        parts.append(FULL)
        parts += [part for group in full for part in _section(group)]
    growth = growth_rows(found)
    if growth[1]:
        parts += ["## Growth", GROWTH, table(*growth)]
    parts += ["## Where a peer wins", *_wins(found)]
    parts += [
        "## Every run",
        *[part for group in found for part in (f"### {_title(group)}", table(*detail_rows(group)))],
    ]
    parts += ["## How each method was set up", *_setups(found)]
    return "\n\n".join(parts) + "\n"


HONEST = """
Only plans in which everything planned really holds and no rule is broken are compared; a cheaper plan that holds less
often is not a better one. Costs are compared where the same value is secured; value is what really holds, in all plans.
""".strip()

FULL = """
The same families with a warehouse of which the parcels needed fill about the share asked for
(`groundswell generate --capacity-use`); *places used* is what our plan, or the method's, really fills.
""".strip()

GROWTH = f"""
The same family, with more and more communities, solved by groundswell. *Seconds to {GROWTH_GAP:.1%}*: until a plan
was proven to be within this gap.
""".strip()


WHY = """
Greedy's plan is good where one activation hardly gets in another's way, and takes no solver: it is there before
groundswell shows its first plan, which it does once the bounds say what a plan could be, and it needs only the memory
of the scenario. It says nothing of how good it is, and is left behind where budgets, months or rotation make
activations compete. The exact oracle begins with greedy's plan, and so has it as soon; what it adds is the bound.
""".strip()


def _title(group: Group) -> str:
    family = FAMILIES[group.family]  # type: ignore[index]
    waves = "" if family.waves == 1 else f" × {family.waves} waves"
    size = f"{family.communities * group.scale}{waves} × {family.creators:,}"
    return f"{group.name} ({size}, `{family.goal}`, {group.limit:g} s)"


def _section(group: Group) -> list[str]:
    seeds = sorted({result.case.seed for result in group.results})
    listed = ", ".join(map(str, seeds))
    return [f"### {_title(group)}", f"Seeds {listed}.", table(*median_rows(group))]


def _measured(records: Sequence[Record]) -> str:
    """Return what the figures were measured on, each kind of machine once."""
    lines = []
    for machine in _distinct(record["machine"] for record in records):
        lines.append(
            f"- Machine: {machine['cores']} cores of {machine['processor']}, {machine['memory_gb']} GB, "
            f"{machine['system']}"
        )
    for versions in _distinct(record["versions"] for record in records):
        lines.append("- Versions: " + ", ".join(f"{name} {number}" for name, number in versions.items()))
    dates = sorted(record["date"][:10] for record in records)
    tasks = [record["task"] for record in records]
    cores = ", ".join(str(number) for number in sorted({task["cores"] for task in tasks}))
    memory = ", ".join(f"{number:g}" for number in sorted({task["memory_gb"] for task in tasks}))
    gaps = ", ".join(f"{number:g}" for number in sorted({task["gap"] for task in tasks}))
    lines.append(f"- Measured from {dates[0]} to {dates[-1]}; {len(records)} runs")
    lines.append(f"- Each method: {cores} cores, {memory} GB, gap asked of groundswell {gaps}")
    return "\n".join(lines)


def _distinct(items: Any) -> list[Record]:
    found: list[Record] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _wins(found: Sequence[Group]) -> list[str]:
    lines = [line for group in found for line in wins(group)]
    return ["\n".join(f"- {line}" for line in lines), WHY] if lines else ["Nowhere in these runs."]


def _setups(found: Sequence[Group]) -> list[str]:
    used = {result.method for group in found for result in group.results}
    modules: dict[str, list[str]] = {}
    for name, entry in METHODS.items():
        if name in used:
            modules.setdefault(entry.setup(), []).append(entry.title)
    return [f"**{', '.join(titles)}.** {text}" for text, titles in modules.items()]
