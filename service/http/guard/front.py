"""All that stands in front of the routes, in its order."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from service.access.keyring import KeyRing
from service.http.guard.access import AccessGuard
from service.http.guard.headers import SecurityHeaders
from service.http.guard.origins import OriginGuard
from service.settings import Settings

# What a page may read beside what it always may.
_EXPOSED = ("Retry-After", "ETag", "X-Request-ID", "Citewise-Revision")
_LOCAL = ("localhost", "127.0.0.1", "::1")


def install(http: FastAPI, settings: Settings) -> None:
    """Put the guards around what has been added so far; the one added last is the outermost."""
    http.add_middleware(AccessGuard, http=http, settings=settings, keys=KeyRing(settings.data_dir))
    if not settings.demands_keys:
        known = {*_LOCAL, *(name.lower() for name in (settings.host, *settings.allowed_hosts))}
        http.add_middleware(
            OriginGuard,
            hosts=known if settings.is_local or settings.allowed_hosts else None,
            origins=settings.cors_origins,
        )
    if settings.cors_origins:
        # Without cookies there is nothing that a header could carry against its sender's will.
        http.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
        )
    http.add_middleware(SecurityHeaders)
