"""How the service is set up: one frozen, self-checking object, filled from the environment."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from optimizer.errors import Problem

PREFIX = "GROUNDSWELL_"
OTHERS = {"GROUNDSWELL_DEBUG"}
"""Variables that are no settings of the service."""
MOST = 1_000_000_000
"""As good as no limit, and small enough to be counted with."""
_SERVICE = re.compile(r"GROUNDSWELL_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
_PORT = re.compile(r"GROUNDSWELL_(\w+_)?PORT")
_ADDRESS = re.compile(r"(tcp|udp|sctp)://")


def _cores() -> int:
    """Return the number of cores this process may use; an affinity mask can make it fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ServiceSettings(BaseSettings):
    """Settings of the service; each is read from the environment variable `GROUNDSWELL_` + its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on; any but loopback needs API keys.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    database_url: str = Field(
        "sqlite:///groundswell.sqlite",
        description="Where runs are kept: `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME`.",
        repr=False,
    )
    dask_address: str | None = Field(
        None,
        min_length=1,
        description="Scheduler of the Dask cluster that solves runs, such as `tcp://HOST:8786`; without one, this "
        "machine does.",
    )
    run_places: int = Field(
        default_factory=_cores, ge=1, le=256, description="Runs that are solved at once; one per core."
    )
    plan_places: int = Field(
        default_factory=lambda: max(1, _cores() // 2),
        ge=1,
        le=256,
        description="Solves of `POST /v1/plans` at once; one per two cores.",
    )
    answer_places: int = Field(
        default_factory=_cores, ge=1, le=256, description="Evaluations and comparisons at once; one per core."
    )
    solver_threads: int = Field(1, ge=1, le=64, description="Threads of each solve.")
    plan_seconds: float = Field(30.0, gt=0, le=600, description="Longest time limit of `POST /v1/plans` (seconds).")
    answer_seconds: float = Field(
        60.0, gt=0, le=600, description="Time for an evaluation or a comparison, after which it is killed (seconds)."
    )
    run_seconds: float = Field(3600.0, gt=0, le=86_400, description="Longest time limit of a run (seconds).")
    diagnosis_seconds: float = Field(
        60.0,
        ge=0,
        le=3600,
        description="Time for the fuller diagnosis of a run that is done, at most the run's own time limit; 0: none "
        "(seconds).",
    )
    grace_seconds: float = Field(
        15.0,
        ge=1,
        le=600,
        description="A solve is killed this long after its time limit; after half of it, it is asked for its "
        "best plan (seconds).",
    )
    memory_mb: int = Field(
        4096,
        ge=64,
        le=MOST,
        description="Memory of each solve, evaluation and comparison, above which it is killed; at 85% a solve is "
        "asked for its best plan (MB).",
    )
    attempts: int = Field(
        6,
        ge=1,
        le=MOST,
        description="Most times that a run's solve is begun on this machine, over restarts; then it ends with its best "
        "plan so far, or fails.",
    )
    body_mb: float = Field(
        32.0, gt=0, le=64, description="Largest request body, at most a 16th of GROUNDSWELL_BODIES_MB (MB)."
    )
    bodies_mb: float = Field(
        1024.0,
        gt=0,
        le=MOST,
        description="Memory for request bodies at once, each counted 16 times, for stored documents that are compared, "
        "counted 3 times, and for large answers on their way, counted twice (MB).",
    )
    body_seconds: float = Field(20.0, gt=0, le=600, description="Time for a request body to arrive (seconds).")
    write_seconds: float = Field(
        20.0, gt=0, le=600, description="Time for a client to take the next 256 KB of its answer (seconds)."
    )
    connections: int = Field(
        4096,
        ge=1,
        le=1_000_000,
        description="Most connections at once, as far as the limit on open files allows; idle ones are closed for new "
        "ones.",
    )
    keep_alive_seconds: int = Field(
        75,
        ge=1,
        le=3600,
        description="Time for which an idle connection stays open (seconds); longer than a balancer in front keeps its "
        "own.",
    )
    creators: int = Field(60_000, ge=1, le=MOST, description="Most creators of a scenario.")
    queued_runs: int = Field(200, ge=1, le=MOST, description="Most runs of a workspace that are queued or running.")
    finished_runs: int = Field(
        100_000,
        ge=1,
        le=MOST,
        description="Most runs of a workspace that have ended and are kept; then none is accepted.",
    )
    stored_mb: float = Field(
        10_240.0,
        gt=0,
        le=MOST,
        description="Most that a workspace stores, scenarios, plans and events; then no run is accepted (MB).",
    )
    keep_days: float = Field(
        0.0, ge=0, le=36_500, description="Runs are erased so long after they have ended; 0: never (days)."
    )
    shutdown_seconds: float = Field(
        10.0, ge=0, le=600, description="Time for running solves to save their best plan at shutdown (seconds)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @model_validator(mode="before")
    @classmethod
    def _without_injected(cls, given: Any) -> Any:
        """Have the port be the default where the variable of its name is no setting of ours."""
        port = given.get("port") if isinstance(given, dict) else None
        if isinstance(port, str) and is_injected(PREFIX + "PORT", port):
            return {name: value for name, value in given.items() if name != "port"}
        return given

    @model_validator(mode="after")
    def _no_typos(self) -> Self:
        """Refuse variables that look like settings and are none, so that a typo cannot be ignored."""
        problems = misspelt()
        if problems:
            raise ValueError("; ".join(f"{problem.pointer}: {problem.detail}" for problem in problems))
        return self

    @property
    def clustered(self) -> bool:
        """Whether runs are solved on a cluster, which several servers may share."""
        return self.dask_address is not None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def is_injected(name: str, value: str) -> bool:
    """Return whether a variable looks like one that Kubernetes sets for a service of our name, or of one like it."""
    if _SERVICE.fullmatch(name):
        return True
    return bool(_PORT.fullmatch(name) and _ADDRESS.match(value))


def injected() -> list[str]:
    """Return the variables that are ignored because Kubernetes sets them, not whoever operates the service."""
    return sorted(name for name, value in os.environ.items() if is_injected(name, value))


def misspelt() -> list[Problem]:
    """Return a problem for each variable that looks like a setting and is none."""
    valid = {PREFIX + name.upper() for name in ServiceSettings.model_fields} | OTHERS
    unknown = (
        name
        for name, value in sorted(os.environ.items())
        if name.upper().startswith(PREFIX) and name.upper() not in valid and not is_injected(name, value)
    )
    # Without the values, which may be secret.
    return [Problem("setting", name, "there is no such setting", _meant(name.upper(), valid)) for name in unknown]


def _meant(name: str, valid: set[str]) -> str:
    # Every name begins alike, which says nothing.
    close = difflib.get_close_matches(name.removeprefix(PREFIX), sorted(one.removeprefix(PREFIX) for one in valid), n=1)
    return f"Did you mean {PREFIX}{close[0]}?" if close else "Unset it; docs/operating.md lists the settings."


def settings_table() -> str:
    """Return the settings as a Markdown table, as it stands in docs/operating.md."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in ServiceSettings.model_fields.items():
        default = "by cores" if field.default_factory is not None else f"`{field.default}`"
        default = "none" if field.default is None else default
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"
