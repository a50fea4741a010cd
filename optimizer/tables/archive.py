"""The parts of a zipped workbook that are read, each unpacked within limits before anything interprets it.

A workbook may come from anybody. Sizes are counted while unpacking, whatever the archive claims; document types and
entities are refused; macros, pictures and links stay packed. What is left is packed anew, without compression.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from optimizer.errors import InputError, Problem

MOST_BYTES = 256 * 2**20
"""Unpacked, all parts together; 100,000 creators take a fifth of it."""
MOST_PARTS = 5_000
MOST_CELLS = 4_000_000
"""Of the rectangle that holds all cells of a sheet, as it is what a reader allocates."""
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:workbook|styles|sharedStrings|metadata)[^/]*\.xml|xl/_rels/[^/]+\.rels"
    r"|xl/worksheets/[^/]+\.xml|xl/worksheets/_rels/[^/]+\.rels|mimetype|content\.xml|META-INF/manifest\.xml",
    re.IGNORECASE,
)
_REPEATED = re.compile(rb"number-(rows|columns)-repeated\s*=\s*[\"']([0-9]+)[\"']")
_ENDLESS = 16_000
"""Repeats of empty cells and rows up to the edge of a sheet, as LibreOffice writes them, are at least this long."""


def refused(code: str, detail: str, remedy: str) -> InputError:
    """Return the error of a file that cannot be read as a whole."""
    return InputError([Problem(code, "", detail, remedy)])


def parts_of(raw: bytes) -> dict[str, bytes]:
    """Return the needed parts of a zipped workbook by name; raise InputError where it is broken or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _broken() from None
    if len(entries) > MOST_PARTS:
        raise _too_large()
    parts: dict[str, bytes] = {}
    left = MOST_BYTES
    for entry in entries:
        name = entry.filename.lstrip("/").replace("\\", "/")
        if _NEEDED.fullmatch(name):
            if entry.flag_bits & 1:
                raise refused("password", "the workbook is protected by a password", "Save it without one.")
            parts[name] = _unpacked(raw, entry, left)
            left -= len(parts[name])
            _check_xml(name, parts[name])
    return parts


def _check_xml(name: str, xml: bytes) -> None:
    """Raise InputError for what no workbook has: entities, or an encoding in which the scan below would be blind."""
    if b"\0" in xml:
        raise refused("not_a_workbook", f"{name} is not UTF-8", "Open the file in a spreadsheet and save it anew.")
    if b"<!" in xml and re.search(rb"<!(?:DOCTYPE|ENTITY)", xml, re.IGNORECASE):
        raise refused("not_a_workbook", f"{name} holds a document type, as no workbook does", "Save it anew.")


def _unpacked(raw: bytes, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Return one part, unpacked up to a limit; what the archive claims about its size is not believed."""
    head = raw[entry.header_offset : entry.header_offset + 30]
    if len(head) < 30 or head[:4] != b"PK\3\4" or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _broken()
    begin = entry.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = raw[begin : begin + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        content = packed
    else:
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit + 1)
        except zlib.error:
            raise _broken() from None
    if len(content) > limit:
        raise _too_large()
    return content


def packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Return the parts as an archive again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def shortened(xml: bytes) -> bytes:
    """Return the XML of an OpenDocument sheet without the repeats of empty rows and columns up to its edge."""

    def shorter(match: re.Match[bytes]) -> bytes:
        return match[0] if int(match[2]) < _limit(match) else b"number-" + match[1] + b'-repeated="1"'

    def _limit(match: re.Match[bytes]) -> int:
        return _ENDLESS if match[1] == b"rows" else 500

    short = _REPEATED.sub(shorter, xml)
    rows = sum(int(match[2]) for match in _REPEATED.finditer(short) if match[1] == b"rows")
    columns = sum(int(match[2]) for match in _REPEATED.finditer(short) if match[1] == b"columns")
    if rows > MOST_CELLS or columns > MOST_CELLS or rows * 500 > MOST_CELLS * 25:
        raise _too_large()
    return short


def _broken() -> InputError:
    return refused(
        "not_a_workbook", "this is no workbook, or a damaged one", "Open it in a spreadsheet and save it anew."
    )


def _too_large() -> InputError:
    detail = f"unpacked, the workbook is larger than {MOST_BYTES // 2**20} MB"
    return refused("file_too_large", detail, "Check that it is the right file.")
