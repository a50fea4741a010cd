"""What goes over the wire arrives as it was."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as some

from optimizer.execution.cluster.messages import Event, answer_of, outcome_of, packed, unpacked
from optimizer.execution.executor import Failed, Finished, Outcome, Reason
from optimizer.solve.control import Progress

texts = some.text()
outcomes = some.one_of(some.builds(Finished, texts), some.builds(Failed, some.sampled_from(Reason), texts))
moments = some.builds(
    Progress, texts, *[some.none() | some.integers()] * 4, some.none() | some.floats(0, 1), some.just(1.5)
)


@given(outcomes)
def test_outcomes(outcome: Outcome) -> None:
    assert outcome_of(answer_of(outcome)) == outcome


@given(some.none() | moments)
def test_events(progress: Progress | None) -> None:
    event = Event("moved", "", "a", "tcp://host:1", "f00", 2, progress)
    message = {**json.loads(json.dumps(event.message())), "worker": "what a scheduler adds"}
    assert Event.of(message) == event


def test_texts_shrink() -> None:
    text = json.dumps([{"id": f"creator-{number}", "tier": "nano"} for number in range(1000)])
    assert len(packed(text)) < len(text) / 8
    assert unpacked(packed(text)) == text
