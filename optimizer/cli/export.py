"""``groundswell export``: a plan as files for finance, the warehouse, community managers and calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.analysis.earlier_plans import read_earlier
from optimizer.analysis.plan_files import read_answer
from optimizer.answers.certainty import PriceOfCertainty
from optimizer.answers.comparison import Comparison
from optimizer.answers.frontier import Frontier
from optimizer.cli.console import ExitCode, blaming, say
from optimizer.cli.files import check_picture_folder, document_at, draw_all, refuse_overwriting, scenario_at
from optimizer.cli.options import PlanFile, ScenarioFile
from optimizer.errors import InputError, Problem
from optimizer.export.statements import broken
from optimizer.export.targets import TARGETS, CommandAnswers, Material, Option, Target, TargetName, targets_help, unused
from optimizer.plan import Plan
from optimizer.scenario.loading import model_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.people_csv import Address, read_people

if TYPE_CHECKING:
    from optimizer.export.charts.base import Chart


def read_answers(files: Iterable[Path], fingerprint: str) -> CommandAnswers:
    """Return the answers in files; leave with every problem of a file, also where it answers another scenario.

    Parameters
    ----------
    fingerprint
        SHA-256 of the scenario that the answers have to be about.
    """
    answers: CommandAnswers = {}
    for file in files:
        with blaming(file):
            _read(file, fingerprint, answers)
    return answers


def _read(file: Path, fingerprint: str, answers: CommandAnswers) -> None:
    """Add the answer in a file; its fields say which kind it is."""
    data = document_at(file)
    if "most_value" in data:
        answers["frontier"] = model_from_data(Frontier, data)
        scenarios = {answers["frontier"].scenario.sha256}
    elif "confidences" in data:
        answers["certainty"] = model_from_data(PriceOfCertainty, data)
        scenarios = {answers["certainty"].scenario.sha256}
    elif "differences" in data:
        answers["comparison"] = model_from_data(Comparison, data)
        scenarios = {plan.scenario.sha256 for plan in answers["comparison"].plans}
    else:
        detail = "is no frontier, price of certainty or comparison"
        remedy = "Name what frontier, certainty or compare wrote with -o."
        raise InputError([Problem("unknown_answer", "", detail, remedy)])
    if fingerprint not in scenarios:
        detail = "answers another scenario, or an earlier state of this one"
        raise InputError([Problem("other_scenario", "/scenario/sha256", detail, "Make it anew from this scenario.")])


@dataclass(frozen=True)
class Extras:
    """What some targets take beside the plan.

    Attributes
    ----------
    addresses
        File of addresses of creators (CSV), for orders.
    since
        Files of the plans handed on before, the oldest first, for orders and calendars.
    disclosure
        How posts are to be marked, for briefs; None for the usual sentences.
    answers
        Files of answers of other commands that the report shows.
    """

    addresses: Path | None = None
    since: Sequence[Path] = ()
    disclosure: str | None = None
    answers: Sequence[Path] = ()

    @property
    def files(self) -> list[Path | None]:
        """Return every file that is read."""
        return [self.addresses, *self.since, *self.answers]

    @property
    def given(self) -> list[Option]:
        """Return the options that were given."""
        used: dict[Option, bool] = {
            "--addresses": self.addresses is not None,
            "--since": bool(self.since),
            "--disclosure": self.disclosure is not None,
            "--with": bool(self.answers),
        }
        return [option for option, is_given in used.items() if is_given]


def run(
    source: Path, plan_file: Path, to: str, output: Path | None, extras: Extras, pictures: Path | None = None
) -> ExitCode:
    """Write a plan for one of the targets.

    Parameters
    ----------
    to
        Name of the target.
    output
        File or folder to write; None for one beside the plan file.
    extras
        What the target takes beside the plan.
    pictures
        Folder for the plan's charts; None draws none.
    """
    target = TARGETS[to]
    output = output or target.beside(plan_file)
    with blaming("options"):
        _check_options(target, output, [source, plan_file, *extras.files], extras)
    check_picture_folder(pictures)
    with blaming(output):
        target.check(output, since=bool(extras.since))
    with blaming(source):
        scenario = scenario_at(source)
    with blaming(plan_file):
        plan = _as_it_stands(scenario, read_answer(plan_file, scenario))
    material = Material(
        scenario,
        plan,
        None if extras.addresses is None else _addresses(extras.addresses, scenario),
        read_answers(extras.answers, plan.scenario.sha256),
        [_earlier(file, scenario) for file in extras.since],
        extras.disclosure,
    )
    _warn(plan)
    for remark in target.remarks(material, output):
        say(remark)
    with blaming(output):
        target.save(output, material)
    say(f"Written to {' and '.join(map(str, target.files(output, since=bool(extras.since))))}.")
    draw_all(pictures, lambda: _charts(scenario, plan))
    return ExitCode.DONE


def _check_options(target: Target, output: Path, inputs: Sequence[Path | None], extras: Extras) -> None:
    """Raise InputError where the output would overwrite an input, or the target does not use an option."""
    problems: list[Problem] = []
    for file in target.files(output, since=bool(extras.since)):
        try:
            refuse_overwriting(file, *inputs)
        except InputError as error:
            problems += error.problems
    for option, detail, remedy in unused(target, extras.given):
        problems.append(Problem("not_used", option, detail, remedy))
    if problems:
        raise InputError(problems)


def _as_it_stands(scenario: Scenario, plan: Plan) -> Plan:
    """Return the plan; where it no longer passes the checks its certificate claims, with the results of new checks.

    An export carries the certificate to people who have no other proof, and anyone can edit a plan file.
    """
    if not plan.certificate.verified:
        return plan
    from optimizer.verify import verify  # noqa: PLC0415

    checks = verify(scenario, plan, fingerprint=plan.scenario.sha256)
    if all(check.ok for check in checks):
        return plan
    certificate = plan.certificate.model_copy(update={"verified": False, "checks": checks})
    return plan.model_copy(update={"certificate": certificate})


def _charts(scenario: Scenario, plan: Plan) -> Mapping[str, Chart]:
    from optimizer.export.charts.files import plan_charts  # noqa: PLC0415

    return plan_charts(scenario, plan)


def _earlier(plan_file: Path, scenario: Scenario) -> Plan:
    with blaming(plan_file):
        return read_earlier(plan_file, scenario)


def _addresses(people_file: Path, scenario: Scenario) -> dict[str, Address]:
    with blaming(people_file):
        addresses, notes = read_people(people_file, scenario)
    for note in notes:
        say(f"{people_file}: {note.detail} [{note.code}]")
    return addresses


def _warn(plan: Plan) -> None:
    """Say what a reader of the exported file should know about the plan."""
    failed = [f"{rule} ({detail})" for rule, detail in broken(plan)]
    if failed:
        say(f"WARNING: this plan is NOT verified; it breaks {len(failed)} of its rules: {'; '.join(failed)}")
    elif not plan.certificate.verified:
        say("WARNING: this plan is NOT verified: no rule was checked. Run `groundswell verify` before you use it.")
    if not plan.assignments:
        say("The plan has no assignments; tables of them have headings only.")


def export(
    scenario: ScenarioFile,
    plan: PlanFile,
    to: Annotated[TargetName, typer.Option(help=targets_help())],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="File, or folder for csv.", show_default="beside PLAN"),
    ] = None,
    addresses: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="For orders: creator, first_name, last_name, email, phone, address1, address2, city, province, zip, "
            "country.",
        ),
    ] = None,
    since: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="OLD_PLAN",
            help="For orders and calendar: a plan handed on before. Only new orders are written, beside a list of "
            "those to cancel; events that vanished are cancelled. Repeatable, the oldest first.",
        ),
    ] = None,
    disclosure: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="For briefs: how a post is to be marked.", show_default="by gift or fee"),
    ] = None,
    answers: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="ANSWER",
            help="For html: what frontier, certainty or compare wrote with -o, to stand in the report; repeatable.",
        ),
    ] = None,
    png: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the plan's charts as pictures.")] = None,
) -> None:
    """Write a plan as files for finance, warehouse, community managers and calendars."""
    extras = Extras(addresses, since or [], disclosure, answers or [])
    raise typer.Exit(run(scenario, plan, to, output, extras, png))
