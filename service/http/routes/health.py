"""``/health``: is the process alive, and can it answer."""

from typing import Any

from fastapi import APIRouter

from service.http.guard.access import Visitor
from service.http.responses import PROBLEMS
from service.wiring import App


def health_router(app: App) -> APIRouter:
    """Routes for whoever runs the service."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live")
    async def live() -> dict[str, str]:
        """The process answers, even while all its threads are busy."""
        return {"status": "alive"}

    @router.get("/ready", responses={k: v for k, v in PROBLEMS.items() if k in (409, 503)})
    def ready(caller: Visitor) -> dict[str, Any]:
        """The index is open, is of the configured model, and its version can be read.

        `collections` are those that the key is for; none without a key where one is needed.
        """
        with app.index.store.snapshot() as version:
            app.index.store.manifest().require(app.index.manifest)
            return {
                "status": "ready",
                "index_version": version,
                "collections": list(filter(caller.sees, app.index.store.collection_names())),
            }

    return router
