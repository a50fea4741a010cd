"""``python -m tests.scale``: the constants of the model in ``docs/scale.md``, measured on this machine."""

from __future__ import annotations

import argparse

from tests.scale import alone, database, idle, overhead, planners, runs
from tests.scale.house import note


def main() -> None:
    """Read the options and measure what they say."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", default=["overhead", "throughput", "planners", "backlog", "database", "idle"]
    )
    parser.add_argument("--family", default="S", choices=["S", "M", "L"])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=100)
    asked = parser.parse_args()
    for part in asked.parts:
        note(f"\n## {part}\n")
        if part == "overhead":
            overhead.measure(asked.runs)
        elif part == "throughput":
            runs.throughput(asked.family, asked.runs, asked.servers, asked.rounds)
        elif part == "planners":
            planners.measure(asked.clients)
        elif part == "backlog":
            runs.backlog([0, 1000, 4000])
        elif part == "idle":
            idle.measure()
        elif part == "streams":
            alone.streams()
        elif part == "stored":
            alone.stored()
        elif part == "database":
            database.measure()
        else:
            parser.error(f"there is no part {part!r}")


if __name__ == "__main__":
    main()
