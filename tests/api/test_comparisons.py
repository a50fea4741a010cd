"""Runs side by side: what the command line would say of their plans."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.store import Scope
from optimizer.analysis.compare.comparing import Candidate, compare_plans
from optimizer.answers.comparison import Comparison
from optimizer.plan import Plan
from optimizer.scenario.loading import scenario_from_data
from tests.api.conftest import Lend
from tests.api.databases import BOTH
from tests.api.running import bearer, easy, ended, hard, in_process, service_of, submitted

DATABASES = BOTH


@pytest.fixture(scope="module")
def runs(lend: Lend) -> Iterator[tuple[TestClient, list[str]]]:
    """A service with three finished runs, the last of them in another currency."""
    with lend() as url, in_process(url) as client:
        poor = {**easy(), "budget": {"total": "400.00"}}
        foreign = {**easy(), "currency": "EUR"}
        made = [submitted(client, easy(), label="ample"), submitted(client, poor), submitted(client, foreign)]
        for run in made:
            ended(client, run)
        yield client, made


def test_the_comparison_is_the_one_of_the_command_line(runs: tuple[TestClient, list[str]]) -> None:
    client, (ample, poor, _) = runs
    answer = client.get("/v1/comparisons", params={"runs": f"{ample}, {poor}"})
    assert answer.status_code == 200, answer.text
    found = Comparison.model_validate_json(answer.text)
    assert [plan.name for plan in found.plans] == ["ample", poor]
    here = [
        Candidate(
            name,
            Plan.model_validate(client.get(f"/v1/runs/{run}").json()["plan"], strict=False),
            scenario_from_data(client.get(f"/v1/runs/{run}/scenario").json()),
        )
        for name, run in (("ample", ample), (poor, poor))
    ]
    assert found == compare_plans(here)
    assert [field.pointer for field in found.differences[0].scenario] == ["/budget/total"]


def test_a_label_that_is_another_runs_id_names_neither(runs: tuple[TestClient, list[str]]) -> None:
    client, (_, poor, _) = runs
    named = submitted(client, easy(), label=poor)
    ended(client, named)
    answer = client.get("/v1/comparisons", params={"runs": f"{poor},{named}"})
    assert [plan["name"] for plan in answer.json()["plans"]] == [poor, named]


def test_runs_of_two_currencies_do_not_compare(runs: tuple[TestClient, list[str]]) -> None:
    client, (ample, _, foreign) = runs
    answer = client.get("/v1/comparisons", params={"runs": f"{ample},{foreign}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [problem["code"] for problem in answer.json()["problems"]] == ["mixed_currencies"]


@pytest.mark.parametrize("asked", ["", ",", "{0}", "{0},{0}", ",".join(["{0}"] * 30)])
def test_it_takes_two_to_twenty_different_runs(runs: tuple[TestClient, list[str]], asked: str) -> None:
    client, (ample, *_) = runs
    answer = client.get("/v1/comparisons", params={"runs": asked.format(ample)})
    assert (answer.status_code, answer.json()["problems"][0]["pointer"]) == (422, "/query/runs")


def test_runs_that_are_not_there_or_not_done_are_told(runs: tuple[TestClient, list[str]]) -> None:
    client, (ample, *_) = runs
    assert client.get("/v1/comparisons", params={"runs": f"{ample},nobody"}).status_code == 404
    waiting = submitted(client, hard())
    answer = client.get("/v1/comparisons", params={"runs": f"{ample},{waiting}"})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_without_plan")
    assert waiting in answer.json()["detail"]
    client.delete(f"/v1/runs/{waiting}")


def test_no_workspace_compares_the_runs_of_another(lend: Lend) -> None:
    with lend() as url, in_process(url) as client:
        store = service_of(client).store
        ours, theirs = (bearer(store.create_key(name, "test", Scope.ADMIN)[1]) for name in ("ours", "theirs"))
        made = [submitted(client, easy(), ours) for _ in range(2)]
        for run in made:
            ended(client, run, ours)
        query = {"runs": ",".join(made)}
        assert client.get("/v1/comparisons", params=query, headers=theirs).status_code == 404
        assert client.get("/v1/comparisons", params=query, headers=ours).status_code == 200
