"""The routes, a few lines each."""

from __future__ import annotations

from api.routes import comparisons, documents, events, frontiers, health, imports, plans, runs

PARTS = (plans, imports, frontiers, runs, comparisons, events, documents, health)
ROUTERS = tuple(part.router for part in PARTS)

__all__ = ["ROUTERS"]
