"""Logs: one JSON object a line on standard error, with the request and the run they speak of."""

from __future__ import annotations

import logging
import logging.config
from contextvars import ContextVar

from pythonjsonlogger.core import RESERVED_ATTRS

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Id of the request that is being answered."""

log = logging.getLogger("groundswell.service")


class _Context(logging.Filter):
    """Adds the request's id to everything that is logged while it is answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id") and request_id.get() is not None:
            record.request_id = request_id.get()
        return True


def set_up(level: str) -> None:
    """Log everything at `level` and above as JSON."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"context": {"()": _Context}},
            "formatters": {
                "json": {
                    "()": "pythonjsonlogger.json.JsonFormatter",
                    "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
                    "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
                    "datefmt": "%Y-%m-%dT%H:%M:%S%z",
                    # The server's messages carry themselves a second time, coloured.
                    "reserved_attrs": [*RESERVED_ATTRS, "color_message"],
                }
            },
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["context"]},
            },
            "root": {"level": level.upper(), "handlers": ["stderr"]},
            # One line per request is ours; the server's own access log would be a second one.
            "loggers": {"uvicorn.access": {"level": "WARNING"}, "alembic": {"level": "WARNING"}},
        }
    )
