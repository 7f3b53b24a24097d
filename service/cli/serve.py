"""``citewise serve``."""

import logging
import signal
import socket
import sys
from typing import Annotated

import typer

from index.errors import AddressUnusable, KeysMissing
from index.layout import Layout
from service.access.keyring import KeyRing
from service.cli.options import Collection, DataDir, Embedder, announce, stderr
from service.settings import Settings, load_settings
from service.wiring import open_app

# Requests that were accepted before a stop are finished within this time.
_DRAIN_SECONDS = 20


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to serve on; 0 takes a free one.")] = None,
    require_keys: Annotated[
        bool | None,
        typer.Option(
            "--with-keys/--without-keys", help="Whether requests need a key of citewise keys create."
        ),
    ] = None,
    collection: Collection = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
) -> None:
    """Serve the HTTP API."""
    import uvicorn

    from service.http.app import create_app
    from service.http.guard.punctual import Punctual

    # uvicorn stops gracefully and then raises the signal again: leave by the way out that
    # closes the index, also when it comes before the server is up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = load_settings(
        host=host,
        port=port,
        require_keys=require_keys,
        data_dir=data_dir,
        embedder=embedder,
        collection=collection,
    )
    _require_a_way_in(settings)
    _require_free(settings)
    # Without an index there is one to be filled by uploads.
    empty = not Layout(settings.data_dir).database.exists()
    with open_app(settings, create=empty, announce=announce) as app:
        if empty:
            # So that a client need not tell "nothing yet" from a wrong name.
            app.builder.create_collection(settings.collection)
            stderr.print(f"A new, empty index in {settings.data_dir}: upload, or run citewise index.")
        app.pipeline.warm()
        if settings.port:
            stderr.print(f"The API reference is at http://{settings.host}:{settings.port}/docs.")
        # Whoever serves wants to see the address and the requests, whatever else is logged.
        for name in ("uvicorn.error", "citewise.access"):
            logging.getLogger(name).setLevel(logging.INFO)
        uvicorn.run(
            create_app(app),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            http=Punctual,
            server_header=False,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )


def _require_free(settings: Settings) -> None:
    """Refuse an address that cannot be had before models are loaded in vain."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise AddressUnusable(
            f"{settings.host}:{settings.port} cannot be served on ({error.strerror}).",
            "Stop what is there, or choose another address with --host and --port; 0 takes a free port.",
        ) from error


def _require_a_way_in(settings: Settings) -> None:
    if settings.demands_keys and not KeyRing(settings.data_dir).keys():
        raise KeysMissing(
            f"Serving on {settings.host} demands API keys, and there is none in {settings.data_dir}.",
            "Make one with citewise keys create NAME --right admin,"
            " or let everybody in who reaches the address with --without-keys.",
        )
    if not settings.demands_keys and not settings.is_local:
        stderr.print(f"No key is demanded: who reaches {settings.host} can read and change the documents.")
