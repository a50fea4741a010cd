"""Writing files whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from optimizer.errors import InputError, Problem


def check_writable(path: Path) -> None:
    """Refuse a path that could not be written, before any work is done for it.

    Raises
    ------
    InputError
        If the folder does not exist or is not writable, or the path is a folder or a read-only file.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise _refused("is_a_folder", f"{path} is a folder.", "Name a file.")
    if not folder.is_dir():
        raise _refused("no_such_folder", f"The folder {folder} does not exist.", "Create it, or name another.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise _refused("not_writable", f"{path} may not be written.", "Name a file you may write.")


def check_folder(path: Path) -> None:
    """Refuse a folder that can neither be made nor be written into, before any work is done for it.

    Raises
    ------
    InputError
        If the path is no folder, is not writable, or its parent does not exist.
    """
    parent = path.absolute().parent
    if path.exists() and not path.is_dir():
        raise _refused("not_a_folder", f"{path} is a file.", "Name a folder; it is made where there is none.")
    if not parent.is_dir():
        raise _refused("no_such_folder", f"The folder {parent} does not exist.", "Create it, or name another.")
    if not os.access(path if path.exists() else parent, os.W_OK):
        raise _refused("not_writable", f"{path} may not be written.", "Name a folder you may write into.")


def make_folder(path: Path) -> None:
    """Make a folder and its parents where they are missing, before any work is done for its content.

    Raises
    ------
    InputError
        If it cannot be made or may not be written into.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused("not_a_folder", f"{path} could not be made: {error.strerror}.", "Name a folder.") from error
    check_folder(path)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write text as UTF-8, or bytes, so that a reader sees either the old file or the whole new one.

    The content goes to a new file in the same folder, is flushed to the disk, and is renamed in one step. A link is
    followed, a replaced file keeps its permissions, and a device or pipe is written to directly.

    Raises
    ------
    InputError
        If the path cannot be written; nothing is left behind.
    """
    raw = _bytes(content)
    with _reporting(path):
        if path.exists() and not path.is_file():
            path.write_bytes(raw)
        else:
            _replace({path.resolve(): raw})


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write texts (as UTF-8) and bytes into a folder, which is made if missing; its other files stay.

    All contents are on the disk before the first file is renamed.

    Raises
    ------
    InputError
        If they cannot be written; then no file is changed, unless a renaming itself fails.
    """
    with _reporting(folder):
        folder.mkdir(exist_ok=True)
        _replace({(folder / name).resolve(): _bytes(content) for name, content in files.items()})


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


@contextmanager
def _reporting(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refused(
            "not_writable", f"{path} could not be written: {error.strerror}.", "Free space, or name another file."
        ) from error


def _replace(contents: Mapping[Path, bytes]) -> None:
    drafts = {target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp"): target for target in contents}
    try:
        for draft, target in drafts.items():
            with draft.open("xb") as file:
                file.write(contents[target])
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                draft.chmod(target.stat().st_mode & 0o7777)
        for draft, target in drafts.items():
            draft.replace(target)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _refused(code: str, detail: str, remedy: str) -> InputError:
    return InputError([Problem(code, "", detail, remedy)])
