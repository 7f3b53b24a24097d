"""``/metrics``: what Prometheus reads."""

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.access.rights import Right
from service.http.guard.access import Admin
from service.http.responses import PROBLEMS
from service.serving.metrics import Metrics


def metrics_router(metrics: Metrics) -> APIRouter:
    """The route that shows what is counted and timed."""
    router = APIRouter(tags=["health"])

    shown: dict[int | str, Any] = {
        200: {"content": {"text/plain": {}}},
        **{k: PROBLEMS[k] for k in (401, 403, 429)},
    }

    @router.get("/metrics", response_class=Response, responses=shown)
    def exposition(caller: Admin) -> Response:
        """Counts and times in the Prometheus text format, for an admin of all collections."""
        caller.require(Right.ADMIN, everywhere=True)
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router
