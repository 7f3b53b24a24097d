"""``/``, ``/widget.js`` and ``/static``: the page where people ask, and what other sites embed."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_WEB = Path(__file__).parents[2] / "web"
# What is shown are other people's texts: nothing in them may run, load or send anything.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
# Asked for anew each time, so that a page loaded after an upgrade has no old module among its new ones.
# One that was open before may still load a new module late, and says so if it cannot.
_FRESH = {"Cache-Control": "no-cache"}
_EMBEDDABLE = {**_FRESH, "Cross-Origin-Resource-Policy": "cross-origin"}


class _Compressed:
    """Compresses what an app sends for whoever takes it.

    An address has two forms then, which caches have to tell apart; one ETag is for both, so it is weak.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = GZipMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def described(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Vary"] = "Accept-Encoding"
                if "ETag" in headers:
                    headers["ETag"] = f"W/{headers['ETag']}"
            await send(message)

        await self._app(scope, receive, described)


class _Modules(StaticFiles):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _Compressed(super().__call__)(scope, receive, send)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_EMBEDDABLE)
        return response


def install_page(http: FastAPI) -> None:
    """Add the page, the widget's script and the modules that both are made of."""
    compressed = [Middleware(_Compressed)]
    http.mount("/static", _Modules(directory=_WEB), name="static")
    http.router.routes.append(Route("/", _page, middleware=compressed))
    http.router.routes.append(Route("/widget.js", _widget, middleware=compressed))


async def _page(_: Request) -> Response:
    headers = {**_FRESH, "Content-Security-Policy": _POLICY, "X-Frame-Options": "DENY"}
    return FileResponse(_WEB / "index.html", headers=headers)


async def _widget(_: Request) -> Response:
    return FileResponse(_WEB / "widget.js", media_type="text/javascript", headers=_EMBEDDABLE)
