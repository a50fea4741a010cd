"""Columns of the workbook, made from the declarations of the scenario's fields.

A field that is added to a model gets its column, its note and its check here without a line of its own: the name makes
the title, the type makes the kind. `wording` has better titles for those that deserve one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from optimizer.scenario.fields import StockLot
from optimizer.scenario.models import Span
from optimizer.scenario.workbook.wording import KINDS, TITLES

Kind = Literal[
    "text",
    "choice",
    "flag",
    "count",
    "number",
    "share",
    "money",
    "day",
    "month",
    "names",
    "choices",
    "days",
    "spans",
    "lots",
    "chances",
    "json",
]
"""What a cell holds. `share`: a fraction, shown per cent. `json`: a value that no other kind can write."""
Path = tuple[str, ...]

IN_A_CELL: dict[type[BaseModel], Kind] = {Span: "spans", StockLot: "lots"}
"""Objects of which a list fits into a cell."""
_LIMITS = ("ge", "gt", "le", "lt")


@dataclass(frozen=True)
class Column:
    """A column of a table, or a line of settings: one field of the scenario.

    Attributes
    ----------
    path
        Names that lead to the field, from the record the row stands for.
    title
        Heading for people.
    choices
        The only values there are; empty where there are others.
    default
        What an empty cell means, as JSON data; None where it means nothing.
    limits
        Bounds of a number, by their names in pydantic: ge, gt, le, lt.
    """

    path: Path
    title: str
    kind: Kind
    description: str = ""
    example: Any = None
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    limits: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Shape:
    """A type without what is optional about it, and the bounds that stood with it."""

    bare: Any
    limits: dict[str, float]
    choices: tuple[Any, ...] = ()


def columns_of(model: type[BaseModel], name: str, path: Path = (), *, needed: bool = True) -> Iterator[Column | Path]:
    """Yield the columns of the fields of `model`; of a field that needs a table of its own, its path.

    Parameters
    ----------
    name
        What the record is called in `wording`.
    path
        Names that lead from the record to `model`.
    needed
        Whether every record has an object of `model` there.
    """
    for field, info in model.model_fields.items():
        here = (*path, info.alias or field)
        shape = _shape(info)
        inner = _models(shape.bare)
        if inner:
            for key, part in inner:
                yield from columns_of(part, name, (*here, *key), needed=needed and info.is_required())
        elif _is_table(shape.bare):
            yield here
        else:
            yield _column(name, here, info, shape, needed=needed)


def field_at(model: type[BaseModel], path: Path) -> FieldInfo:
    """Return the field of `model` that a path leads to through objects inside it."""
    info = model.model_fields[path[0]]
    return info if len(path) == 1 else field_at(_shape(info).bare, path[1:])


def item_of(model: type[BaseModel], path: Path) -> Any:
    """Return the type of the items of the list, or of the values of the object, that a path leads to."""
    return get_args(_shape(field_at(model, path)).bare)[-1]


def _column(name: str, path: Path, info: FieldInfo, shape: Shape, *, needed: bool) -> Column:
    key = ".".join((name, *path))
    examples = info.examples or [None]
    return Column(
        path,
        TITLES.get(key) or " ".join(path).replace("_", " ").capitalize(),
        KINDS.get(key) or _kind(shape),  # type: ignore[arg-type]
        (info.description or "").replace("`[]`", "none").replace("`", ""),
        examples[0],
        tuple(str(choice) for choice in shape.choices),
        _default(info),
        needed and info.is_required(),
        tuple(shape.limits.items()),
    )


def _default(info: FieldInfo) -> Any:
    """Return the default of a field as JSON data."""
    if info.is_required():
        return None
    value = info.get_default(call_default_factory=True)
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, bool | int | float | str | list) and value != [] else None


def _shape(info: FieldInfo) -> Shape:
    limits: dict[str, float] = {}
    _bounds(info.metadata, limits)
    branches = list(_branches(info.annotation, limits))
    if branches and all(get_origin(branch) is Literal for branch in branches):
        return Shape(branches[0], limits, tuple(choice for branch in branches for choice in get_args(branch)))
    bare = branches[0] if len(branches) == 1 else Any
    item = get_args(bare)[0] if get_origin(bare) is list else None
    return Shape(bare, limits, get_args(item) if get_origin(item) is Literal else ())


def _branches(annotation: Any, limits: dict[str, float]) -> Iterator[Any]:
    """Yield the types that a value may have, None left out; gather the bounds written with them."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _branches(part, limits)
    elif origin is Annotated:
        bare, *more = get_args(annotation)
        _bounds([inner for one in more for inner in (one.metadata if isinstance(one, FieldInfo) else [one])], limits)
        yield from _branches(bare, limits)
    elif annotation is not NoneType:
        yield annotation


def _bounds(metadata: list[Any], limits: dict[str, float]) -> None:
    limits.update({name: getattr(one, name) for one in metadata for name in _LIMITS if hasattr(one, name)})


def _models(bare: Any) -> list[tuple[Path, type[BaseModel]]]:
    """Return the objects inside a field with the names that lead to them; none where it is no object of fixed names."""
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return [((), bare)]
    key, value = get_args(bare) if get_origin(bare) is dict else (None, None)
    if get_origin(key) is Literal and isinstance(value, type) and issubclass(value, BaseModel):
        return [((str(name),), value) for name in get_args(key)]
    return []


def _is_table(bare: Any) -> bool:
    """Return whether a field holds a list of objects that does not fit into a cell, or free names with values."""
    item = get_args(bare)[-1] if get_origin(bare) in (list, dict) else None
    if get_origin(bare) is dict:
        return _scalar(item) in ("text", "money")
    return isinstance(item, type) and issubclass(item, BaseModel) and item not in IN_A_CELL


def _kind(shape: Shape) -> Kind:
    if get_origin(shape.bare) is list:
        item = get_args(shape.bare)[0]
        if item in IN_A_CELL:
            return IN_A_CELL[item]
        kind: Kind = "choices" if shape.choices else {"text": "names", "day": "days"}.get(_scalar(item), "json")  # type: ignore[assignment]
        return kind
    if get_origin(shape.bare) is dict:
        return "chances" if _scalar(get_args(shape.bare)[1]) == "number" else "json"
    if shape.choices:
        return "choice" if isinstance(shape.choices[0], str) else "count"
    kind = _scalar(shape.bare)
    upper = shape.limits.get("le", shape.limits.get("lt"))
    return "share" if kind == "number" and upper == 1 else kind


def _scalar(annotation: Any) -> Kind:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    kinds: dict[Any, Kind] = {
        bool: "flag",
        int: "count",
        float: "number",
        str: "text",
        date: "day",
        Decimal: "money",
    }
    return kinds.get(annotation, "json")
