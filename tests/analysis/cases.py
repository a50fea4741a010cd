"""Small scenarios in which one limit at a time can be made tight, and ways to ask whether a change helps."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Collection
from typing import Any

from optimizer.analysis.certify import Certified, certified
from optimizer.analysis.diagnose import diagnose
from optimizer.plan import Diagnosis, WayOut
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings

Document = dict[str, Any]

SETTINGS = Settings(time_limit_seconds=60, diagnose_seconds=60, workers=1, seed=1)
POST = {"id": "post", "cost": "2.00", "transit_days": {"2": 1.0}}


def document(activations: list[Document], creators: list[Document], **fields: Any) -> Document:
    """Return a scenario document; every gift costs 12.00 and leads to a post in three of ten cases."""
    communities = {name: {"id": name, "authenticity": "low"} for item in creators for name in item["communities"]}
    base: Document = {
        "schema_version": 1,
        "name": "Small",
        "horizon": {"start": "2027-03-22", "end": "2027-04-11"},
        "products": [{"id": "socks", "unit_cost": "10.00"}],
        "shipping": {"services": [POST]},
        "posting": {"organic_rate": {"low": 0.3, "high": 0.3}},
        "communities": list(communities.values()),
    }
    return {**base, "activations": activations, "creators": creators, **fields}


def activation(name: str, community: str, **fields: Any) -> Document:
    """Return an activation of one post with confidence 0.6 (four gifts) in a window that starts on 2027-03-29."""
    fixed = {"start_earliest": "2027-03-29", "start_latest": "2027-03-29"}
    return {"id": name, "community": community, "min_posts": 1, "confidence": 0.6, **fixed, **fields}


def creators(community: str, count: int, **fields: Any) -> list[Document]:
    """Return creators `community-1` … of one community."""
    return [{"id": f"{community}-{number + 1}", "communities": [community], **fields} for number in range(count)]


def two(**fields: Any) -> Document:
    """Return a scenario of two activations, `a` (value 2) and `b`, with four creators each."""
    return document(
        [activation("a", "x", value=2), activation("b", "y")], creators("x", 4) + creators("y", 4), **fields
    )


def checked(given: Document) -> Scenario:
    """Return the scenario of a document that is valid."""
    return scenario_from_data(given)


def solved(given: Document) -> Certified:
    """Return the certified plan of a scenario, without simulation."""
    return certified(checked(given), SETTINGS, draws=0)


def diagnosed(given: Document) -> Diagnosis:
    """Return the diagnosis of a scenario's plan."""
    deadline = time.monotonic() + SETTINGS.time_limit_seconds
    return diagnose(checked(given), solved(given), SETTINGS, deadline=deadline, cancel=threading.Event())


def blocking(diagnosis: Diagnosis) -> dict[tuple[str | None, str], Any]:
    """Return what is attainable by activation and limit."""
    return {(item.activation, item.limit): item.attainable for item in diagnosis.blocked}


def way(diagnosis: Diagnosis, pointer: str) -> WayOut:
    """Return the one way out at a pointer."""
    (found,) = [item for item in diagnosis.ways_out if item.pointer == pointer]
    return found


def edited(given: Document, pointer: str, value: Any) -> Document:
    """Return a copy with one value replaced; None takes it away."""
    changed = copy.deepcopy(given)
    *path, last = pointer.split("/")[1:]
    place: Any = changed
    for part in path:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    if value is None:
        del place[int(last) if isinstance(place, list) else last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return changed


def securable(given: Document, wanted: Collection[str]) -> bool:
    """Return whether some plan secures all these activations."""
    required = [{**item, "required": item["id"] in wanted} for item in given["activations"]]
    result = solved({**given, "activations": required, "objective": {"goal": "activate_most"}})
    assert result.plan.status != "unknown"
    return result.plan.status != "infeasible"


def helps(given: Document, found: WayOut, wanted: Collection[str]) -> bool:
    """Return whether a way out makes it possible to secure all these activations."""
    return found.verified and securable(edited(given, found.pointer, found.to), wanted)
