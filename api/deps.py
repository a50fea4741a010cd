"""What routes ask for: the service, who is calling and what they may do, the body, the run they name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.bodies import FORM, Body, read_body
from api.parameters import refuse_odd_query
from api.problems import ApiProblem
from api.service import Service
from api.store import RunRecord, Scope, wait_at_most

bearer = HTTPBearer(
    auto_error=False, description="API key, as `groundswell keys create` prints it.", scheme_name="ApiKey"
)
PATIENCE_SECONDS = 2.0
"""For a request to wait until others have written."""
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


@dataclass(frozen=True)
class Caller:
    """Whose runs a request may see, and by which key; without one while the service is open."""

    workspace_id: str
    key_id: str | None = None

    def admitted(self, service: Service) -> bool:
        """Return whether the caller would still be let in: a key may be revoked, an open service closed."""
        return service.open if self.key_id is None else service.store.stands(self.key_id)


async def service_of(request: Request) -> Service:
    """Return the service that the application was made for; not a plain function, which would cost a thread."""
    service: Service = request.app.state.service
    # Whoever holds the database for longer must not hold up everybody who waits for an answer.
    wait_at_most(PATIENCE_SECONDS)
    return service


Served = Annotated[Service, Depends(service_of)]


async def _accepting(service: Served) -> Service:
    if service.stopping:
        raise ApiProblem("stopping", "The service is stopping; try again soon.", headers={"Retry-After": "10"})
    return service


Accepting = Annotated[Service, Depends(_accepting)]


def needs(scope: Scope) -> Callable[[Request, Service, HTTPAuthorizationCredentials | None], Caller]:
    """Return a dependency that lets only those through who may do what `scope` allows, and ask for what there is."""

    def caller(request: Request, service: Served, credentials: Credentials) -> Caller:
        caller = admitted(service, credentials)
        refuse_odd_query(request)
        return caller

    def admitted(service: Service, credentials: HTTPAuthorizationCredentials | None) -> Caller:
        if service.open:
            return Caller(service.workspace_id)
        key = service.store.identify(credentials.credentials) if credentials else None
        if key is None:
            detail = "Send a valid API key as `Authorization: Bearer …`."
            raise ApiProblem("unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})
        if not key.scope.covers(scope):
            raise ApiProblem(
                "scope_missing", f"This needs a key of scope `{scope.value}`; yours is `{key.scope.value}`."
            )
        return Caller(key.workspace_id, key.id)

    return caller


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Runner = Annotated[Caller, Depends(needs(Scope.RUN))]


async def plan_room(service: Served, caller: Runner) -> None:  # noqa: ARG001
    """End the request where no place for a plan is free; before the body, which need not come then."""
    service.plans.refuse_if_full()


async def answer_room(service: Served, caller: Reader) -> None:  # noqa: ARG001
    """End the request where no place for an evaluation or comparison is free."""
    service.answers.refuse_if_full()


async def _body(request: Request, service: Served, caller: Runner) -> AsyncIterator[Body]:  # noqa: ARG001
    """Hold the body until the answer is made, not until it has been read; nobody unknown gets to send one."""
    async with read_body(request, service.settings, service.memory) as body:
        yield body


async def _form(request: Request, service: Served, caller: Runner) -> AsyncIterator[Body]:  # noqa: ARG001
    """Hold a form with a file until the answer is made."""
    async with read_body(request, service.settings, service.memory, FORM) as body:
        yield body


HeldForm = Annotated[Body, Depends(_form, scope="function")]
HeldBody = Annotated[Body, Depends(_body, scope="function")]
RunId = Annotated[str, Path(description="Id of the run.", max_length=64, examples=["6d1f0c3a5b7e4f29a8c1d2e3f4a5b6c7"])]


def find_run(service: Service, caller: Caller, run_id: str) -> RunRecord:
    """Return a run of the caller's workspace; others do not exist for them."""
    run = service.store.run(caller.workspace_id, run_id)
    if run is None:
        raise ApiProblem("not_found", "There is no such run.")
    return run


def _followed_run(run_id: RunId, service: Served, caller: Reader) -> RunRecord:
    return find_run(service, caller, run_id)


FollowedRun = Annotated[RunRecord, Depends(_followed_run)]
