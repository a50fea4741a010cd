"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from optimizer.errors import InputError, Problem


def check_writable(path: Path) -> None:
    """Refuse a path that could not be written, before any work is done for it.

    Raises
    ------
    InputError
        If the folder does not exist or is closed to us, or the path is a folder or a read-only file.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise _refused("is_a_folder", f"{path} is a folder.", "Name a file.")
    if not folder.is_dir():
        raise _refused("no_such_folder", f"The folder {folder} does not exist.", "Create it, or name another.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise _refused("not_writable", f"{path} may not be written.", "Name a file you may write.")


def write_atomically(path: Path, text: str) -> None:
    """Write `text` as UTF-8 so that a reader sees the old file or the whole new one, never a part.

    The text goes to a new file in the same folder, reaches the disk, and takes the name in one step. A link is
    followed, permissions of a file that is replaced stay, and a device or pipe is simply written to.

    Raises
    ------
    InputError
        If the path cannot be written; nothing is left behind.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text.encode("utf-8"))
    except OSError as error:
        raise _refused(
            "not_writable", f"{path} could not be written: {error.strerror}.", "Free space, or name another file."
        ) from error


def _replace(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o7777)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _refused(code: str, detail: str, remedy: str) -> InputError:
    return InputError([Problem(code, "", detail, remedy)])
