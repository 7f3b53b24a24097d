"""``/metrics``: what Prometheus reads."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.serving.metrics import Metrics


def metrics_router(metrics: Metrics) -> APIRouter:
    """The route that shows what is counted and timed."""
    router = APIRouter(tags=["health"])

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    def exposition() -> Response:
        """Counts and times in the Prometheus text format."""
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return router
