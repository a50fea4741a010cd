"""Jobs: a scenario changed as asked for and checked again, with the key that names it.

A key says in words which file, budget, confidence and seed it is for, and ends in 12 digits of the SHA-256 of all that
decides the result: the file's name, the content of the changed scenario, budget and confidence asked for, seed, time
limit, gap, and the versions of groundswell and of the libraries that take part (a new one may find another plan, or
know other public holidays). So a change of any of these is another job, and what is the same is solved once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from optimizer.analysis.judging import library_versions
from optimizer.answers.batch import JobRequest
from optimizer.batch.choices import Choice
from optimizer.errors import InputError, Problem
from optimizer.money import from_minor, minor_digits, to_minor
from optimizer.scenario.generator import dump
from optimizer.scenario.loading import fingerprint, located, read_document, read_scenario, scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.semantics import written_activations
from optimizer.solve.settings import Settings

LONGEST_NAME = 40
DIGITS = 12


@dataclass(frozen=True)
class Request:
    """A scenario file with one choice of values.

    Attributes
    ----------
    file
        Where it is.
    name
        What it is called in messages and in the summary.
    where
        Row of the manifest that asks for it; empty without one.
    label
        Of that row; None without one.
    """

    file: Path
    name: str
    choice: Choice
    where: str = ""
    label: str | None = None


@dataclass(frozen=True)
class Job:
    """A request whose scenario has been read; `problems` say why it cannot be solved."""

    asked: JobRequest
    settings: Settings
    request: Request
    problems: tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        """The job's name."""
        return self.asked.key


class Prepared(NamedTuple):
    """A job and its changed scenario as JSON text; None where that cannot be used."""

    job: Job
    text: str | None


def prepare(requests: Iterable[Request]) -> Iterator[Prepared]:
    """Yield the job of every request, in their order; one scenario is in memory at a time.

    Scenarios are read and checked as everywhere, after the change: its problems are the usual ones.
    """
    for file, of_file in groupby(requests, key=lambda request: request.file):
        document, unread = _read(file)
        for (budget, confidence), same in groupby(
            of_file, key=lambda request: (request.choice.budget, request.choice.confidence)
        ):
            scenario, text, problems = None, None, unread
            if not unread:
                new = changed(document, budget, confidence)
                scenario, problems = _checked(new, file)
                text = None if scenario is None else dump(new)
            content = _content(scenario, problems)
            for request in same:
                yield Prepared(_job(request, scenario, content, problems), text)


def changed(document: Any, budget: Decimal | None, confidence: float | None) -> Any:
    """Return a scenario document with this total budget and this confidence of every activation, where they are given.

    A list of activations that is left out is written out for it: one per community, with the community's id. What is
    not as it should be is left as it is, for the check that follows.
    """
    if not isinstance(document, dict):
        return document
    new = dict(document)
    limits = new.get("budget", {})
    if budget is not None and isinstance(limits, dict):
        new["budget"] = {**limits, "total": plain(budget)}
    if confidence is not None:
        activations = new.get("activations")
        if activations is None:
            activations = _one_per_community(new.get("communities"))
        if isinstance(activations, list):
            new["activations"] = [
                {**item, "confidence": confidence} if isinstance(item, dict) else item for item in activations
            ]
    return new


def _one_per_community(communities: Any) -> list[dict[str, Any]] | None:
    """Return the activations that a missing list stands for; None where the communities are not as they should be."""
    if not isinstance(communities, list):
        return None
    names = [community.get("id") if isinstance(community, dict) else None for community in communities]
    return [{"id": name, "community": name} for name in names] if all(isinstance(name, str) for name in names) else None


def plain(amount: Decimal) -> str:
    """Return an amount in the one way in which equal amounts are written alike.

    Examples
    --------
    >>> plain(Decimal("2000.00")), plain(Decimal("0.50")), plain(Decimal("0"))
    ('2000', '0.5', '0')
    """
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read(file: Path) -> tuple[Any, tuple[Problem, ...]]:
    try:
        return read_document(file), ()
    except InputError as unreadable:
        try:
            # Raises the problems of the fields as well as those of the way they are written.
            read_scenario(file)
        except InputError as error:
            return None, tuple(error.problems)
        return None, tuple(unreadable.problems)


def _checked(document: Any, file: Path) -> tuple[Scenario | None, tuple[Problem, ...]]:
    try:
        return scenario_from_data(document), ()
    except InputError as error:
        return None, tuple(located(file, error.problems))


def _content(scenario: Scenario | None, problems: tuple[Problem, ...]) -> str:
    if scenario is not None:
        return fingerprint(scenario)
    return hashlib.sha256("\n".join(map(str, problems)).encode("utf-8", "replace")).hexdigest()


def _job(request: Request, scenario: Scenario | None, content: str, problems: tuple[Problem, ...]) -> Job:
    choice = request.choice
    settings = choice.settings
    budget = None if choice.budget is None else plain(choice.budget)
    asked = JobRequest(
        key=_key(request, content),
        scenario=request.name,
        name=None if scenario is None else scenario.name,
        label=request.label,
        currency=None if scenario is None else scenario.currency,
        budget=budget if scenario is None else _budget_of(scenario),
        confidence=choice.confidence if scenario is None else _confidence_of(scenario),
        seed=settings.seed,
        time_limit=settings.time_limit_seconds,
        gap_allowed=settings.gap,
    )
    return Job(asked, settings, request, problems)


def _budget_of(scenario: Scenario) -> str | None:
    digits = minor_digits(scenario.currency)
    if scenario.budget.total is None or digits is None:
        return None
    return from_minor(to_minor(scenario.budget.total, digits), digits)


def _confidence_of(scenario: Scenario) -> float | None:
    asked = {activation.confidence for activation, _ in written_activations(scenario)}
    return asked.pop() if len(asked) == 1 else None


def _key(request: Request, content: str) -> str:
    choice = request.choice
    words = [re.sub(r"[^A-Za-z0-9_]+", "-", request.file.stem).strip("-")[:LONGEST_NAME] or "scenario"]
    words += [] if choice.budget is None else [f"b{plain(choice.budget)}"]
    words += [] if choice.confidence is None else [f"c{choice.confidence:g}"]
    decisive = {
        "file": request.name,
        "scenario": content,
        "budget": None if choice.budget is None else plain(choice.budget),
        "confidence": choice.confidence,
        "settings": choice.settings.model_dump(mode="json", exclude={"workers"}),
        "versions": library_versions(),
    }
    text = json.dumps(decisive, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
    return "-".join([*words, f"s{choice.settings.seed}", digest])
