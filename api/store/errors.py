"""Everything the store raises on purpose.

::

    StoreError
    ├── UnsupportedDatabase   the address names a database this store does not work with
    ├── DatabaseInUse         another server has the file
    ├── UnknownSchema         the database was written by a version that this one does not know
    ├── DamagedDatabase       a migration would have left rows that point nowhere
    ├── UnknownWorkspace      there is no such workspace
    ├── KeyReused             an idempotency key came back with another request
    └── TooManyOpen           the workspace has as many open runs as it may have

The leaves are named after what is the matter.
"""
# ruff: noqa: N818

from __future__ import annotations

from optimizer.errors import GroundswellError


class StoreError(GroundswellError):
    """Root of the tree above; the message is a sentence for people."""


class UnsupportedDatabase(StoreError):
    """The address names a database this store does not work with."""


class DatabaseInUse(StoreError):
    """Another server has the file."""


class UnknownSchema(StoreError):
    """The database was written by a version that this one does not know."""


class DamagedDatabase(StoreError):
    """A migration would have left rows that point nowhere; it was taken back."""


class UnknownWorkspace(StoreError):
    """There is no such workspace."""


class KeyReused(StoreError):
    """An idempotency key came back with another request."""


class TooManyOpen(StoreError):
    """The workspace has as many open runs as it may have."""

    def __init__(self, most: int):
        self.most = most
        super().__init__(f"The workspace has {most} runs queued or running and may not have more at once.")
