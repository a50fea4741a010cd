"""Forms: the files and texts of a ``multipart/form-data`` body."""

from __future__ import annotations

from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import create_form_parser

from api.problems import invalid
from optimizer.errors import Problem

LIMITS: Any = {"MAX_FIELDS": 20, "MAX_MEMORY_FILE_SIZE": float("inf")}
"""A body is held in memory already; nothing of it goes to the disk."""


def form_parts(raw: bytes, content_type: str) -> dict[str, bytes]:
    """Return the parts of a form by name; end the request where it is none, or a part comes twice."""
    parts: dict[str, bytes] = {}
    problems: list[Problem] = []

    def keep(name: bytes | None, content: bytes) -> None:
        known = (name or b"").decode("utf-8", "replace")
        if known in parts:
            problems.append(Problem("duplicate_field", f"/{known}", "this part is given more than once", "Keep one."))
        parts[known] = content

    def field(part: Any) -> None:
        keep(part.field_name, part.value or b"")

    def file(part: Any) -> None:
        part.file_object.seek(0)
        keep(part.field_name, part.file_object.read())

    headers: Any = {"Content-Type": content_type.encode("latin-1")}
    try:
        parser = create_form_parser(headers, field, file, config=LIMITS)
        parser.write(raw)
        parser.finalize()
    except (FormParserError, ValueError):
        detail, remedy = "the body is not a form with parts", "Send multipart/form-data with its boundary."
        raise invalid([Problem("not_a_form", "", detail, remedy)]) from None
    if problems:
        raise invalid(problems)
    return parts
