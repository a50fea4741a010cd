"""The folder of results, for one batch at a time; no file in it is half written, even if a batch dies.

=======================  =====================================================================================
``scenarios/KEY.json``   the scenario as it was solved: budget and confidence changed as asked for
``plans/KEY.json``       its plan
``outcomes/KEY.json``    the record of how the job ended, written last: what has one has its plan too
``summary.csv``          one row per job; ``summary.parquet`` where it is asked for
``times.csv``            seconds per job, apart because they differ between equal batches
``batch.log``            messages of the executor when something goes wrong
=======================  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from optimizer.answers.batch import FINAL, JobRecord
from optimizer.errors import InputError, Problem
from optimizer.export.files import write_atomically
from optimizer.scenario.loading import model_from_data, read_json

PARTS = ("scenarios", "plans", "outcomes")
LOCK = ".batch.lock"


class Folder:
    """Where a batch keeps its results; files of other batches that are in it too are left alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder and keep other batches out of it for as long as the block runs; remove stale drafts.

        The operating system holds the lock and releases it however this process ends.

        Raises
        ------
        InputError
            Another batch has the folder, it cannot be made, or it holds things that are no batch's.
        """
        self._make()
        lock = FileLock(self.path / LOCK, timeout=0, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire()
        except Timeout:
            detail = "another batch is writing to this folder"
            raise _refused("folder_in_use", detail, "Wait for it to end, or name another folder.") from None
        except OSError as error:
            raise _unwritable(error) from error
        try:
            for folder in (self.path, *(self.path / part for part in PARTS)):
                for draft in folder.glob(".*.tmp"):
                    draft.unlink(missing_ok=True)
            yield
        finally:
            lock.release()

    def file(self, part: str, key: str) -> Path:
        """Return a file of a job."""
        return self.path / part / f"{key}.json"

    def keep_scenario(self, key: str, text: str) -> None:
        """Have the changed scenario of a job on disk."""
        path = self.file("scenarios", key)
        if not path.is_file() or path.read_bytes() != text.encode("utf-8"):
            write_atomically(path, text)

    def record(self, result: JobRecord, plan: str | None) -> None:
        """Keep how a job ended: first the plan, then the record that vouches for it."""
        if plan is not None:
            write_atomically(self.file("plans", result.key), plan)
        write_atomically(self.file("outcomes", result.key), result.model_dump_json(indent=2) + "\n")

    def result(self, key: str) -> JobRecord | None:
        """Return how a job ended; None where there is no record of it, or its plan is gone."""
        path = self.file("outcomes", key)
        try:
            record = model_from_data(JobRecord, read_json(path))
        except InputError:
            return None
        has_plan = record.found.plan is None or self.file("plans", key).is_file()
        return record if has_plan and record.key == key else None

    def is_done(self, key: str) -> bool:
        """Return whether a job has a result that stands."""
        record = self.result(key)
        return record is not None and record.found.outcome in FINAL

    def forget(self, key: str) -> None:
        """Take away the record of a job, so that it is solved again."""
        self.file("outcomes", key).unlink(missing_ok=True)

    def _make(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not (self.path / LOCK).exists() and any(self.path.iterdir()):
                detail = f"the folder {self.path} holds other things than a batch's results"
                raise _refused("folder_not_empty", detail, "Name a new folder or an empty one.")
            for part in PARTS:
                (self.path / part).mkdir(exist_ok=True)
            (self.path / LOCK).touch()
        except FileExistsError as error:
            detail = f"{error.filename} is in the way: it is a file"
            raise _refused("not_a_folder", detail, "Name a folder, or one that can be made.") from error
        except OSError as error:
            raise _unwritable(error) from error


def _unwritable(error: OSError) -> InputError:
    return _refused("not_writable", f"the folder cannot be written: {error.strerror}", "Name one you may write.")


def _refused(code: str, detail: str, remedy: str) -> InputError:
    return InputError([Problem(code, "", detail, remedy)])
