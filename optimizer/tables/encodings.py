"""From the bytes of a text file to its text.

A byte order mark or valid UTF-8 decides. Else the encodings of Windows and old Macs in western and central Europe are
tried, where the text they make is one that people write; what is left is for `charset-normalizer`.
"""

from __future__ import annotations

import codecs
import re

from optimizer.errors import InputError, Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_FAMILIAR = {"cp1252": "Windows-1252", "cp1250": "Windows-1250", "mac_roman": "Mac Roman"}
_OTHERS = ["cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "gb18030", "big5", "cp949", "euc_jp"]
_ODD = re.compile(
    r"[^\W\d_][‘“„‚†‡•…‰™¤¦§¨©ª«¬®¯°±²³µ¶·¸¹º¼½¾×÷£¥¢€¿¡◊∂∑∏π∫Ω√≈≠≤≥∞∆˛ˇ˘˙˝˜ˆ]"
    r"|[¤¦§¨ª¬¯±²³µ¶¸¹¼½¾×÷£¥¢¿¡◊∂∑∏π∫Ω√≈≠≤≥∞∆˛ˇ˘˙˝˜ˆ][^\W\d_]"
    r"|[\x80-\x9f\ufffd]"
)
"""What words of western and central Europe do not hold: a sign at a letter."""
_RUNS = {"cp1252": re.compile(r"[^\x00-\x7f\W\d_]{3}"), "cp1250": re.compile(r"[^\x00-\x7f\W\d_]{5}")}
"""Nor so many accented letters in a row, which other scripts make; Polish has four."""
_SAMPLE = 200_000
REMEDY = "Save it as UTF-8, or name its encoding with --encoding."


def text_of(raw: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding.

    Parameters
    ----------
    raw
        The content of the file.
    encoding
        What the person who has the file says it is; None to find out.

    Raises
    ------
    InputError
        The encoding cannot be told, is not known, or is not that of the file.
    """
    if encoding is not None:
        return _as_named(raw, encoding)
    for mark, codec, name in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw, codec, name), name
    wide = _utf_16(raw)
    if wide is not None:
        return _decoded(raw, wide, "UTF-16"), "UTF-16"
    try:
        return raw.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _legacy(raw)


def _as_named(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        info = codecs.lookup(encoding)
        known = getattr(info, "_is_text_encoding", True)
    except LookupError:
        known = False
    if not known:
        detail = "there is no such encoding"
        raise InputError([Problem("unknown_encoding", "", detail, "Write utf-8, utf-16 or cp1252.", encoding)])
    return _decoded(raw, encoding, encoding).removeprefix("\ufeff"), info.name


def _decoded(raw: bytes, codec: str, name: str) -> str:
    try:
        text = raw.decode(codec)
        text.encode()
    except UnicodeError:
        detail = f"the file is not {name} text, as its beginning or --encoding says"
        raise InputError([Problem("not_text", "", detail, REMEDY)]) from None
    return text


def _utf_16(raw: bytes) -> str | None:
    """Return the UTF-16 codec of a text without byte order mark: every second byte of mostly ASCII text is 0."""
    some = raw[:2000]
    half = len(some) // 2
    if half < 2:
        return None
    if some[1::2].count(0) > 0.6 * half and not some[::2].count(0):
        return "utf-16-le"
    return "utf-16-be" if some[::2].count(0) > 0.6 * half and not some[1::2].count(0) else None


def _legacy(raw: bytes) -> tuple[str, str]:
    for codec, name in _FAMILIAR.items():
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        if not _ODD.search(text) and not _RUNS.get(codec, _RUNS["cp1252"]).search(text):
            return text, name
    # Loaded here because few files need it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = None if b"\0" in raw else from_bytes(raw[:_SAMPLE], cp_isolation=[*_OTHERS, *_FAMILIAR]).best()
    try:
        if best is not None:
            return raw.decode(best.encoding), best.encoding
    except UnicodeDecodeError:
        pass
    raise InputError([Problem("unknown_encoding", "", "the encoding of the text cannot be told", REMEDY)])
