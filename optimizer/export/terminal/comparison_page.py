"""The page of plans side by side: their figures, then what changes from the baseline to each of the others.

Shows the fields of the comparison; long lists are cut here and complete in the JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from optimizer.answers.comparison import Comparison, Difference, KeyFigures
from optimizer.export import formatting
from optimizer.export.terminal.changes_page import changes_page
from optimizer.export.terminal.elements import Adaptive, marked, ruled_table, spaced, titled

LABELS, FIGURES = 24, 14
"""Widths of a label and of a figure (columns)."""
SHA = 12
BREAKS_RULES = "breaks rules"
"""Status of a plan that is none: it is made, but not allowed."""
OF_SEARCHES = ("Status", "Proven gap")
"""Lines that say something only of plans that a search made."""
Shown = Callable[[KeyFigures], str | Text]
Changed = Callable[[Difference], str]


def comparison_page(comparison: Comparison) -> RenderableType:
    """Return the comparison as a page."""
    baseline = comparison.plans[0]
    pairs = list(zip(comparison.plans[1:], comparison.differences, strict=True))
    return spaced(
        [
            _heading(comparison),
            Adaptive(lambda width: _tables(comparison, width)),
            titled("✗ Broken rules", _broken(comparison.plans)),
            *(changes_page(baseline, plan, difference, comparison.currency) for plan, difference in pairs),
        ]
    )


def _heading(comparison: Comparison) -> RenderableType:
    plans = comparison.plans
    *most, last = (plan.name for plan in plans[1:])
    others = f"{', '.join(most)} and {last}" if most else last
    title = Text(f"{others} against {plans[0].name}", style="bold")
    if len({plan.scenario.sha256 for plan in plans}) == 1:
        return Group(title, Text(f"All answer the same scenario: {plans[0].scenario.name}"))
    answered = [(plan.name, f"{plan.scenario.name} (SHA-256 {plan.scenario.sha256[:SHA]}…)") for plan in plans]
    return Group(title, titled("They answer different scenarios, or versions of one", answered) or "")


def _broken(plans: Sequence[KeyFigures]) -> Iterator[tuple[str, str]]:
    for plan in plans:
        if plan.broken:
            yield plan.name, ", ".join(rule.replace("_", " ") for rule in plan.broken)


def _tables(comparison: Comparison, width: int) -> RenderableType:
    """Return the key figures, in several tables with the baseline in each where the plans do not fit."""
    fitting = max(1, (width - LABELS - FIGURES) // (2 * FIGURES))
    others = range(1, len(comparison.plans))
    return spaced(_table(comparison, others[first : first + fitting]) for first in range(0, len(others), fitting))


def _table(comparison: Comparison, others: Sequence[int]) -> RenderableType:
    baseline = comparison.plans[0]
    table = ruled_table()
    table.add_column("", ratio=1, no_wrap=True)
    table.add_column(Text(baseline.name), justify="right", overflow="fold")
    for place in others:
        table.add_column(Text(comparison.plans[place].name), justify="right", overflow="fold")
        table.add_column("change", justify="right", no_wrap=True)
    searched = any(plan.searched for plan in comparison.plans)
    for label, shown, changed in _rows(comparison.currency):
        if label in OF_SEARCHES and not searched:
            continue
        cells = [shown(baseline)]
        for place in others:
            cells += [shown(comparison.plans[place]), changed(comparison.differences[place - 1])]
        table.add_row(label, *cells)
    return table


def _rows(currency: str) -> list[tuple[str, Shown, Changed]]:
    """Return every line: its label, and how figure and change are shown."""

    def money(amount: str | None) -> str:
        return formatting.money(amount, currency)

    def change(amount: str | None) -> str:
        return formatting.change(amount, currency)

    def nothing(_: Difference) -> str:
        return ""

    return [
        ("Status", _status, nothing),
        ("Keeps every rule", _kept, nothing),
        ("Activations planned", lambda plan: f"{plan.planned:,} of {plan.activations:,}", nothing),
        ("Activations secured", lambda plan: f"{plan.secured:,} of {plan.activations:,}", lambda d: _whole(d.secured)),
        ("Proven gap", _gap, nothing),
        ("Value secured", lambda plan: _number(plan.value), lambda d: _whole(d.value)),
        ("Chance of all secured", _together, nothing),
        (
            "Posts expected",
            lambda plan: f"{plan.expected_posts:,.1f}",
            lambda d: formatting.signed(d.expected_posts, 1),
        ),
        ("Gifts", lambda plan: _number(plan.gifts), lambda d: _whole(d.gifts)),
        ("Paid", lambda plan: _number(plan.paid), lambda d: _whole(d.paid)),
        ("Embeddedness", lambda plan: _number(plan.embeddedness, 1), lambda d: formatting.signed(d.embeddedness, 1)),
        ("Product", lambda plan: money(plan.product), lambda d: change(d.product)),
        ("Shipping", lambda plan: money(plan.shipping), lambda d: change(d.shipping)),
        ("Fees", lambda plan: money(plan.fees), lambda d: change(d.fees)),
        ("Cost", lambda plan: Text(money(plan.cost), style="bold"), lambda d: change(d.cost)),
        ("Budget", lambda plan: money(plan.budget), nothing),
        ("Left of it", lambda plan: _left(plan, currency), nothing),
    ]


def _status(plan: KeyFigures) -> str:
    return BREAKS_RULES if plan.broken else plan.status if plan.searched else formatting.NOTHING


def _gap(plan: KeyFigures) -> str:
    proven = formatting.proven_gap(plan.gap, verified=plan.verified and plan.searched)
    return formatting.NOTHING if proven is None else formatting.gap(proven)


def _kept(plan: KeyFigures) -> str | Text:
    if plan.cost is None:
        return formatting.NOTHING
    return marked(plan.verified, "yes" if plan.verified else f"NO, {len(plan.broken)} broken")


def _together(plan: KeyFigures) -> str:
    return formatting.probability(plan.probability_all)


def _left(plan: KeyFigures, currency: str) -> str | Text:
    shown = formatting.balance(plan.left, currency)
    return marked(False, shown) if plan.left is not None and plan.left.startswith("-") else shown


def _number(number: float | None, digits: int = 0) -> str:
    return formatting.NOTHING if number is None else f"{number:,.{digits}f}"


def _whole(number: int | None) -> str:
    return formatting.signed(number)
