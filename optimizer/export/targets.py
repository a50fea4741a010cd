"""The export targets: for whom each is, what it is called, which options it takes and which function writes it.

`TARGETS` is the only list of them. The choices and the help of ``groundswell export --to`` come from it, and tests hold
the table in ``docs/exports.md`` to it. Writers import what they need when they run, so that the list itself is light.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from optimizer.export.files import check_folder, check_writable, write_atomically, write_folder

if TYPE_CHECKING:
    from optimizer.answers.certainty import PriceOfCertainty
    from optimizer.answers.comparison import Comparison
    from optimizer.answers.frontier import Frontier
    from optimizer.plan import Plan
    from optimizer.scenario.models import Scenario
    from optimizer.scenario.people_csv import Address

Content: TypeAlias = "str | bytes | Mapping[str, str | bytes]"
"""What a writer returns: the content of one file, or of the files of a folder by name."""
Option = Literal["--addresses", "--since", "--disclosure", "--with"]
OPTIONS: dict[Option, str] = {
    "--addresses": "addresses stand in orders alone",
    "--since": "only orders and calendars are of what has changed",
    "--disclosure": "how posts are to be marked stands in briefs alone",
    "--with": "other answers stand in the report alone",
}
"""Options that only some targets take, and what to say where another target is given one."""


class CommandAnswers(TypedDict, total=False):
    """Answers of other commands that may stand beside the plan."""

    frontier: Frontier
    certainty: PriceOfCertainty
    comparison: Comparison


@dataclass(frozen=True)
class Material:
    """What an export is made of.

    Attributes
    ----------
    addresses
        By creator; None where no file of them was given.
    answers
        Of other commands, for the report.
    earlier
        The plans handed on before this one, the oldest first.
    disclosure
        How posts are to be marked; None for the usual sentences.
    """

    scenario: Scenario
    plan: Plan
    addresses: Mapping[str, Address] | None = None
    answers: CommandAnswers = field(default_factory=CommandAnswers)
    earlier: Sequence[Plan] = ()
    disclosure: str | None = None


def _no_remarks(_: Material, __: Path) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True)
class Companion:
    """A second file beside the first, written where there are earlier plans; `suffix` follows the first one's stem."""

    suffix: str
    write: Callable[[Material], str]


@dataclass(frozen=True)
class Target:
    """One way to hand on a plan.

    Attributes
    ----------
    id
        Name of the target after ``--to``.
    reader
        For whom it is.
    help
        What it writes, in a few words.
    suffix
        What follows the name of the plan in the default name of the file or folder.
    write
        Returns the content.
    folder
        Whether `write` returns the files of a folder instead of one file.
    options
        The options of `OPTIONS` that it takes.
    remarks
        Yields sentences that the person who exports should read, given the material and the path.
    companion
        What is written beside the file where there are earlier plans.
    """

    id: str
    reader: str
    help: str
    suffix: str
    write: Callable[[Material], Content]
    folder: bool = False
    options: frozenset[Option] = frozenset()
    remarks: Callable[[Material, Path], Iterator[str]] = _no_remarks
    companion: Companion | None = None

    def beside(self, plan_file: Path) -> Path:
        """Return the path that is used where none is given: beside the plan file."""
        return plan_file.with_name(plan_file.stem + self.suffix)

    def files(self, path: Path, *, since: bool) -> list[Path]:
        """Return the files that are written, or the folder; `since` says whether there are earlier plans."""
        return [path, *([_companion(path, self.companion)] if self.companion and since else [])]

    def check(self, path: Path, *, since: bool = False) -> None:
        """Refuse a path that could not be written, before any work is done for it.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        for file in self.files(path, since=since):
            (check_folder if self.folder else check_writable)(file)

    def save(self, path: Path, material: Material) -> None:
        """Write the plan to a file, or into a folder, whole or not at all.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        content = self.write(material)
        if self.companion and material.earlier:
            write_atomically(_companion(path, self.companion), self.companion.write(material))
        if isinstance(content, str | bytes):
            write_atomically(path, content)
        else:
            write_folder(path, content)


def _companion(path: Path, companion: Companion) -> Path:
    return path.with_name(path.stem + companion.suffix)


def _csv(material: Material) -> Content:
    from optimizer.export.csv_files import csv_files

    return csv_files(material.scenario, material.plan)


def _xlsx(material: Material) -> Content:
    from optimizer.export.workbook.book import workbook

    return workbook(material.scenario, material.plan)


def _orders(material: Material) -> Content:
    from optimizer.export.csv_files import csv_text
    from optimizer.export.order_changes import order_changes
    from optimizer.export.orders import orders

    new = order_changes(material.plan, material.earlier).new
    return csv_text(orders(material.scenario, material.plan, material.addresses or {}, new))


def _changed_orders(material: Material) -> str:
    from optimizer.export.csv_files import csv_text
    from optimizer.export.order_changes import changes_table, order_changes

    return csv_text(changes_table(material.scenario, material.plan, order_changes(material.plan, material.earlier)))


def _remarks_on_orders(material: Material, path: Path) -> Iterator[str]:
    from optimizer.export import formatting
    from optimizer.export.order_changes import order_changes, remarks
    from optimizer.export.orders import without_address

    changes = order_changes(material.plan, material.earlier)
    if material.addresses is None:
        yield "Note: the orders have no addresses; fill in their columns, or name a file of them with --addresses."
    elif missing := without_address(changes.new, material.addresses):
        people = formatting.count(len(missing), "person gets", "people get")
        yield f"Warning: {people} a parcel without an address: {', '.join(missing)}."
    if material.earlier:
        yield from remarks(material.plan, changes, _companion(path, ORDER_CHANGES).name)
    if "order" not in path.name.lower():
        yield "Note: Matrixify takes a CSV for orders only if its name contains the word Order."


ORDER_CHANGES = Companion("_changes.csv", _changed_orders)


def _briefs(material: Material) -> Content:
    from optimizer.export.briefs import briefs
    from optimizer.export.csv_files import csv_text

    return csv_text(briefs(material.scenario, material.plan, material.disclosure))


def _calendar(material: Material) -> Content:
    from optimizer.export.calendar_file import calendar_file

    return calendar_file(material.scenario, material.plan, material.earlier)


def _html(material: Material) -> Content:
    from optimizer.analysis.cash import cash_view
    from optimizer.export.report.page import report_html

    scenario, plan = material.scenario, material.plan
    return report_html(scenario, plan, cash=cash_view(scenario, plan) if plan.assignments else None, **material.answers)


TARGETS: Mapping[str, Target] = {
    target.id: target
    for target in (
        Target("csv", "analysts", "a folder of tables", "_csv", _csv, folder=True),
        Target("xlsx", "finance", "a workbook for finance", ".xlsx", _xlsx),
        Target(
            "orders",
            "warehouse",
            "the warehouse's parcels (Matrixify/Shopify CSV)",
            "_orders.csv",
            _orders,
            options=frozenset({"--addresses", "--since"}),
            remarks=_remarks_on_orders,
            companion=ORDER_CHANGES,
        ),
        Target(
            "briefs",
            "community managers",
            "what to tell each creator (CSV)",
            "_briefs.csv",
            _briefs,
            options=frozenset({"--disclosure"}),
        ),
        Target(
            "calendar",
            "everybody",
            "ship days, windows, fees and checks (.ics)",
            ".ics",
            _calendar,
            options=frozenset({"--since"}),
        ),
        Target("html", "everybody", "a report for everybody", ".html", _html, options=frozenset({"--with"})),
    )
}
"""All targets by id, in the order of the help."""


if TYPE_CHECKING:
    TargetName: TypeAlias = str
else:
    TargetName = Literal[tuple(TARGETS)]
"""An id of `TARGETS`; the command line offers these and refuses every other."""


def targets_help() -> str:
    """Return what each target writes, for the help of ``--to``."""
    return " ".join(f"{target.id}: {target.help}." for target in TARGETS.values())


def unused(target: Target, given: Iterable[Option]) -> Iterator[tuple[Option, str, str]]:
    """Yield each option given that the target does not take, with what is wrong and what to do."""
    for option in given:
        if option not in target.options:
            takers = [other.id for other in TARGETS.values() if option in other.options]
            yield option, OPTIONS[option], f"Leave it out, or export --to {' or '.join(takers)}."
