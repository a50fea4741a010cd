"""Planning of product gifting: whom to gift, whom to pay, when to ship, when each community's window opens.

The names below are the stable interface for notebooks and other programs::

    from optimizer import Settings, make_plan, read_scenario, to_json

    plan = make_plan(read_scenario("scenarios/trail_launch.json"), Settings(time_limit_seconds=30))
    print(plan.status, plan.totals.cost)
    text = to_json(plan)

Each name is loaded when it is first used, so that ``import optimizer`` alone is quick and loads no solver.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # Loading `typing` takes a while, and Ctrl-C is not heard in it.
if TYPE_CHECKING:
    from optimizer.plan import Plan, to_json
    from optimizer.planner import make_plan
    from optimizer.scenario.loading import read_scenario
    from optimizer.scenario.models import Scenario
    from optimizer.solve.settings import Settings

    __version__: str

__all__ = ["Plan", "Scenario", "Settings", "make_plan", "read_scenario", "to_json"]

_HOMES = {
    "Plan": "optimizer.plan",
    "Scenario": "optimizer.scenario.models",
    "Settings": "optimizer.solve.settings",
    "make_plan": "optimizer.planner",
    "read_scenario": "optimizer.scenario.loading",
    "to_json": "optimizer.plan",
}


if not TYPE_CHECKING:  # A type checker sees the imports above and rejects every other name.

    def __getattr__(name: str) -> object:
        """Return an exported object from the module that defines it."""
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415

            return version("groundswell")
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
