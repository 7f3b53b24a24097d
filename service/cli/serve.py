"""``citewise serve``."""

import logging
import signal
import sys
from typing import Annotated

import typer

from index.layout import Layout
from service.cli.options import Collection, DataDir, Embedder, announce, stderr
from service.settings import load_settings
from service.wiring import open_app


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to serve on; 0 takes a free one.")] = None,
    collection: Collection = None,
    data_dir: DataDir = None,
    embedder: Embedder = None,
) -> None:
    """Serve the HTTP API."""
    import uvicorn

    from service.http.app import create_app

    # uvicorn stops gracefully and then raises the signal again: leave by the way out that
    # closes the index, also when it comes before the server is up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = load_settings(
        host=host, port=port, data_dir=data_dir, embedder=embedder, collection=collection
    )
    # Without an index there is one to be filled by uploads.
    empty = not Layout(settings.data_dir).database.exists()
    with open_app(settings, create=empty, announce=announce) as app:
        if empty:
            stderr.print(f"A new, empty index in {settings.data_dir}: upload, or run citewise index.")
        app.pipeline.warm()
        stderr.print("The API reference is at /docs.")
        # Whoever serves wants to see the address and the requests, whatever else is logged.
        for name in ("uvicorn.error", "citewise.access"):
            logging.getLogger(name).setLevel(logging.INFO)
        uvicorn.run(
            create_app(app), host=settings.host, port=settings.port, log_config=None, access_log=False
        )
