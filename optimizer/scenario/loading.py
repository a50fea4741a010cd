"""Reading a scenario: all its problems at once, or the scenario."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from optimizer.errors import InputError, Notice, Problem, pointer
from optimizer.scenario.checks import problems
from optimizer.scenario.models import Creator, Scenario
from optimizer.scenario.partial_validation import partially_validated
from optimizer.scenario.reading import content_of, decode, read_json
from optimizer.scenario.template import examples_left
from optimizer.scenario.validation_errors import MOST_FAULTS, Fault, M, described, validated

__all__ = [
    "assumptions",
    "fingerprint",
    "load",
    "model_from_data",
    "parse_scenario",
    "read_document",
    "read_json",
    "read_scenario",
    "scenario_from_data",
    "scenario_with_creators",
]

_SHIPPING_ASSUMPTIONS = ("ship_weekdays", "delivery_weekdays", "holiday_calendar", "services")


_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


class Loaded(NamedTuple):
    """A scenario, the document it is made of, and what is worth knowing about the file."""

    scenario: Scenario
    document: dict[str, Any]
    notices: list[Notice]


def read_scenario(path: str | Path) -> Scenario:
    """Return the scenario in a file, checked.

    Parameters
    ----------
    path
        A scenario file: JSON, or a workbook of the form that ``groundswell new`` writes.

    Raises
    ------
    InputError
        With everything that is wrong with it, each problem with its JSON Pointer (and its place in the workbook), code
        and remedy.
    """
    return load(Path(path)).scenario


def parse_scenario(raw: bytes | str) -> Scenario:
    """Return the scenario in the content of a file; raise InputError with everything that is wrong with it."""
    return load(raw).scenario


def load(source: Path | bytes | str) -> Loaded:
    """Return the scenario in a file or its content, with its document; raise InputError with all its problems."""
    raw = _content(source) if isinstance(source, Path) else source
    with _uncollected():
        if isinstance(raw, str) or not _is_workbook(raw):
            data, written = decode(raw)
            return Loaded(_scenario(data, written), data, examples_left(data))
        from optimizer.scenario.workbook.reading import read_workbook  # noqa: PLC0415

        reading = read_workbook(raw)
        try:
            scenario = _scenario(reading.document, reading.problems)
        except InputError as error:
            raise InputError(reading.judged(error.problems)) from None
        return Loaded(scenario, reading.document, [*reading.notices, *examples_left(reading.document)])


def read_document(source: Path | bytes | str) -> Any:
    """Return the data of a scenario file or its content, its fields unchecked.

    Raises
    ------
    InputError
        With what is wrong with the way it is written, or with the cells of a workbook.
    """
    raw = _content(source) if isinstance(source, Path) else source
    if isinstance(raw, str) or not _is_workbook(raw):
        return read_json(raw)
    from optimizer.scenario.workbook.reading import read_workbook  # noqa: PLC0415

    reading = read_workbook(raw)
    if reading.problems:
        raise InputError(reading.problems)
    return reading.document


def located(source: Path, found: Iterable[Problem]) -> list[Problem]:
    """Return problems of a scenario file, each with its place where the file is a workbook."""
    raw = content_of(source)
    if not _is_workbook(raw):
        return list(found)
    from optimizer.scenario.workbook.reading import read_workbook  # noqa: PLC0415

    return list(read_workbook(raw).places.located(found))


def _content(source: Path) -> bytes:
    """Return the content of a file; raise InputError where one that is called a workbook is neither that nor JSON."""
    raw = content_of(source)
    if source.suffix.lower() in _WORKBOOKS and not _is_workbook(raw) and not raw.lstrip().startswith(b"{"):
        detail = "this is no workbook, whatever its name says" if raw else "the file is empty"
        raise InputError([Problem("not_a_workbook", "", detail, "Open it in a spreadsheet and save it as .xlsx.")])
    return raw


def _is_workbook(raw: bytes) -> bool:
    if raw[:1] not in (b"P", b"\xd0"):
        return False
    from optimizer.tables.workbooks import is_workbook  # noqa: PLC0415

    return is_workbook(raw)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector off where up to a million objects are made at once, with no cycles among them.

    Walking over them again and again as they grow takes half of the time of reading a large scenario.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def scenario_from_data(data: object) -> Scenario:
    """Return the scenario in decoded JSON data; raise InputError with everything that is wrong with it."""
    with _uncollected():
        return _scenario(data, [])


def scenario_with_creators(data: Mapping[str, Any], creators: list[Creator]) -> Scenario:
    """Return the scenario in JSON data, with creators that were read before in place of its own.

    Of a large scenario they are nearly everything there is to read. Checks across fields are made anew.

    Raises
    ------
    InputError
        With everything wrong with it.
    """
    with _uncollected():
        scenario, faults = validated(Scenario, {**data, "creators": data["creators"][:1]})
        if scenario is None:
            raise _refusal(described(fault, Scenario) for fault in faults)
        whole = scenario.model_copy(update={"creators": creators})
        found = _bounded(problems(whole))
    if found:
        raise InputError(found)
    return whole


def model_from_data(model: type[M], data: object) -> M:
    """Return JSON data as an instance of `model`, types checked; raise InputError with everything refused."""
    instance, faults = validated(model, data)
    if instance is None:
        raise _refusal(described(fault, model) for fault in faults)
    return instance


def fingerprint(scenario: Scenario) -> str:
    """Return the SHA-256, hexadecimal, of a scenario as canonical JSON.

    Canonical is: the fields as given and no others, keys sorted, no white space, UTF-8. So the order of fields and the
    layout of a file do not count; what is written out although it is the default does.
    """
    return fingerprint_of(canonical_fields(scenario))


def canonical_fields(scenario: Scenario, only: set[str] | None = None) -> dict[str, str]:
    """Return the canonical JSON of every field of a scenario that is given, or of `only` some of them, by name."""
    with _uncollected():
        data = scenario.model_dump(mode="json", exclude_unset=True, by_alias=True, include=only)
        return {name: _canonical(value) for name, value in data.items()}


def fingerprint_of(fields: Mapping[str, str]) -> str:
    """Return the fingerprint of the scenario whose `canonical_fields` these are."""
    text = ",".join(f"{_canonical(name)}:{fields[name]}" for name in sorted(fields))
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


def _canonical(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def assumptions(scenario: Scenario) -> list[str]:
    """Return JSON Pointers of the posting and shipping assumptions that were left at their defaults."""
    shipping = scenario.shipping
    unset = [name for name in _SHIPPING_ASSUMPTIONS if name not in shipping.model_fields_set]
    return [*_unset(scenario.posting, "posting"), *(pointer("shipping", name) for name in unset)]


def _unset(part: BaseModel, *path: str) -> Iterator[str]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from _unset(value, *path, name)
        elif name not in part.model_fields_set:
            yield pointer(*path, name)


def _scenario(data: Any, written: list[Problem]) -> Scenario:
    """Check `data` all through; `written` are the problems of the way it is written."""
    scenario, faults = validated(Scenario, data)
    refused = (described(fault, Scenario) for fault in faults)
    refusals = chain(written, refused, problems(scenario) if scenario is not None else _rest(data, faults))
    found = _bounded(refusals)
    if scenario is None or found:
        # Raised as it is made: kept in a variable, it and this frame would keep each other, and all of `data`.
        raise InputError(found)
    return scenario


def _rest(data: Any, faults: list[Fault]) -> Iterable[Problem]:
    """Return the problems of the document without its faulty parts."""
    partial = partially_validated(data, faults)
    return () if partial is None else problems(*partial)


def _refusal(refusals: Iterable[Problem]) -> InputError:
    """Return the error that holds all problems, or the first `MOST_FAULTS` of too many."""
    return InputError(_bounded(refusals))


def _bounded(refusals: Iterable[Problem]) -> list[Problem]:
    """Return all problems, or the first `MOST_FAULTS` of too many."""
    shown = list(islice(refusals, MOST_FAULTS + 1))
    if len(shown) > MOST_FAULTS:
        shown[-1] = Problem(
            "too_many_problems",
            "",
            f"there are more problems than the {MOST_FAULTS:,} listed here",
            "Correct these first; many of them may have one cause.",
        )
    return shown
