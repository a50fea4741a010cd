"""What is answered at once: plans, validations, evaluations, schemas and examples."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response, TimeoutException

from optimizer.plan import Plan, to_json
from optimizer.planner import make_plan
from optimizer.scenario.loading import scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.scenario.schema import schema_text
from optimizer.solve.settings import Settings
from tests.api.conftest import Serve
from tests.api.running import SCENARIOS, Document, easy, ended, hard, service_of, submitted
from tests.api.server import Server


def without_run(plan: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plan.items() if name != "run"}


def test_the_plan_is_the_one_that_the_command_line_makes(client: TestClient) -> None:
    answer = client.post("/v1/plans", json={"scenario": easy(), "settings": {"time_limit_seconds": 20, "seed": 3}})
    assert answer.status_code == 200
    here = json.loads(to_json(make_plan(scenario_from_data(easy()), Settings(time_limit_seconds=20, seed=3))))
    assert without_run(answer.json()) == without_run(here)
    assert answer.json()["run"]["time_limit_seconds"] == 20


def test_that_there_is_no_plan_is_an_answer(client: TestClient) -> None:
    scenario = json.loads((SCENARIOS / "too_small_a_network.json").read_text("utf-8"))
    answer = client.post("/v1/plans", json={"scenario": scenario})
    assert answer.status_code == 200
    assert answer.json()["status"] == "infeasible"
    assert answer.json()["diagnosis"]["blocked"]


def test_nothing_is_stored(client: TestClient) -> None:
    before = service_of(client).store.counts()
    client.post("/v1/plans", json={"scenario": easy()})
    assert service_of(client).store.counts() == before


def test_every_problem_is_told_at_once(client: TestClient) -> None:
    scenario = easy()
    scenario["horizon"]["end"] = "2027-02-30"
    scenario["creators"][3]["communities"] = ["nowhere"]
    body = {"scenario": scenario, "settings": {"gap": 2, "speed": 1}, "colour": "red"}
    answer = client.post("/v1/plans", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    found = {problem["pointer"]: problem["code"] for problem in answer.json()["problems"]}
    assert found == {
        "/scenario/horizon/end": "date_format",
        "/scenario/creators/3/communities/0": "unknown_reference",
        "/settings/gap": "out_of_range",
        "/settings/speed": "unknown_field",
        "/colour": "unknown_field",
    }
    assert all(problem["remedy"] for problem in answer.json()["problems"])


@pytest.mark.parametrize("asked", [31, 86_400])
def test_a_time_limit_above_the_longest_is_refused(client: TestClient, asked: float) -> None:
    answer = client.post("/v1/plans", json={"scenario": easy(), "settings": {"time_limit_seconds": asked}})
    assert (answer.status_code, answer.json()["code"]) == (422, "time_limit_too_long")


def test_the_longest_time_limit_is_allowed(client: TestClient) -> None:
    answer = client.post("/v1/plans", json={"scenario": easy(), "settings": {"time_limit_seconds": 30}})
    assert answer.status_code == 200


def test_who_finds_no_place_is_told_when_to_come_again(client: TestClient) -> None:
    body = {"scenario": hard(), "settings": {"time_limit_seconds": 4}}
    first: list[Response] = []
    thread = threading.Thread(target=lambda: first.append(client.post("/v1/plans", json=body)))
    thread.start()
    executor = service_of(client).plans.executor
    while not executor.running:
        assert thread.is_alive()
        time.sleep(0.01)
    answer = client.post("/v1/plans", json={"scenario": easy()})
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    thread.join()
    assert first[0].status_code == 200
    for _ in range(3):
        # Who has had an answer finds the place free.
        assert client.post("/v1/plans", json={"scenario": easy()}).status_code == 200


def test_each_is_answered_with_their_own_plan_whatever_they_call_their_requests(serve: Serve) -> None:
    client = serve(plan_places=2)
    scenarios = [{**easy(), "name": name} for name in ("mine", "yours")]
    answers: list[Response] = []

    def ask(scenario: Document) -> None:
        answers.append(client.post("/v1/plans", json={"scenario": scenario}, headers={"X-Request-ID": "same"}))

    threads = [threading.Thread(target=ask, args=[scenario]) for scenario in scenarios]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.json()["scenario"]["name"] for answer in answers} == {"mine", "yours"}


@pytest.mark.campaign
def test_who_goes_away_gives_the_place_back(tmp_path: Path) -> None:
    with Server(tmp_path, plan_places=1) as server:
        with pytest.raises(TimeoutException):
            server.client().post("/v1/plans", json={"scenario": hard()}, timeout=3)
        deadline = time.monotonic() + 20
        while (answer := server.client().post("/v1/plans", json={"scenario": easy()})).status_code != 200:
            assert answer.json()["code"] == "busy"
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_solve_that_needs_too_much_memory_is_told(serve: Serve) -> None:
    client = serve(memory_mb=64)
    answer = client.post("/v1/plans", json={"scenario": hard()})
    assert (answer.status_code, answer.json()["code"]) == (500, "solve_failed")
    assert "64 MB" in answer.json()["detail"]
    run = ended(client, submitted(client, hard()))
    assert (run["state"], run["failure"]["code"]) == ("failed", "out_of_memory")


def test_long_runs_leave_a_place_for_plans(client: TestClient) -> None:
    run = submitted(client, hard())
    assert client.post("/v1/plans", json={"scenario": easy()}).status_code == 200
    client.delete(f"/v1/runs/{run}")


def test_a_scenario_with_too_many_creators_is_refused(serve: Serve) -> None:
    client = serve(creators=14)
    for path in ("plans", "runs", "validations"):
        answer = client.post(f"/v1/{path}", json={"scenario": easy()})
        assert (answer.status_code, answer.json()["code"]) == (422, "too_many_creators")
    assert "15 creators" in answer.json()["detail"]


def test_a_good_scenario_is_valid(client: TestClient) -> None:
    answer = client.post("/v1/validations", json={"scenario": easy()}).json()
    assert answer["valid"]
    assert answer["problems"] == []
    assert answer["scenario"]["name"] == "Trail socks"
    assert {warning["code"] for warning in answer["warnings"]} >= {"holidays_ignored"}


def test_a_bad_scenario_is_answered_with_its_problems(client: TestClient) -> None:
    scenario = easy()
    del scenario["horizon"]
    scenario["activations"][0]["confidence"] = 1
    answer = client.post("/v1/validations", json={"scenario": scenario})
    assert answer.status_code == 200
    assert not answer.json()["valid"]
    # Pointers lead into the scenario, as those of warnings do.
    assert {problem["pointer"] for problem in answer.json()["problems"]} == {"/horizon", "/activations/0/confidence"}


def test_a_plan_of_ours_evaluates_to_itself(client: TestClient) -> None:
    plan = client.post("/v1/plans", json={"scenario": easy()}).json()
    answer = client.post("/v1/evaluations", json={"scenario": easy(), "plan": plan})
    assert answer.status_code == 200
    assert answer.json()["assignments"] == plan["assignments"]
    assert answer.json()["totals"] == plan["totals"]
    assert answer.json()["certificate"]["verified"]


def test_a_broken_rule_of_a_plan_made_by_hand_is_listed(client: TestClient) -> None:
    scenario = easy()
    scenario["budget"] = {"total": "20.00"}
    line = {
        "creator": "c01",
        "activation": "trail-spring",
        "mode": "gift",
        "ship_on": "2027-03-02",
        "window": {"start": "2027-03-08", "end": "2027-03-21"},
    }
    answer = client.post("/v1/evaluations", json={"scenario": scenario, "plan": {"assignments": [line]}}).json()
    assert {check["rule"] for check in answer["certificate"]["checks"] if not check["ok"]} == {
        "budget_total",
        "density",
    }


def test_what_is_wrong_with_a_plan_made_by_hand_is_told(client: TestClient) -> None:
    line = {"creator": "nobody", "activation": "trail-spring", "mode": "steal", "ship_on": "soon"}
    answer = client.post("/v1/evaluations", json={"scenario": easy(), "plan": {"assignments": [line]}})
    assert answer.status_code == 422
    pointers = {problem["pointer"] for problem in answer.json()["problems"]}
    assert pointers >= {f"/plan/assignments/0/{name}" for name in ("creator", "mode", "ship_on")}


def test_schemas_are_the_published_ones(client: TestClient) -> None:
    assert client.get("/v1/schemas/scenario").text == schema_text(Scenario)
    assert client.get("/v1/schemas/plan").text == schema_text(Plan)
    assert client.get("/v1/schemas/people").status_code == 422


def test_every_example_can_be_posted_as_it_is(client: TestClient) -> None:
    listed = client.get("/v1/examples").json()["examples"]
    assert {example["name"] for example in listed} == {file.stem for file in SCENARIOS.glob("*.json")}
    for example in listed:
        body = client.get(example["href"]).json()
        assert client.post("/v1/validations", json=body).json()["valid"]
    assert client.get("/v1/examples/nothing").status_code == 404
    assert client.get("/v1/examples/..%2F..%2Fpyproject").status_code == 404


def test_a_run_comes_to_the_plan_that_is_answered_at_once(client: TestClient) -> None:
    plan = client.post("/v1/plans", json={"scenario": easy(), "settings": {"time_limit_seconds": 20}}).json()
    run = ended(client, submitted(client, easy(), settings={"time_limit_seconds": 20}))
    assert without_run(run["plan"]) == without_run(plan)
