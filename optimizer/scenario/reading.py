"""From bytes to JSON data: everything that can be wrong with a file before its fields are checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from optimizer.errors import InputError, Problem, pointer

LARGEST_FILE_MB = 64
MOST_FIELDS = 1_000
"""No object of our formats comes near this many fields; an object with more is cut off, so that garbage stays small."""
_LONGEST_INTEGER = 400
_LARGEST_EXACT = 2**53
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_CONTAINERS = (dict, list)


class Decoded(NamedTuple):
    """JSON data and what was wrong with the way it was written, though it could be read."""

    data: Any
    problems: list[Problem]


class _Flawed(dict[str, Any]):
    """An object that repeats a field or has far too many."""

    repeated: list[str]
    count: int


def read_json(source: Path | bytes | str) -> Any:
    """Return the JSON data of a file, or of its content.

    Raises
    ------
    InputError
        The file cannot be read, is too large, is not UTF-8 or not JSON, is nested too deep, or an object repeats a
        field or has more than `MOST_FIELDS`. NaN and Infinity are left to the validation of the fields they stand in.
    """
    decoded = decode(source)
    if decoded.problems:
        raise InputError(decoded.problems)
    return decoded.data


def decode(source: Path | bytes | str) -> Decoded:
    """Return JSON data with the problems that did not stop it from being read; raise InputError for those that did."""
    text = _text(content_of(source) if isinstance(source, Path) else source)
    flawed: list[_Flawed] = []

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) == len(pairs) <= MOST_FIELDS:
            return fields
        flawed.append(_flawed(pairs, fields))
        return flawed[-1]

    try:
        data = json.loads(text, object_pairs_hook=build, parse_int=_integer, parse_float=_number)
        if _SURROGATE.search(text):
            json.dumps(data, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _refusal(
            "not_json",
            f"line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})",
            "Correct the JSON there: double quotes around text, a comma between items and none after the last.",
        ) from None
    except RecursionError:
        raise _refusal(
            "nested_too_deep", "lists and objects are nested far too deep", "Check where brackets are left open."
        ) from None
    except UnicodeEncodeError:
        raise _refusal(
            "not_utf8", "an escape such as \\ud83d stands without its other half", "Write the character itself."
        ) from None
    return Decoded(data, list(_writing_problems(data)) if flawed else [])


def _refusal(code: str, detail: str, remedy: str, value: Any = None) -> InputError:
    return InputError([Problem(code, "", detail, remedy, value)])


def content_of(path: Path) -> bytes:
    """Return the content of a file, cut off beyond the largest size; raise InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE_MB * 2**20 + 1)
    except FileNotFoundError:
        raise _refusal("file_not_found", "there is no such file", "Check the path.", str(path)) from None
    except IsADirectoryError:
        raise _refusal("file_unreadable", "this is a directory", "Name a file in it.", str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal("file_unreadable", f"the file cannot be read: {reason}", "Check the file.", str(path)) from None


def _text(raw: bytes | str) -> str:
    """Return the text of a file, without the byte order mark some editors put first."""
    if len(raw) > LARGEST_FILE_MB * 2**20:
        raise _refusal(
            "file_too_large", f"the file is larger than {LARGEST_FILE_MB} MB", "Check that it is the right file."
        )
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
        if isinstance(raw, str):
            text.encode()
    except UnicodeError as error:
        where = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        raise _refusal("not_utf8", f"the file is not UTF-8 text{where}", "Save it as UTF-8.") from None
    return text


def _integer(written: str) -> int:
    """Return an integer; one too long for Python to convert is cut, and then is out of every range all the same."""
    return int(written[:_LONGEST_INTEGER])


def _number(written: str) -> int | float:
    """Return a number; a whole one spelled with decimals, such as 3.0, is whole, as JSON Schema has it."""
    number = float(written)
    return int(number) if number.is_integer() and abs(number) <= _LARGEST_EXACT else number


def _flawed(pairs: list[tuple[str, Any]], fields: dict[str, Any]) -> _Flawed:
    seen: set[str] = set()
    repeated: dict[str, None] = {}
    for name, _ in pairs:
        if name in seen:
            repeated[name] = None
        seen.add(name)
    flawed = _Flawed(list(fields.items())[:MOST_FIELDS])
    flawed.repeated = [name for name in repeated if name in flawed]
    flawed.count = len(pairs)
    return flawed


def _writing_problems(data: Any) -> Iterator[Problem]:
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Flawed):
            yield from _flaws(path, value)
        inside = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        waiting.extend(((*path, part), item) for part, item in inside if isinstance(item, _CONTAINERS))


def _flaws(path: tuple[str | int, ...], value: _Flawed) -> Iterator[Problem]:
    for name in value.repeated:
        yield Problem(
            "duplicate_field",
            pointer(*path, name),
            "this field is given more than once in one object",
            "Keep one of them.",
            name,
        )
    if value.count > MOST_FIELDS:
        yield Problem(
            "too_many_fields",
            pointer(*path),
            f"this object has {value.count:,} fields; no object has more than {MOST_FIELDS:,}",
            "Check that the file is of the right kind.",
        )
