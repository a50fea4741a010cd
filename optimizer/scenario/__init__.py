"""What the planner says: the scenario's format, its checks, what it means, and ways to bring one in."""

from optimizer.scenario.models import Scenario

__all__ = ["Scenario"]
