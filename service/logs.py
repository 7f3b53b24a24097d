"""Log lines: what they look like, and which request they belong to."""

import logging
from contextvars import ContextVar
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

# Set for the length of a request; what runs in a thread for it inherits it.
request_id: ContextVar[str] = ContextVar("request_id", default="-")


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Log to stderr, from this level on.

    Args:
        level: Least severe level.
        style: Lines for people, or one JSON object a line.
    """
    handler = logging.StreamHandler()
    handler.addFilter(_name_request)
    handler.setFormatter(
        JsonFormatter(
            ["levelname", "name", "request_id", "message"],
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )
        if style == "json"
        else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _name_request(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True
