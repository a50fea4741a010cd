"""Everything the store raises on purpose.

::

    StoreError
    ├── UnsupportedDatabase   the address names a database this store does not work with
    ├── DatabaseInUse         another server has the file
    ├── DatabaseUnavailable   it cannot be reached, is full, or others keep it busy
    │   └── DatabaseReplaced  its file is not the one that the service began with
    ├── UnknownSchema         the database was written by a version that this one does not know
    ├── DamagedDatabase       it is not what it should be, or would not be after a migration
    ├── UnknownWorkspace      there is no such workspace
    ├── KeyReused             an idempotency key came back with another request
    ├── TooManyOpen           the workspace has as many open runs as it may have
    └── QuotaReached          the workspace stores as much as it may store

The leaves are named after what is the matter.
"""
# ruff: noqa: N818

from __future__ import annotations

from optimizer.errors import GroundswellError


class StoreError(GroundswellError):
    """Root of the tree above; the message is a sentence for people.

    Attributes
    ----------
    told
        What clients may hear of it, without names of machines and files; None for nothing in particular.
    """

    told: str | None = None


class UnsupportedDatabase(StoreError):
    """The address names a database this store does not work with."""


class DatabaseInUse(StoreError):
    """Another server has the file."""


class DatabaseUnavailable(StoreError):
    """The database cannot be reached, is full, or others keep it busy; later it may work again."""

    def __init__(self, detail: str, told: str | None = None):
        self.told = told
        super().__init__(detail)


class DatabaseReplaced(DatabaseUnavailable):
    """The file of the database is gone, or another has its name: nothing may be read or written."""

    def __init__(self, detail: str):
        super().__init__(detail, detail)


class UnknownSchema(StoreError):
    """The database was written by a version that this one does not know."""


class DamagedDatabase(StoreError):
    """The file is no database, or a migration would have left rows that point nowhere and was taken back."""


class UnknownWorkspace(StoreError):
    """There is no such workspace."""


class KeyReused(StoreError):
    """An idempotency key came back with another request."""


class TooManyOpen(StoreError):
    """The workspace has as many open runs as it may have."""

    def __init__(self, most: int):
        self.most = most
        super().__init__(f"The workspace has {most} runs queued or running and may not have more at once.")


class QuotaReached(StoreError):
    """The workspace stores as much as it may store: runs that have ended, or bytes."""
