"""The scenario as a document that single fields of can be changed, and the question a changed scenario is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.models import Activation, Scenario
from optimizer.scenario.semantics import Wave, waves, written_activations

Scalar = str | float | int | bool | None


@dataclass(frozen=True)
class Patch:
    """One field set to a value; None takes the field, or the item of a list, away."""

    pointer: str
    value: Scalar


def document(scenario: Scenario) -> Any:
    """Return the scenario as JSON data with its fields as given, activations written out where they were left out."""
    data = scenario.model_dump(mode="json", exclude_unset=True, by_alias=True)
    if scenario.activations is None:
        data["activations"] = [
            activation.model_dump(mode="json", exclude_unset=True) for activation, _ in written_activations(scenario)
        ]
    return data


def activation_pointer(wave: Wave) -> str:
    """Return where the activation of a wave stands in `document`."""
    return wave.pointer.replace("/communities/", "/activations/", 1)


def patched(data: Any, patches: Iterable[Patch]) -> Any:
    """Return the document with some fields changed; what is not on their way is shared, not copied.

    Items of lists are taken away from the end, so that the pointers of one call do not move each other.
    """
    ordered = sorted(patches, key=lambda patch: [part.zfill(9) for part in _parts(patch.pointer)], reverse=True)
    for patch in ordered:
        data = _changed(data, _parts(patch.pointer), patch.value)
    return data


def value_at(data: Any, pointer: str) -> Any:
    """Return the value at a pointer; None where it is not given."""
    for part in _parts(pointer):
        if isinstance(data, list):
            data = data[int(part)]
        elif data is None or part not in data:
            return None
        else:
            data = data[part]
    return data


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _changed(data: Any, parts: list[str], value: Scalar) -> Any:
    head, rest = parts[0], parts[1:]
    if isinstance(data, list):
        index = int(head)
        if not rest and value is None:
            return [*data[:index], *data[index + 1 :]]
        return [*data[:index], _changed(data[index], rest, value) if rest else value, *data[index + 1 :]]
    fields = dict(data or {})
    if rest:
        fields[head] = _changed(fields.get(head), rest, value)
    elif value is None:
        fields.pop(head, None)
    else:
        fields[head] = value
    return fields


def posed(scenario: Scenario, asked: Collection[str]) -> Scenario:
    """Return the question: what does it cost at least to secure all of `asked`, and nothing else, with every rule kept?

    It is a scenario of its own: the waves asked for written out one by one, the goal `min_cost`, no slack. Locks of
    other activations and creators of other communities are left out, as they have no part in the answer.
    """
    written = {where: activation for activation, where in written_activations(scenario)}
    wanted = [wave for wave in waves(scenario) if wave.id in asked]
    communities = {wave.community for wave in wanted}
    locks = [lock for lock in scenario.locks if lock.activation in asked]
    return scenario.model_copy(
        update={
            "objective": scenario.objective.model_copy(update={"goal": "min_cost", "cost_slack": 0.0}),
            "activations": [_written_out(wave, written[wave.pointer]) for wave in wanted],
            "creators": [item for item in scenario.creators if not communities.isdisjoint(item.communities)],
            "locks": locks,
        }
    )


def _written_out(wave: Wave, activation: Activation) -> Activation:
    fields = {"id": wave.id, "start_earliest": wave.earliest, "start_latest": wave.latest, "repeat": None}
    return activation.model_copy(update=fields)
