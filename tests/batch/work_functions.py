"""What solver processes do in these tests in place of solving."""

# ruff: noqa: ARG001

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import VerificationError
from optimizer.solve.settings import Settings

if TYPE_CHECKING:
    from optimizer.execution.child import Tell


def good(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    from tests.batch.batches import answer

    return answer().plan


def by_name(text: str, settings: Settings, tell: Tell, cancel: threading.Event) -> str:
    """Do what the scenario's name says."""
    name = json.loads(text)["name"]
    if name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "breaks":
        raise ValueError(Path())
    if name == "unverified":
        raise VerificationError(["stock: 3 of 2 units"])
    return good(text, settings, tell, cancel)
