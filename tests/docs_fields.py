"""Write the tables of fields in ``docs/scenario.md`` and ``docs/plan.md`` from the JSON Schemas of the formats.

Run ``python -m tests.docs_fields`` after changing a field. In both pages, everything below the line `MARK` is made
here and everything above it is written by hand; ``tests/test_docs.py`` fails while a page and its schema differ.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from optimizer.plan import Plan
from optimizer.scenario.fields import PRINTABLE
from optimizer.scenario.models import Scenario
from optimizer.scenario.schema import Schema, json_schema

DOCS = Path(__file__).parent.parent / "docs"
PAGES: dict[str, type[BaseModel]] = {"scenario.md": Scenario, "plan.md": Plan}
LONGEST_EXAMPLE = 80
MARK = "<!-- Made by `python -m tests.docs_fields` from here on. -->\n"


def page(name: str) -> str:
    """Return the text of a page with its tables as the schema has them now."""
    written, mark, _ = (DOCS / name).read_text(encoding="utf-8").partition(MARK)
    assert mark, f"docs/{name} lacks the line {MARK}"
    return written + MARK + fields(PAGES[name])


def fields(model: type[BaseModel]) -> str:
    """Return one table per object of a format, as Markdown: the document itself, then its parts as they come up."""
    schema = json_schema(model)
    definitions = schema.get("$defs", {})
    return "".join(_section(name, part) for name, part in _in_order(schema, definitions))


def _in_order(schema: Schema, definitions: dict[str, Schema]) -> list[tuple[str, Schema]]:
    """Return the document and the objects inside it, each after the first that refers to it."""
    parts = {str(schema["title"]): schema}
    _collect(schema, definitions, parts)
    return list(parts.items())


def _collect(part: Schema, definitions: dict[str, Schema], parts: dict[str, Schema]) -> None:
    for name in dict.fromkeys(_references(part.get("properties", {}))):
        if name not in parts:
            parts[name] = definitions[name]
            _collect(definitions[name], definitions, parts)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield _name(node)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _section(name: str, part: Schema) -> str:
    needed = set(part.get("required", ()))
    defaults = any(field not in needed for field in part["properties"])
    head = ["field", "type", *(["default"] if defaults else []), "meaning", "example"]
    rows = [head, ["---"] * len(head)]
    for field, shape in part["properties"].items():
        default = [_default(shape, needed=field in needed)] if defaults else []
        rows.append([f"`{field}`", _type(shape), *default, shape["description"], _example(shape)])
    table = "".join("| " + " | ".join(_cell(cell) for cell in row) + " |\n" for row in rows)
    return f"\n### {name}\n\n{part['description']}\n\n{table}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _example(shape: Schema) -> str:
    """Return the example of a field; that of an object stands in the object's own table if it is long."""
    text = _code(shape["examples"][0])
    return text if len(text) <= LONGEST_EXAMPLE or "$ref" not in json.dumps(shape) else "–"


def _default(shape: Schema, *, needed: bool) -> str:
    if needed:
        return "needed"
    if shape.get("default") is not None:
        return _code(shape["default"])
    return "–"


def _type(shape: Schema) -> str:
    """Return what a field may hold, in words; objects link to their table."""
    if "$ref" in shape:
        return f"[{_name(shape)}](#{_name(shape).lower()})"
    if "anyOf" in shape:
        # An amount may be written as text or as a number; that is one type for the reader.
        amount = any(_text(choice) == "amount" for choice in shape["anyOf"])
        choices = [choice for choice in shape["anyOf"] if not (amount and choice.get("type") == "number")]
        return " or ".join(_type(choice) for choice in choices)
    if "enum" in shape or "const" in shape:
        return ", ".join(_code(value) for value in shape.get("enum", [shape.get("const")]))
    return WORDS[shape["type"]](shape)


def _text(shape: Schema) -> str:
    if shape.get("format") == "date":
        return "day"
    return PATTERNS.get(shape.get("pattern", ""), "text")


def _list(shape: Schema) -> str:
    return f"list of {_type(shape['items'])}"


def _map(shape: Schema) -> str:
    """Return what a map from keys to values holds."""
    if "patternProperties" in shape:
        ((pattern, values),) = shape["patternProperties"].items()
        keys = PATTERNS[pattern]
    else:
        values, names = shape["additionalProperties"], shape.get("propertyNames", {})
        keys = ", ".join(_code(name) for name in names["enum"]) if "enum" in names else "text"
    return f"map from {keys} to {_type(values)}"


def _range(shape: Schema) -> str:
    least = shape.get("minimum", shape.get("exclusiveMinimum"))
    most = shape.get("maximum", shape.get("exclusiveMaximum"))
    if least is None and most is None:
        return ""
    if most is None:
        return f" ≥ {least:g}" if "minimum" in shape else f" > {least:g}"
    bounds = f", {least:,g} to {most:,g}" if most < 10**6 else f" ≥ {least:g}"
    ends = [end for end, key in ((least, "exclusiveMinimum"), (most, "exclusiveMaximum")) if key in shape]
    return bounds + (f" (not {' or '.join(f'{end:g}' for end in ends)})" if ends else "")


def _name(part: Schema) -> str:
    return str(part["$ref"]).rpartition("/")[2]


PATTERNS = {
    r"^[0-9]{1,15}(\.[0-9]{1,6})?$": "amount",
    r"^\d+(\.\d+)?$": "amount",
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": "month",
    r"^[1-9][0-9]{0,2}$": "number of days",
    PRINTABLE: "text",
}
"""What a text that matches a pattern is called."""

WORDS: dict[str, Callable[[Schema], str]] = {
    "array": _list,
    "object": _map,
    "string": _text,
    "integer": lambda shape: "whole number" + _range(shape),
    "number": lambda shape: "number" + _range(shape),
    "boolean": lambda _: "true or false",
    "null": lambda _: "null",
}


def main() -> None:
    """Bring the pages up to date."""
    for name in PAGES:
        (DOCS / name).write_text(page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
