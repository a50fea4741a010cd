"""The routes, a few lines each."""

from __future__ import annotations

from api.routes import comparisons, documents, events, frontiers, operating, plans, runs

PARTS = (plans, frontiers, runs, comparisons, events, documents, operating)
ROUTERS = tuple(part.router for part in PARTS)

__all__ = ["ROUTERS"]
