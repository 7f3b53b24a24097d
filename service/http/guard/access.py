"""Who calls and whether they may: the one place where it is decided.

A route says in its signature what it needs, ``caller: Reader`` (or ``Writer``, ``Admin``), and
takes the collection from ``caller.collection(named)``. A route that says nothing is closed to
everybody but an admin of all collections.
"""

import logging
from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Security
from fastapi.params import Security as Declared
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.security import HTTPBearer
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from index.errors import CitewiseError, InvalidInput, KeyRequired, StorageFailed
from service.access.keyring import Key, KeyRing
from service.access.rights import Caller, Right
from service.http.guard.rate import RateLimit
from service.http.problems import response_to
from service.settings import Settings

log = logging.getLogger(__name__)

OPEN = frozenset(
    {
        "/",
        "/widget.js",
        "/docs",
        "/docs/oauth2-redirect",
        "/openapi.json",
        "/health/live",
        "/health/ready",
    }
)
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="API key",
    description="A key of `citewise keys create`. Not needed where the service runs without keys.",
)


async def _caller(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _visitor(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


Reader = Annotated[Caller, Security(_caller, scopes=[Right.READ])]
Writer = Annotated[Caller, Security(_caller, scopes=[Right.WRITE])]
Admin = Annotated[Caller, Security(_caller, scopes=[Right.ADMIN])]
# For an address in OPEN: perhaps somebody without a key, for whom there is no collection.
Visitor = Annotated[Caller, Depends(_visitor)]


class AccessGuard:
    """Lets a request through that may pass, before anything of its body is read.

    Args:
        app: The application inside.
        http: Whose routes are guarded.
        settings: As read.
        keys: The keys, looked up anew for every request.
    """

    def __init__(self, app: ASGIApp, http: FastAPI, settings: Settings, keys: KeyRing) -> None:
        self._app = app
        self._http = http
        self._settings = settings
        self._keys = keys
        self._rate = RateLimit(settings.rate_limit) if settings.rate_limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its caller, or answer with a problem."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there is nothing behind a WebSocket
            await WebSocketClose()(scope, receive, send)
            return
        request = Request(scope)
        try:
            request.state.caller = self._admitted(request)
        except CitewiseError as error:
            await response_to(request, error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _admitted(self, request: Request) -> Caller:
        # A pattern's end also matches in front of a last line break: "a%0a" would be "a".
        if any(ord(c) < 32 or ord(c) == 127 for c in request.scope["path"]):
            raise InvalidInput("The address holds a control character.", "Leave it out.")
        route = self._route(request.scope)
        is_open = route is not None and _is_open(route)
        try:
            caller = self._caller(request)
        except StorageFailed as error:
            log.error("%s", error)
            if not is_open:
                # Where they lie is for whoever runs the service.
                raise StorageFailed("The API keys cannot be read.", "The log says why.") from error
            caller = Caller("", None, (), self._settings.collection)
        if is_open:
            return caller
        if caller.right is None:
            raise KeyRequired(
                "This needs a valid API key, and the request has none.",
                "Send it in the header Authorization: Bearer KEY. citewise keys create makes one.",
            )
        if self._rate:
            self._rate.count(caller.id)
        if route is not None:  # what is nowhere is a 404 for whoever has a key
            needed = _declared(route.endpoint)
            caller.require(needed or Right.ADMIN, everywhere=needed is None)
        return caller

    def _caller(self, request: Request) -> Caller:
        address = request.client.host if request.client else ""
        default = self._settings.collection
        if not self._settings.demands_keys:
            return Caller(address, Right.ADMIN, None, default)
        key = self._key(request)
        if key is None:
            return Caller(address, None, (), default)
        return Caller(key.id, key.right, key.collections, (key.collections or (default,))[0])

    def _key(self, request: Request) -> Key | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self._keys.find(token.strip()) if scheme.lower() == "bearer" else None

    def _route(self, scope: Scope) -> RouteContext | None:
        """The route that the router will choose: the first that matches whole."""
        for route in iter_route_contexts(self._http.routes):
            match, _ = route.matches(scope)
            if match == Match.FULL:
                return route
        return None


def _is_open(route: RouteContext) -> bool:
    ships = isinstance(route.original_route, Mount) and isinstance(route.original_route.app, StaticFiles)
    return ships or route.path in OPEN


@cache
def _declared(endpoint: Callable[..., Any] | None) -> Right | None:
    """The right that a route's signature names."""
    for parameter in signature(endpoint).parameters.values() if endpoint else ():
        for marker in getattr(parameter.annotation, "__metadata__", ()):
            if isinstance(marker, Declared) and marker.dependency is _caller and marker.scopes:
                return Right(marker.scopes[0])
    return None
