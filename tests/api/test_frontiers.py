"""What every budget buys, over HTTP: the command line's answer, and every problem at once."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from optimizer.analysis.frontier import frontier
from optimizer.answers.frontier import Frontier
from optimizer.scenario.loading import scenario_from_data
from optimizer.solve.settings import Settings
from tests.api.running import easy, service_of

BUDGETS = ["50.00", "300.00", "2000"]


def without_run(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "run"}


def test_the_frontier_is_the_one_of_the_command_line(client: TestClient) -> None:
    body = {"scenario": easy(), "budgets": BUDGETS, "settings": {"time_limit_seconds": 20, "seed": 2}}
    answer = client.post("/v1/frontiers", json=body)
    assert answer.status_code == 200, answer.text
    settings = Settings(time_limit_seconds=20, seed=2, workers=1)
    here = frontier(scenario_from_data(easy()), [5_000, 30_000, 200_000], settings).frontier
    assert without_run(answer.json()) == without_run(here.model_dump(mode="json"))
    assert answer.json()["run"]["time_limit_seconds"] == 20


def test_budgets_are_chosen_where_none_are_named(client: TestClient) -> None:
    answer = client.post("/v1/frontiers", json={"scenario": easy(), "points": 4})
    points = Frontier.model_validate_json(answer.text).points
    assert 1 <= len(points) <= 4
    assert points[-1].next_step is None


def test_nothing_is_stored_and_it_is_counted(client: TestClient) -> None:
    before = service_of(client).store.counts()
    client.post("/v1/frontiers", json={"scenario": easy(), "budgets": ["100"]})
    assert service_of(client).store.counts() == before
    assert 'groundswell_solves_total{kind="frontier",outcome="answered"}' in client.get("/metrics").text


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"budgets": ["0", "-1"]}, {"/budgets/1": "money_negative"}),
        ({"budgets": ["0"]}, {"/budgets/0": "out_of_range"}),
        ({"budgets": ["1.005", "5", "5.00"]}, {"/budgets/0": "money_too_fine", "/budgets/2": "duplicate_budget"}),
        ({"budgets": []}, {"/budgets": "too_short"}),
        ({"budgets": ["5"], "points": 3}, {"/points": "both_given"}),
        ({"points": 1}, {"/points": "out_of_range"}),
        ({"settings": {"method": "plain"}}, {"/settings/method": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_told(client: TestClient, changes: dict[str, Any], problems: dict[str, str]) -> None:
    answer = client.post("/v1/frontiers", json={"scenario": easy(), **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert {problem["pointer"]: problem["code"] for problem in answer.json()["problems"]} == problems


def test_a_time_limit_above_the_longest_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/frontiers", json={"scenario": easy(), "settings": {"time_limit_seconds": 31}})
    assert (answer.status_code, answer.json()["code"]) == (422, "time_limit_too_long")
