"""The whole OpenAPI document, tried out: no failure of the server, no answer that is not documented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from tests.api.running import easy, ended, submitted
from tests.api.server import Server
from tests.api.test_openapi import COMMITTED

QUICK, LONG = 4, 300
SOLVE_SECONDS = 0.3
CHECKED: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
SCHEMA = schemathesis.openapi.from_dict(json.loads(COMMITTED.read_text("utf-8")))
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Solves of whatever is made up take a moment, so that trying goes on."""
    limits: dict[str, Any] = {"plan_seconds": SOLVE_SECONDS, "run_seconds": SOLVE_SECONDS}
    with Server(tmp_path_factory.mktemp("schema"), run_places=1, **limits) as server:
        yield server


@pytest.fixture
def run(server: Server) -> str:
    """A run of its own for each operation, as one of them erases it."""
    run = submitted(server.client(), easy(), settings={"time_limit_seconds": SOLVE_SECONDS})
    ended(server.client(), run)
    return run


def try_out(server: Server, label: str, run: str, examples: int, *, derandomize: bool) -> None:
    """Make up requests, good and bad ones, half of those about a run about one that exists."""
    operation = OPERATIONS[label]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

    @settings(
        max_examples=examples,
        derandomize=derandomize,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=cases, known=st.booleans())
    def attempt(case: schemathesis.Case[Any], known: bool) -> None:
        if known and "run_id" in case.path_parameters:
            case.path_parameters["run_id"] = run
        case.call_and_validate(base_url=server.url, checks=CHECKED, timeout=60)

    attempt()


@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_undocumented_is_answered(server: Server, run: str, label: str) -> None:
    try_out(server, label, run, QUICK, derandomize=True)


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_undocumented_is_answered_however_long_one_tries(server: Server, run: str, label: str) -> None:
    try_out(server, label, run, LONG, derandomize=False)
