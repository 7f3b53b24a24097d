"""What every request is given: an id, a log line, a measure, a span."""

import logging
import re
import time
import uuid
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import request_id
from service.serving.metrics import Metrics
from service.serving.tracing import Tracing

log = logging.getLogger("citewise.access")
_USABLE_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_UNFINISHED = 499


class Observed:
    """Names, logs, measures and traces each request.

    The id is the client's ``X-Request-ID`` if it is usable, or made up; the response carries it and
    every log line of the request. Nothing else that a client sends is logged but method and path.

    Args:
        app: The application inside.
        metrics: Where requests are counted.
        tracing: Where they are recorded.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, watching what becomes of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        name = given if _USABLE_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(name)
        started = time.perf_counter()
        status = _UNFINISHED

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = name
            await send(message)

        try:
            with self._tracing.request(scope["method"], headers) as span:
                await self._app(scope, receive, named)
                route = _route(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
        finally:
            seconds = time.perf_counter() - started
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                self._metrics.refused("requests of one caller")
            self._metrics.requested(scope["method"], _route(scope), status, seconds)
            facts = {
                "method": _printable(scope["method"]),
                "path": _printable(scope["path"]),
                "status": status,
                "seconds": round(seconds, 4),
            }
            log.info("%s %s %d %.3f s", *facts.values(), extra=facts)
            request_id.reset(token)


def _printable(sent: str) -> str:
    """Without line breaks and escape sequences, with which a client could write lines of its own."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in sent)


def _route(scope: MutableMapping[str, Any]) -> str:
    """The pattern of the address, so that ids make no measures of their own."""
    route: BaseRoute | None = scope.get("route")
    return getattr(route, "path", "(none)")
