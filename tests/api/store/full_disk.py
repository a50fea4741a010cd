"""Fill a disk with runs, then erase: run on a small file system of its own by `test_reserve`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from api.store import DatabaseUnavailable, Store, make_engine, upgrade
from api.store.sqlite_file import FULL
from tests.api.store.runs import PLANNED, new_run


def filled(store: Store, workspace: str, size: int) -> list[str]:
    """Return runs that have ended and fill the disk, as far as the service lets them."""
    ids: list[str] = []
    try:
        while True:
            run_id = store.add_run(new_run(workspace, body=f"{len(ids):08d}" + os.urandom(size // 2).hex())).run.id
            ids.append(run_id)
            store.start(run_id, 1)
            store.end(run_id, PLANNED)
    except DatabaseUnavailable as error:
        if error.told != FULL:
            raise
    return ids


def main(folder: Path, reserve: bool) -> None:
    store = Store(make_engine(f"sqlite:///{folder}/groundswell.db"))
    upgrade(store.engine)
    if reserve:
        assert store.keep_reserve()
    workspace = store.default_workspace().id
    ids = filled(store, workspace, 2**20)
    # Others fill what is left, to the last byte.
    with (folder / "other").open("wb", buffering=0) as other:
        try:
            while True:
                other.write(b"x" * 4096)
        except OSError:
            pass
    erased = []
    for run_id in ids:
        try:
            erased.append(store.with_reserve(lambda run_id=run_id: store.erase(workspace, run_id)))  # type: ignore[misc]
        except DatabaseUnavailable:
            erased.append(False)
    (folder / "other").unlink()
    again = store.add_run(new_run(workspace)).run.id
    answer = {"stored": len(ids), "erased": sum(erased), "again": again, "left": len(store.runs(workspace))}
    print(json.dumps({**answer, "reserve": (folder / "groundswell.db.reserve").exists()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "reserve")
