"""``citewise collections``."""

from typing import Annotated

import typer
from rich.table import Table

from index.text.canonical import canonical
from service.cli.options import AsJson, DataDir, Embedder, announce, plain, print_json, show, stdout
from service.schemas.documents import CollectionList, CollectionOut
from service.settings import load_settings
from service.wiring import open_app, open_store

group = typer.Typer(no_args_is_help=True, help="List and delete collections.")


@group.command(name="list")
def list_(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the collections."""
    settings = load_settings(data_dir=data_dir)
    with open_store(settings) as store, store.snapshot():
        records = store.collections()
    if as_json:
        shaped = [CollectionOut.of(record) for record in records]
        print_json(CollectionList(collections=shaped, default=settings.collection))
        return
    rows = [(r.name, str(r.documents), str(r.chunks), str(r.index_version)) for r in records]
    if not stdout.is_terminal:
        for row in rows:
            show("\t".join(" ".join(cell.split()) for cell in row))
        return
    table = Table("collection", "documents", "passages", "index version", box=None)
    for row in rows:
        table.add_row(*map(plain, row))
    stdout.print(table)


@group.command()
def rm(
    name: Annotated[str, typer.Argument(parser=canonical, metavar="NAME", help="The collection.")],
    data_dir: DataDir = None,
    embedder: Embedder = None,
    as_json: AsJson = False,
) -> None:
    """Delete a collection with all its documents and the feedback on its answers."""
    settings = load_settings(data_dir=data_dir, embedder=embedder)
    with open_app(settings, announce=announce) as app:
        version = app.builder.delete_collection(name)
    if as_json:
        print_json({"name": name, "index_version": version})
    else:
        show(f"Deleted the collection {name}; gone from index version {version} on.")
