"""The application: ``create_app`` is the only way in."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio
import anyio.to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from index.errors import CitewiseError
from index.load.reading import MEGABYTE
from service.http import problems
from service.http.guard import front
from service.http.guard.body import BodyLimit
from service.http.guard.head import HeadAsGet
from service.http.guard.query import KNOWN_QUERY
from service.http.guard.requests import Observed
from service.http.routes.answers import answers_router
from service.http.routes.chat_completions import chat_router
from service.http.routes.citations import citations_router
from service.http.routes.collections import collections_router
from service.http.routes.documents import documents_router
from service.http.routes.feedback import feedback_router
from service.http.routes.health import health_router
from service.http.routes.metrics import metrics_router
from service.http.routes.page import install_page
from service.http.routes.uploads import uploads_router
from service.serving.admission import Admission
from service.serving.desk import Desk
from service.serving.metrics import Metrics
from service.serving.tracing import Tracing
from service.wiring import App

log = logging.getLogger(__name__)

# For what reads the store; questions and changes have threads of their own.
_THREADS = 8
_WRITERS, _WAITING = 2, 16
_EXPIRING_SECONDS = 3600.0
_DESCRIPTION = """Cited answers from your own documents.

Offsets are **code points**, half-open, everywhere (`offset_unit: "codepoint"`): they
point into the canonical text of the named revision. Errors are RFC 9457 problem details.
Where the service demands keys, send one as `Authorization: Bearer KEY`.
"""


def create_app(app: App) -> FastAPI:
    """Build the HTTP application around an opened index."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        app.index.layout.sweep_uploads()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_keep_expiring, app)
            yield
            tasks.cancel_scope.cancel()
        # Saves the next start the work; a server that was killed only starts more slowly.
        await anyio.to_thread.run_sync(_save, app)
        tracing.close()

    metrics, tracing = Metrics(), Tracing(app.settings.telemetry_endpoint)
    desk = Desk(app, metrics, tracing)
    # What changes the index takes turns anyway; waiting must not take threads from who asks.
    changes = Admission("changes", _WRITERS, _WAITING, metrics.refused)

    # Documentation assets come from the package, since nothing is loaded from elsewhere.
    http = FastAPIOffline(
        title="Citewise",
        version=version("citewise"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=[
            {"name": name}
            for name in ("answers", "chat completions", "documents", "collections", "feedback", "health")
        ],
    )
    problems.install(http)
    # A form has more than the file in it.
    http.add_middleware(BodyLimit, uploads=(app.settings.limit_megabytes + 1) * MEGABYTE)
    front.install(http, app.settings)
    http.add_middleware(HeadAsGet)
    # The outermost sees everything that is answered.
    http.add_middleware(Observed, metrics=metrics, tracing=tracing)
    for router in (
        answers_router(app.settings, desk),
        citations_router(app),
        documents_router(app),
        uploads_router(app, changes),
        collections_router(app, changes),
        feedback_router(app, desk.memory, metrics, changes),
    ):
        http.include_router(router, dependencies=[KNOWN_QUERY])
    # What OpenAI's clients send beside is let be.
    http.include_router(chat_router(app, desk))
    http.include_router(health_router(app))
    http.include_router(metrics_router(metrics))
    install_page(http)
    _describe_offsets(http)
    return http


async def _keep_expiring(app: App) -> None:
    # ``citewise index`` does so as well, but a server may be all that ever changes the index.
    days = app.settings.keep_revisions_days
    while days is not None:
        try:
            await anyio.to_thread.run_sync(app.builder.expire, days)
        except CitewiseError as error:
            log.warning("Replaced revisions were not dropped: %s", error)
        await anyio.sleep(_EXPIRING_SECONDS)


def _save(app: App) -> None:
    try:
        app.builder.save()
    except CitewiseError as error:
        log.warning("The projections were not saved: %s", error)


def _describe_offsets(http: FastAPI) -> None:
    make = http.openapi

    def openapi() -> dict[str, object]:
        described = make()
        described["info"]["x-offset-unit"] = "codepoint"
        return described

    http.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way of extending it
