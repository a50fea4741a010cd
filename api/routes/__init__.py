"""The routes, a few lines each."""

from __future__ import annotations

from api.routes import documents, events, frontiers, operating, plans, runs

ROUTERS = (plans.router, frontiers.router, runs.router, events.router, documents.router, operating.router)

__all__ = ["ROUTERS"]
