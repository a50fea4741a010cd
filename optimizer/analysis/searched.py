"""Whether a search made a plan: a status and a gap say something of those plans alone."""

from __future__ import annotations

from optimizer.plan import Plan

NO_SEARCH = ("evaluated", "baseline")
"""How `run.method` begins of plans that were judged as they stood."""


def is_searched(plan: Plan) -> bool:
    """Return whether a search made the plan, and so looked for better ones: only then is there a proof of anything."""
    proven = plan.status == "optimal" or plan.objective.cost_bound is not None
    return proven or not plan.run.method.startswith(NO_SEARCH)
