"""What the types refuse, as problems for people: pydantic's errors with our pointers, codes and remedies.

Lists of objects are validated item by item, so that checking stops after `MOST_FAULTS` errors instead of
collecting millions of them.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, FailFast, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from optimizer.errors import Problem, pointer, shorten
from optimizer.scenario.fields import ONE_LINE, PRINTABLE

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

MOST_FAULTS = 1_000
"""At most this many faults of one document are reported; with more it is garbage, and a longer list helps nobody."""
_MOST_EXPANDED = 50_000
_AT_ONCE = 256
_SELF_EVIDENT = ("unknown_field", "unknown_choice", "out_of_range", "too_many_problems")

_SENTENCES = {
    "missing": ("missing_field", "this field is required", "Add it."),
    "string_type": ("wrong_type", "should be text", "Write it in double quotes."),
    "string_unicode": ("wrong_type", "should be text without broken characters", "Write it anew."),
    "int_type": ("wrong_type", "should be a whole number", "Write a number without quotes and without decimals."),
    "float_type": ("wrong_type", "should be a number", "Write a number without quotes."),
    "bool_type": ("wrong_type", "should be true or false", "Write true or false, without quotes."),
    "list_type": ("wrong_type", "should be a list", "Write a list in [ ]."),
    "dict_type": ("wrong_type", "should be an object", "Write an object in {{ }}."),
    "model_type": ("wrong_type", "should be an object", "Write an object in {{ }}."),
    "int_parsing": ("wrong_type", "should be a whole number", "Write digits alone."),
    "greater_than": ("out_of_range", "should be above {gt}", "Choose a value above {gt}."),
    "greater_than_equal": ("out_of_range", "should be at least {ge}", "Choose a value of at least {ge}."),
    "less_than": ("out_of_range", "should be below {lt}", "Choose a value below {lt}."),
    "less_than_equal": ("out_of_range", "should be at most {le}", "Choose a value of at most {le}."),
    "int_parsing_size": ("out_of_range", "is far too large a number", "Choose a smaller one."),
    "too_short": ("too_short", "should have at least {min_length} entries", "Add what is missing."),
    "too_long": ("too_long", "should have at most {max_length} entries", "Shorten it or split the file."),
    "string_too_short": ("too_short", "should not be empty", "Fill it in."),
    "string_too_long": ("too_long", "should have at most {max_length} characters", "Shorten it."),
    "literal_error": ("unknown_choice", "should be {expected}", "Write {expected}."),
    "enum": ("unknown_choice", "should be {expected}", "Write {expected}."),
    "string_pattern_mismatch": ("wrong_format", "is not spelled as it should be", "Correct the spelling."),
    "date_format": ("date_format", "should be a calendar day written YYYY-MM-DD", "Write an existing day that way."),
    "money_negative": ("money_negative", "should not be negative", "Write an amount of 0 or more."),
    "hopeless": ("too_many_problems", "{count} things are wrong in here", "Check that this is the right file."),
}
"""By pydantic's name: our code, the detail and the remedy, with the limit that was missed."""


@dataclass(frozen=True)
class Fault:
    """One refusal of a type: where it stands in the document, pydantic's name for it, its limits and the value."""

    path: Path
    kind: str
    message: str
    limits: Mapping[str, Any]
    value: Any


def validated(model: type[M], data: Any) -> tuple[M | None, list[Fault]]:
    """Return `data` as `model`, or None and its faults, at most about `MOST_FAULTS` of them.

    Examples
    --------
    >>> from optimizer.scenario.fields import Horizon
    >>> instance, faults = validated(Horizon, {"start": "2027-03-01"})
    >>> instance, faults[0].path, faults[0].kind
    (None, ('end',), 'missing')
    """
    lists = {
        name: item for name, item in _item_models(model) if isinstance(data, dict) and isinstance(data.get(name), list)
    }
    blanks = {name: [item.model_construct()] * len(data[name]) for name, item in lists.items()}
    _, faults = _attempt(model, {**data, **blanks} if lists else data, ())
    refused = {fault.path for fault in faults}
    built: dict[str, list[BaseModel | None]] = {}
    for name, item in lists.items():
        built[name] = []
        for instances, item_faults in _items(item, data[name] if (name,) not in refused else (), name):
            built[name] += instances
            faults += item_faults
            if len(faults) > MOST_FAULTS:
                return None, faults
    if faults:
        return None, faults
    return _attempt(model, {**data, **built} if lists else data, ())


def _items(item: type[M], entries: Sequence[Any], name: str) -> Iterator[tuple[Sequence[M | None], list[Fault]]]:
    """Yield the entries of a list as instances of `item`, many at once while nothing is wrong with them."""
    several = _many(item)
    for first in range(0, len(entries), _AT_ONCE):
        some = entries[first : first + _AT_ONCE]
        try:
            yield several.validate_python(some), []
        except ValidationError:
            for index, entry in enumerate(some, start=first):
                instance, faults = _attempt(item, entry, (name, index))
                yield (instance,), faults


@cache
def _many(item: type[M]) -> TypeAdapter[list[M]]:
    """Return what validates a list of objects and gives up at the first that is refused."""
    return TypeAdapter(Annotated[list[item], FailFast()])  # type: ignore[valid-type, arg-type]


def described(fault: Fault, model: type[BaseModel] | None) -> Problem:
    """Return the problem that a fault of a document of `model`, or of a value alone, is for the person who wrote it."""
    owner, info = (None, None) if model is None else _locate(model, fault.path)
    code, detail, remedy = _sentences(fault, owner)
    if info is not None and info.examples and code not in _SELF_EVIDENT:
        remedy += f" Example: {json.dumps(info.examples[0], ensure_ascii=False)}."
    value = None if code == "missing_field" else excerpt(fault.value)
    return Problem(code, pointer(*fault.path), detail, remedy, value)


def excerpt(value: Any) -> Any:
    """Return `value` short enough to be shown and safe as JSON: what is long or odd is described instead."""
    if isinstance(value, str):
        readable = value.encode("utf-8", "backslashreplace").decode()
        return readable if len(readable) <= 80 else readable[:79] + "…"
    if isinstance(value, list):
        return [excerpt(item) for item in value] if _is_short(value) else f"list of {len(value):,}"
    if isinstance(value, dict):
        short = len(value) <= 5 and _is_short(list(value.values()))
        return {excerpt(key): excerpt(item) for key, item in value.items()} if short else f"object of {len(value):,}"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"{'-' if value < 0 else ''}10^{int(value.bit_length() * math.log10(2))}"
    return value if value is None or isinstance(value, bool | int | float) else shorten(value)


def _is_short(items: list[Any]) -> bool:
    return len(items) <= 5 and not any(isinstance(item, dict | list) for item in items)


def _attempt(model: type[M], data: Any, prefix: Path) -> tuple[M | None, list[Fault]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        if error.error_count() > _MOST_EXPANDED:
            return None, [Fault(prefix, "hopeless", "", {"count": error.error_count()}, data)]
        return None, _merged([_fault(refusal, data, prefix) for refusal in error.errors(include_url=False)])


def _fault(error: ErrorDetails, data: Any, prefix: Path) -> Fault:
    """Keep of pydantic's location what is a place in the document, not a branch of a union or the mark of a key."""
    path: list[str | int] = []
    value = data
    for position, part in enumerate(error["loc"], start=1):
        if (isinstance(value, dict) and part in value) or (isinstance(value, list) and part in range(len(value))):
            value = value[part]  # type: ignore[index]
            path.append(part)
        elif error["type"] == "missing" and position == len(error["loc"]):
            path.append(part)
    return Fault((*prefix, *path), error["type"], error["msg"], error.get("ctx", {}), error["input"])


def _merged(faults: list[Fault]) -> list[Fault]:
    """Return one fault per place: the branches of a union refuse the same value, each with its own choices."""
    merged: dict[Path, Fault] = {}
    for fault in faults:
        first = merged.setdefault(fault.path, fault)
        if first is not fault and first.kind == fault.kind == "literal_error":
            choices = f"{first.limits['expected']} or {fault.limits['expected']}"
            merged[fault.path] = Fault(first.path, first.kind, first.message, {"expected": choices}, first.value)
    return list(merged.values())


def _sentences(fault: Fault, owner: type[BaseModel] | None) -> tuple[str, str, str]:
    """Return code, detail and remedy."""
    if fault.kind == "extra_forbidden":
        return "unknown_field", "there is no such field", _suggestion(str(fault.path[-1]), owner)
    if isinstance(fault.value, float) and not math.isfinite(fault.value):
        return "not_finite", "NaN and Infinity are not allowed", "Write a value."
    if fault.kind == "money_format":
        return fault.kind, fault.message, "Write the amount alone, without currency, sign or separators."
    if fault.kind == "string_pattern_mismatch" and fault.limits.get("pattern") in (PRINTABLE, ONE_LINE):
        tabs = "tabs and line breaks" if fault.limits["pattern"] == ONE_LINE else "characters that cannot be seen"
        return "control_character", "holds a control character", f"Write it anew, without {tabs}."
    if fault.kind not in _SENTENCES:
        return "wrong_value", fault.message, "Correct it."
    limits = {
        name: f"{limit:,.10g}" if isinstance(limit, int | float) else limit for name, limit in fault.limits.items()
    }
    code, detail, remedy = (sentence.format(**limits) for sentence in _SENTENCES[fault.kind])
    return code, detail, remedy


def _suggestion(name: str, owner: type[BaseModel] | None) -> str:
    names = [field.alias or key for key, field in owner.model_fields.items()] if owner is not None else []
    close = difflib.get_close_matches(name[:200], names, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Take it out; the fields here are {', '.join(names)}."


def _item_models(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the fields of `model` that are lists of objects, with the model of their items."""
    for name, info in model.model_fields.items():
        bare = _bare(info.annotation)
        item = get_args(bare)[0] if get_origin(bare) is list else None
        if isinstance(item, type) and issubclass(item, BaseModel):
            yield info.alias or name, item


def _locate(model: type[BaseModel], path: Path) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Return the model that the last part of `path` is a field of, if it is one, and the innermost field on the way."""
    here: Any = model
    owner, info = None, None
    for part in path:
        bare = _bare(here)
        owner = bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None
        if owner is None:
            here = (get_args(bare) or (None,))[-1]
        else:
            info = next((field for name, field in owner.model_fields.items() if part in (field.alias, name)), None)
            here = None if info is None else info.annotation
    return owner, info


def _bare(annotation: Any) -> Any:
    """Return an annotation without `Annotated` and without `| None`."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return annotation
