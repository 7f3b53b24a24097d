"""From where web pages may call."""

from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import AccessRefused, HostRefused, OriginRefused
from service.http.problems import response_to


class OriginGuard:
    """Keeps web pages of others away from a service that asks for no key.

    A browser lets any page send requests to any address, this machine's own included. Such a
    page shows in the Origin header; one that has bound its own name to this address (DNS
    rebinding) shows in the Host header.

    Args:
        app: The application inside.
        hosts: Names that the service goes by, without port; None for any.
        origins: Origins whose pages may call.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None, origins: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer with a problem."""
        if scope["type"] == "http":
            request = Request(scope)
            try:
                self._check(request.headers.get("host", "").lower(), request.headers.get("origin"))
            except AccessRefused as error:
                await response_to(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, host: str, origin: str | None) -> None:
        if self._hosts is not None and _name(host) not in self._hosts:
            raise HostRefused(
                f"This service does not go by the name {host!r}.",
                "Add it to allowed_hosts, or demand keys (require_keys).",
            )
        if origin is None or origin in self._origins or origin.partition("://")[2].lower() == host:
            return
        raise OriginRefused(f"Pages of {origin} may not call.", "Add it to cors_origins.")


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
