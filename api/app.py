"""The application: routes, what they share, and one shape for everything that goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from itertools import chain

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Lifespan, Scope

from api.logs import log, request_id
from api.middleware import Middleware
from api.openapi import document
from api.parameters import faulty_parameters
from api.problems import ApiProblem, answer, invalid, unavailable
from api.routes import ROUTERS
from api.routes.events import NothingMore
from api.service import Service
from api.store import StoreError

QUICK_THREADS = 3
"""For what is answered in a moment. More of them fight over the interpreter: with 200 clients who ask once a second 40
threads answered in 6.8 ms (median) and 244 ms (99th percentile), three in 4.4 and 17 ms (two cores, `tests.api.load`'s
way of asking)."""


def make_app(service: Service) -> FastAPI:
    """Return the application that serves `service`; nothing begins before its lifespan does."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = QUICK_THREADS
        service.begin()
        yield
        service.stop()

    app = bare_app(lifespan)
    app.state.service = service
    app.add_middleware(Middleware, service=service)
    app.add_exception_handler(ApiProblem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_bad_parameters)
    app.add_exception_handler(NothingMore, _on_nothing_more)
    app.add_exception_handler(StoreError, _on_store_error)
    return app


def bare_app(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Return an application that has the routes and nothing behind them: enough to be described."""
    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def _methods(route: BaseRoute, scope: Scope) -> Collection[str]:
    """Return the methods of a route if it is of the path that was asked for."""
    return getattr(route, "methods", None) or () if route.matches(scope)[0] is not Match.NONE else ()


def _allowed(request: Request) -> set[str]:
    """Return every method of a path."""
    routes = chain(request.app.routes, *(router.routes for router in ROUTERS))
    known = {method for route in routes for method in _methods(route, request.scope)}
    return {*known, "OPTIONS", *(("HEAD",) if "GET" in known else ())}


def _response(problem: ApiProblem) -> Response:
    return answer(problem, request_id.get() or "")


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)
    return _response(error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """Tell of what the framework refuses: no such path, no such method, a body it cannot follow."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        headers = {"Allow": ", ".join(sorted(_allowed(request)))}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        return _response(ApiProblem("method_not_allowed", "This path knows other methods.", headers=headers))
    if error.status_code == 404:
        return _response(ApiProblem("not_found", "There is no such path; GET /openapi.json lists them."))
    return _response(ApiProblem("bad_request", "The request cannot be followed."))


async def _on_bad_parameters(_request: Request, error: Exception) -> Response:
    """Tell everything that is wrong with path, query and headers."""
    assert isinstance(error, RequestValidationError)
    return _response(invalid(faulty_parameters(error)))


async def _on_store_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreError)
    # What is known needs no traceback: readiness is asked for every few seconds.
    known = {"reason": error.told} if error.told else {}
    log.error("the database does not answer", exc_info=None if known else error, extra=known)
    return _response(unavailable(error.told))


async def _on_nothing_more(_request: Request, _error: Exception) -> Response:
    return Response(status_code=204)
