"""``citewise mcp``."""

from importlib.util import find_spec

from index.errors import ExtraMissing
from service.cli.options import Collection, DataDir, Embedder, announce
from service.settings import load_settings
from service.wiring import open_app


def mcp(collection: Collection = None, data_dir: DataDir = None, embedder: Embedder = None) -> None:
    """Serve the index to a model's client over stdin and stdout (Model Context Protocol)."""
    if find_spec("mcp") is None:
        raise ExtraMissing("The protocol's SDK is not installed.", "Run: pip install 'citewise[mcp]'")
    from service.mcp.server import create_server

    settings = load_settings(data_dir=data_dir, embedder=embedder, collection=collection)
    with open_app(settings, announce=announce) as app:
        create_server(app).run("stdio")
