"""``/``, ``/widget.js`` and ``/static``: the page where people ask, and what other sites embed."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_WEB = Path(__file__).parents[2] / "web"
# What is shown are other people's texts: nothing in them may run, load or send anything.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
# The modules belong together, so after an upgrade none of the old ones may be mixed in.
_FRESH = {"Cache-Control": "no-cache"}
_EMBEDDABLE = {**_FRESH, "Cross-Origin-Resource-Policy": "cross-origin"}


class _Modules(StaticFiles):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await GZipMiddleware(super().__call__)(scope, receive, send)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_EMBEDDABLE)
        return response


def install_page(http: FastAPI) -> None:
    """Add the page, the widget's script and the modules that both are made of."""
    http.mount("/static", _Modules(directory=_WEB), name="static")

    @http.get("/", include_in_schema=False)
    def page() -> FileResponse:
        headers = {**_FRESH, "Content-Security-Policy": _POLICY, "X-Frame-Options": "DENY"}
        return FileResponse(_WEB / "index.html", headers=headers)

    @http.get("/widget.js", include_in_schema=False)
    def widget() -> FileResponse:
        return FileResponse(_WEB / "widget.js", media_type="text/javascript", headers=_EMBEDDABLE)
