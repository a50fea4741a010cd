"""Request bodies: read within limits, decoded, checked all through; every problem at once.

Bodies are read and decoded here rather than by the framework: a scenario of many megabytes needs limits on size, time
and the memory of all bodies together, and problems that point into the document.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.problems import ApiProblem, below, invalid
from api.requests import SolveSettings
from api.settings import ServiceSettings
from optimizer.errors import InputError, Problem
from optimizer.scenario.fields import Strict
from optimizer.scenario.loading import fingerprint, model_from_data, read_json, scenario_from_data
from optimizer.scenario.models import Scenario
from optimizer.solve.settings import Settings

JSON = "application/json"
FORM = "multipart/form-data"
DEFAULT_SECONDS = 60.0
DECODED = 16
"""Factor by which a body's size is counted: JSON of small values takes up to 27 times its size as objects."""
ANSWERED = 2
"""Factor by which a large answer's size is counted: 27 answers of 4.7 MB on their way took 181 MB."""
STORED = 3
"""Factor by which a stored document is counted: as it is read, as text, and as it is sent on."""
M = TypeVar("M", bound=Strict)


@dataclass(frozen=True)
class Checked:
    """A scenario that can be planned.

    Attributes
    ----------
    text
        As JSON without white space, the fields as given.
    sha256
        Its fingerprint, the same as in the plan.
    """

    scenario: Scenario
    text: str
    sha256: str


class MemoryBudget:
    """Limits the memory that bodies, stored documents and answers on their way take at once; for any thread."""

    def __init__(self, most: int):
        self.most = most
        self.held = 0
        self._lock = threading.Lock()

    def take(self, size: int, *, alone: bool = False) -> None:
        """Reserve so many bytes, or end the request; `alone`: let it in where nothing else is held, however large."""
        with self._lock:
            if self.held + size > self.most and (self.held or not alone):
                raise _full()
            self.held += size

    def give_back(self, size: int) -> None:
        """Let go of so many bytes."""
        with self._lock:
            self.held -= size

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Reserve memory for a stored document of `size` bytes; one alone is always let in.

        Raises
        ------
        ApiProblem
            If there is no room beside what is held.
        """
        memory = STORED * size
        self.take(memory, alone=True)
        try:
            yield
        finally:
            self.give_back(memory)


def _full() -> ApiProblem:
    detail = "Too many large requests and answers at once; try again."
    return ApiProblem("busy", detail, headers={"Retry-After": "2"})


class Body:
    """A request's body and the memory it takes."""

    def __init__(self, memory: MemoryBudget):
        self.raw = b""
        self.size = 0
        self._memory = memory

    def grow(self, chunk: bytes) -> None:
        """Reserve memory for more of it."""
        self._memory.take(DECODED * len(chunk))
        self.size += len(chunk)

    def release(self) -> None:
        """Let go of it, decoded as it is; once more does no harm."""
        self._memory.give_back(DECODED * self.size)
        self.raw, self.size = b"", 0


@asynccontextmanager
async def read_body(
    request: Request, settings: ServiceSettings, memory: MemoryBudget, wanted: str = JSON
) -> AsyncIterator[Body]:
    """Hold the body, if it is of the wanted type, small enough, and arrives in time."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != wanted:
        raise ApiProblem("unsupported_media_type", f"Send the body as {wanted}.", headers={"Accept": wanted})
    if ", ".join(request.headers.getlist("content-encoding")).strip().lower() not in ("", "identity"):
        detail = "Send the body as it is, without a Content-Encoding."
        raise ApiProblem("unsupported_media_type", detail, headers={"Accept-Encoding": "identity"})
    most = largest_body(settings)
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > most:
        raise _too_large(settings)
    chunks: list[bytes] = []
    body = Body(memory)
    try:
        async with _in_time(settings.body_seconds):
            async for chunk in request.stream():
                body.grow(chunk)
                if body.size > most:
                    raise _too_large(settings)
                chunks.append(chunk)
        body.raw = b"".join(chunks)
        chunks.clear()
        yield body
    finally:
        body.release()


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    """Have the body come in time, and its client stay until then."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except ClientDisconnect:
        raise ApiProblem("client_gone", "The client left before all of its body had come.") from None
    except TimeoutError:
        detail = f"The body has to arrive within {seconds:g} s."
        raise ApiProblem("body_too_slow", detail, headers={"Connection": "close"}) from None


def largest_body(settings: ServiceSettings) -> int:
    """Return the most bytes of a body: of one that has no room even alone, nobody is to be told to try again."""
    return int(min(settings.body_mb, settings.bodies_mb / DECODED) * 2**20)


def _too_large(settings: ServiceSettings) -> ApiProblem:
    detail = f"A body may have {largest_body(settings) / 2**20:.3g} MB."
    return ApiProblem("body_too_large", detail, headers={"Connection": "close"})


def decoded(raw: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is."""
    try:
        data = read_json(raw)
    except InputError as error:
        raise invalid(error.problems) from None
    if not isinstance(data, dict):
        raise invalid([Problem("wrong_type", "", "this should be an object", "Send an object in { }.", None)])
    return data


def checked_body(model: type[M], data: dict[str, Any]) -> tuple[M, Checked]:
    """Return a body and the scenario in it; end the request with everything wrong with either."""
    problems: list[Problem] = []
    body: M | None = None
    submission: Checked | None = None
    try:
        body = model_from_data(model, data)
    except InputError as error:
        problems += error.problems
    if "scenario" in data:
        try:
            submission = checked(data["scenario"])
        except InputError as error:
            problems += [below("/scenario", problem) for problem in error.problems]
    if body is None or submission is None or problems:
        raise invalid(problems)
    return body, submission


def body_alone(model: type[M], data: dict[str, Any]) -> M:
    """Return a body, a scenario in it not checked; end the request with everything else wrong with it."""
    try:
        return model_from_data(model, data)
    except InputError as error:
        raise invalid(error.problems) from None


def checked(data: Any) -> Checked:
    """Return JSON data as a scenario that can be planned; raise InputError with everything wrong with it."""
    scenario = scenario_from_data(data)
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return Checked(scenario, text, fingerprint(scenario))


def merged(target: Any, patch: Any) -> Any:
    """Return `target` changed by a JSON Merge Patch (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def settings_for(asked: SolveSettings, limit: float, threads: int) -> Settings:
    """Return the settings of a solve; end the request where the time limit is above `limit` (seconds)."""
    seconds = asked.time_limit_seconds or min(DEFAULT_SECONDS, limit)
    if seconds > limit:
        raise ApiProblem("time_limit_too_long", f"The longest time limit here is {limit:g} s.")
    return Settings(time_limit_seconds=seconds, gap=asked.gap, seed=asked.seed, workers=threads, method=asked.method)


def refuse_too_many_creators(scenario: Scenario, settings: ServiceSettings) -> None:
    """End the request where the scenario is larger than the service takes."""
    creators = len(scenario.creators)
    if creators > settings.creators:
        raise ApiProblem(
            "too_many_creators", f"The scenario has {creators:,} creators; this service takes {settings.creators:,}."
        )


BODY_PROBLEMS = (
    "not_json",
    "body_too_slow",
    "body_too_large",
    "unsupported_media_type",
    "invalid",
    "too_many_creators",
    "busy",
)


def json_body(*models: str) -> dict[str, Any]:
    """Return the documentation of a body that is one of these models, each with its example."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in models]
    schema = references[0] if len(references) == 1 else {"oneOf": references}
    examples = {name: {"$ref": f"#/components/examples/{name}"} for name in models}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema, "examples": examples}}}}
