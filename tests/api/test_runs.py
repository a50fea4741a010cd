"""Runs: queued, followed, finished, repeated, derived, listed and erased."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.store import Scope
from optimizer.plan import Plan
from optimizer.scenario.loading import fingerprint, scenario_from_data
from optimizer.verify import verify
from tests.api.conftest import Serve
from tests.api.databases import POSTGRES_IN_CAMPAIGN
from tests.api.running import bearer, easy, ended, hard, service_of, submitted, until

DATABASES = POSTGRES_IN_CAMPAIGN


def named(name: str) -> dict[str, Any]:
    return {**easy(), "name": name}


def test_a_run_is_accepted_and_solved_in_its_turn(client: TestClient) -> None:
    answer = client.post("/v1/runs", json={"scenario": easy(), "label": "march"})
    assert answer.status_code == 202
    run = answer.json()
    assert answer.headers["Location"] == f"/v1/runs/{run['id']}"
    assert int(answer.headers["Retry-After"]) > 0
    assert run["state"] == "queued"
    assert run["label"] == "march"
    assert "plan" not in run
    done = ended(client, run["id"])
    assert done["state"] == "done"
    assert done["status"] == done["plan"]["status"] == "optimal"
    assert done["incumbent"]["cost"] == done["plan"]["objective"]["least_cost"]
    assert done["bound"]["cost"] == done["plan"]["objective"]["cost_bound"]
    assert done["gap"] == done["plan"]["objective"]["gap"]
    assert done["attempts"] == 1
    times = done["times"]
    assert times["created"] < times["started"] < times["ended"]
    assert all(time.endswith("Z") for time in times.values())
    assert done["scenario"]["sha256"] == done["plan"]["scenario"]["sha256"]


def test_runs_wait_their_turn(client: TestClient) -> None:
    first, second, third = (submitted(client, hard()), submitted(client, easy()), submitted(client, easy()))
    until(client, first, "running")
    assert client.get(f"/v1/runs/{second}").json()["state"] == "queued"
    client.delete(f"/v1/runs/{first}")
    assert ended(client, second)["times"]["ended"] <= ended(client, third)["times"]["started"]


def test_the_same_key_with_the_same_body_is_the_same_run(client: TestClient) -> None:
    headers = {"Idempotency-Key": "same"}
    body = {"scenario": easy(), "label": "once"}
    first = client.post("/v1/runs", json=body, headers=headers).json()
    spaced = client.post(
        "/v1/runs", content=json.dumps(body, indent=3), headers={**headers, "content-type": "application/json"}
    )
    assert spaced.status_code == 202
    assert spaced.json()["id"] == first["id"]
    assert len(client.get("/v1/runs", params={"label": "once"}).json()["runs"]) == 1
    ended(client, first["id"])
    assert client.post("/v1/runs", json=body, headers=headers).json()["id"] == first["id"]


def test_the_same_key_with_another_body_is_refused(client: TestClient) -> None:
    headers = {"Idempotency-Key": "other"}
    assert client.post("/v1/runs", json={"scenario": easy()}, headers=headers).status_code == 202
    answer = client.post("/v1/runs", json={"scenario": easy(), "label": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_a_key_is_refused_only_while_its_first_request_is_unanswered(client: TestClient) -> None:
    headers = {"Idempotency-Key": "slow"}
    service = service_of(client)
    with service.in_flight.holding(service.workspace_id, "slow"):
        answer = client.post("/v1/runs", json={"scenario": easy()}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "request_unanswered")
    assert client.post("/v1/runs", json={"scenario": easy()}, headers=headers).status_code == 202


def test_a_refused_request_does_not_use_its_key_up(client: TestClient) -> None:
    headers = {"Idempotency-Key": "mended"}
    assert client.post("/v1/runs", json={"scenario": {}}, headers=headers).status_code == 422
    assert client.post("/v1/runs", json={"scenario": easy()}, headers=headers).status_code == 202


def test_a_run_can_be_derived_by_a_patch(client: TestClient) -> None:
    parent = submitted(client, easy(), settings={"gap": 0.01, "seed": 5})
    patch = {"name": "Less", "activations": None, "communities": [{"id": "trail-running", "max_paid_share": 1}]}
    answer = client.post("/v1/runs", json={"from_run": parent, "patch": patch, "label": "what-if"})
    assert answer.status_code == 202
    run = answer.json()
    assert run["from_run"] == parent
    assert (run["settings"]["gap"], run["settings"]["seed"]) == (0.01, 5)
    expected = {**easy(), "name": "Less", "communities": patch["communities"]}
    del expected["activations"]
    assert client.get(f"/v1/runs/{run['id']}/scenario").json() == expected
    assert run["scenario"]["sha256"] == fingerprint(scenario_from_data(expected))
    assert client.get(f"/v1/runs/{parent}/scenario").json() == easy()
    client.delete(f"/v1/runs/{parent}")
    assert client.get(f"/v1/runs/{run['id']}").json()["from_run"] == parent


def test_a_patch_that_spoils_the_scenario_is_refused(client: TestClient) -> None:
    parent = submitted(client, easy())
    answer = client.post("/v1/runs", json={"from_run": parent, "patch": {"horizon": None, "budget": {"total": "-1"}}})
    assert answer.status_code == 422
    assert {p["pointer"] for p in answer.json()["problems"]} == {"/patch/horizon", "/patch/budget/total"}


def test_a_patch_of_no_run_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/runs", json={"from_run": "nobody", "patch": {}})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_full_queue_is_refused_until_there_is_room(serve: Serve) -> None:
    client = serve(queued_runs=2)
    first, _ = submitted(client, hard()), submitted(client, easy())
    answer = client.post("/v1/runs", json={"scenario": easy()})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_queued")
    assert int(answer.headers["Retry-After"]) > 0
    client.delete(f"/v1/runs/{first}")
    submitted(client, easy())


def test_finishing_keeps_the_best_plan_so_far(client: TestClient) -> None:
    run = submitted(client, hard())
    until(client, run, "incumbent")
    answer = client.post(f"/v1/runs/{run}/finish")
    assert answer.status_code == 202
    assert answer.json()["finish_asked"] == "request"
    done = ended(client, run)
    assert (done["state"], done["status"]) == ("done", "feasible")
    assert done["incumbent"]["value"] > 0
    plan = Plan.model_validate(done["plan"])
    scenario = scenario_from_data(hard())
    assert all(check.ok for check in verify(scenario, plan, fingerprint=fingerprint(scenario)))
    again = client.post(f"/v1/runs/{run}/finish")
    assert (again.status_code, again.json()["state"]) == (202, "done")


def test_finishing_what_has_not_begun_cancels_it(client: TestClient) -> None:
    first, second = submitted(client, hard()), submitted(client, easy())
    until(client, first, "running")
    answer = client.post(f"/v1/runs/{second}/finish")
    assert answer.json()["state"] == "cancelled"
    client.delete(f"/v1/runs/{first}")
    after = submitted(client, easy())
    assert ended(client, after)["state"] == "done"
    assert client.get(f"/v1/runs/{second}").json()["state"] == "cancelled"
    refused = client.post(f"/v1/runs/{second}/finish")
    assert (refused.status_code, refused.json()["code"]) == (409, "run_has_ended")


def test_erasing_leaves_nothing_and_frees_the_place(client: TestClient) -> None:
    run = submitted(client, hard())
    until(client, run, "running")
    assert client.delete(f"/v1/runs/{run}").status_code == 204
    assert service_of(client).jobs.executor.running == 0
    for path in ("", "/scenario", "/events"):
        assert client.get(f"/v1/runs/{run}{path}").status_code == 404
    assert client.delete(f"/v1/runs/{run}").status_code == 404
    assert ended(client, submitted(client, easy()))["state"] == "done"


def test_pages_follow_one_another_without_loss(client: TestClient) -> None:
    made = [submitted(client, easy(), label="page") for _ in range(5)]
    seen: list[str] = []
    params: dict[str, Any] = {"label": "page", "limit": 2}
    for expected in (2, 2, 1):
        page = client.get("/v1/runs", params=params).json()
        assert len(page["runs"]) == expected
        seen += [run["id"] for run in page["runs"]]
        params["cursor"] = page["next"]
    assert page["next"] is None
    assert seen == made[::-1]


def test_runs_are_listed_by_state(client: TestClient) -> None:
    done = submitted(client, easy(), label="by-state")
    ended(client, done)
    listed = client.get("/v1/runs", params={"label": "by-state", "state": "done"}).json()["runs"]
    assert [run["id"] for run in listed] == [done]
    assert client.get("/v1/runs", params={"label": "by-state", "state": "failed"}).json()["runs"] == []
    assert client.get("/v1/runs", params={"state": "lost"}).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "MjAyNy0wMy0wMSBhYmM"])
def test_a_cursor_that_is_not_ours_is_refused(client: TestClient, cursor: str) -> None:
    answer = client.get("/v1/runs", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["problems"][0]["pointer"]) == (422, "/query/cursor")


@pytest.mark.parametrize("label", ["", "x" * 201, "a\nb"])
def test_a_label_is_one_line_of_text(client: TestClient, label: str) -> None:
    answer = client.post("/v1/runs", json={"scenario": easy(), "label": label})
    assert answer.status_code == 422
    assert [problem["pointer"] for problem in answer.json()["problems"]] == ["/label"]


def test_a_new_service_takes_up_what_the_old_one_left(serve: Serve) -> None:
    old = serve()
    running, queued = submitted(old, hard()), submitted(old, easy())
    until(old, running, "running")
    service_of(old).jobs.executor.close(0)
    assert old.get(f"/v1/runs/{running}").json()["state"] == "running"
    new = serve()
    until(new, running, "incumbent")
    new.post(f"/v1/runs/{running}/finish")
    assert ended(new, running)["attempts"] == 2
    assert ended(new, queued)["state"] == "done"


def test_a_wish_to_finish_outlasts_a_restart(serve: Serve) -> None:
    old = serve()
    run = submitted(old, hard())
    until(old, run, "running")
    service_of(old).jobs.executor.close(0)
    # As a client does a moment before the service is killed.
    service_of(old).store.finish_asked(run, "request")
    done = ended(serve(), run)
    assert (done["attempts"], done["status"], done["finish_asked"]) == (2, "feasible", "request")
    assert done["incumbent"]["value"] > 0


def test_workspaces_take_turns(serve: Serve) -> None:
    client = serve()
    first, second = (bearer(service_of(client).store.create_key(name, "test", Scope.RUN)[1]) for name in ("one", "two"))
    blocking = submitted(client, hard(), first)
    until(client, blocking, "running", headers=first)
    ours = [submitted(client, easy(), first) for _ in range(3)]
    theirs = submitted(client, easy(), second)
    client.delete(f"/v1/runs/{blocking}", headers=first)
    last = ended(client, ours[-1], first)
    assert ended(client, theirs, second)["times"]["started"] < last["times"]["started"]


def test_stopping_keeps_the_best_plan_of_what_runs(serve: Serve) -> None:
    client = serve(shutdown_seconds=20)
    running, queued = submitted(client, hard()), submitted(client, easy())
    until(client, running, "incumbent")
    service = service_of(client)
    service.begin_stop()
    refused = client.post("/v1/runs", json={"scenario": easy()})
    assert (refused.status_code, refused.json()["code"]) == (503, "stopping")
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
    service.stop()
    kept = client.get(f"/v1/runs/{running}").json()
    assert (kept["state"], kept["status"], kept["finish_asked"]) == ("done", "feasible", "shutdown")
    assert client.get(f"/v1/runs/{queued}").json()["state"] == "queued"


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x9b"])
def test_control_characters_are_refused_wherever_they_stand(client: TestClient, character: str) -> None:
    text = f"spring{character}launch"
    run = submitted(client, easy())
    asked = [
        ("/scenario/name", {"scenario": named(text)}),
        ("/label", {"scenario": easy(), "label": text}),
        ("/patch/name", {"from_run": run, "patch": {"name": text}}),
        ("/from_run", {"from_run": text, "patch": {}}),
    ]
    for place, body in asked:
        answer = client.post("/v1/runs", json=body)
        assert answer.status_code == 422, answer.text
        assert ("control_character", place) in {(one["code"], one["pointer"]) for one in answer.json()["problems"]}
    assert client.get("/v1/runs", params={"label": text}).status_code == 422
