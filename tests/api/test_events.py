"""Server-sent events: each once, in order, taken up again where they broke off."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient

from tests.api.databases import POSTGRES_IN_CAMPAIGN
from tests.api.running import easy, ended, hard, impossible, submitted, until

DATABASES = POSTGRES_IN_CAMPAIGN


class Event(NamedTuple):
    number: int
    kind: str
    data: dict[str, object]


def parsed(text: str) -> list[Event]:
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            events.append(Event(int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return events


def test_the_stream_tells_the_whole_story_and_ends(client: TestClient) -> None:
    run = submitted(client, easy())
    answer = client.get(f"/v1/runs/{run}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = parsed(answer.text)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    kinds = [event.kind for event in events]
    assert kinds[:2] == ["queued", "running"]
    assert kinds[-1] == "done"
    assert set(kinds[2:-1]) == {"progress", "verdict"}
    last = ended(client, run)
    assert events[-1].data["plan_status"] == last["status"]
    assert events[-1].data["incumbent"] == last["incumbent"]
    assert events[-1].data["bound"] == last["bound"]


@pytest.mark.campaign
def test_the_verdict_comes_before_the_diagnosis(client: TestClient) -> None:
    events = parsed(client.get(f"/v1/runs/{submitted(client, impossible())}/events").text)
    kinds = [event.kind for event in events]
    said = kinds.index("verdict")
    assert kinds.count("verdict") == 1
    assert events[said].data["status"] == "infeasible"
    asking = [event for event in events if str(event.data.get("phase")).startswith("asking")]
    assert asking
    assert all(event.number > events[said].number for event in asking)
    assert "done" in kinds[said:]


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_stream_is_taken_up_where_it_broke_off(client: TestClient, how: str) -> None:
    run = submitted(client, easy())
    ended(client, run)
    whole = parsed(client.get(f"/v1/runs/{run}/events").text)
    for seen in range(len(whole)):
        given = {"headers": {"Last-Event-ID": str(seen)}} if how == "header" else {"params": {"after": seen}}
        assert parsed(client.get(f"/v1/runs/{run}/events", **given).text) == whole[seen:]


def test_who_has_seen_the_end_is_not_to_come_again(client: TestClient) -> None:
    run = submitted(client, easy())
    ended(client, run)
    count = len(parsed(client.get(f"/v1/runs/{run}/events").text))
    assert client.get(f"/v1/runs/{run}/events", headers={"Last-Event-ID": str(count)}).status_code == 204


@pytest.mark.parametrize("last", ["-1", "x", "1.5", "9" * 40, "²"])
def test_an_id_that_is_none_is_refused(client: TestClient, last: str) -> None:
    run = submitted(client, easy())
    answer = client.get(f"/v1/runs/{run}/events", headers={b"Last-Event-ID": last.encode()})
    assert (answer.status_code, answer.json()["problems"][0]["pointer"]) == (422, "/header/Last-Event-ID")


def test_figures_only_get_better(client: TestClient) -> None:
    run = submitted(client, hard())
    until(client, run, "incumbent")
    client.post(f"/v1/runs/{run}/finish")
    events: Any = [
        event.data for event in parsed(client.get(f"/v1/runs/{run}/events").text) if event.kind == "progress"
    ]
    bounds = [event["bound"]["value"] for event in events if event["bound"]]
    assert bounds == sorted(bounds, reverse=True)
    found = [
        (event["incumbent"]["value"], -Decimal(event["incumbent"]["cost"])) for event in events if event["incumbent"]
    ]
    assert found
    assert found == sorted(found)


def test_events_come_as_they_happen(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notifier wakes the stream: looking by the clock alone would take an hour here."""
    monkeypatch.setattr("api.routes.events.LOOK_SECONDS", 3600)
    run = submitted(client, easy())
    assert parsed(client.get(f"/v1/runs/{run}/events").text)[-1].kind == "done"


def test_asking_to_finish_is_an_event(client: TestClient) -> None:
    run = submitted(client, hard())
    until(client, run, "incumbent")
    client.post(f"/v1/runs/{run}/finish")
    events = parsed(client.get(f"/v1/runs/{run}/events").text)
    asked = next(event for event in events if event.kind == "finish_asked")
    assert asked.data["by"] == "request"
    assert [event.number for event in events] == list(range(1, len(events) + 1))
