"""Answers that are large documents: sent piece by piece, so that a slow reader holds memory that is counted."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Response
from starlette.types import Receive, Scope, Send

from api.bodies import JSON, MemoryBudget

PIECE = 2**18


class StoredText(Response):
    """A document as JSON text, whose memory counts until it is sent; 503 `busy` where there is none left."""

    def __init__(self, text: str, memory: MemoryBudget, headers: Mapping[str, str] | None = None):
        super().__init__(text, headers=headers, media_type=JSON)
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it; the server takes a piece once the one before has mostly gone."""
        with self._memory.holding(len(self.body)):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for begun in range(0, len(self.body), PIECE):
                piece = bytes(self.body[begun : begun + PIECE])
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
