"""``citewise docs``: what is in the index."""

from typing import Annotated

import typer
from rich.table import Column, Table

from index.text.canonical import canonical
from service.cli.options import (
    AsJson,
    Collection,
    DataDir,
    Filter,
    announce,
    plain,
    print_json,
    show,
    stdout,
)
from service.filters import parse_filters
from service.schemas.documents import DocumentList, DocumentOut
from service.settings import load_settings
from service.wiring import open_app, open_store

group = typer.Typer(no_args_is_help=True, help="List, show and remove documents.")
# Of a table on a terminal: the least of a title, and what stands beside it and the id.
_NARROW, _BESIDE = 8, 49
DocumentId = Annotated[
    str, typer.Argument(parser=canonical, metavar="ID", help="The document's id, as `docs list` shows it.")
]


@group.command(name="list")
def list_(
    filters: Filter = None,
    collection: Collection = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the documents of a collection."""
    settings = load_settings(data_dir=data_dir, collection=collection)
    with open_store(settings) as store, store.snapshot():
        store.require_collection(settings.collection)
        records = store.documents(settings.collection, filters=parse_filters(filters))
    if as_json:
        print_json(DocumentList(documents=[DocumentOut.of(r) for r in records], next_cursor=None))
        return
    rows = [(r.id, r.title or "", str(r.characters), str(r.chunks), r.updated_at) for r in records]
    if not stdout.is_terminal:
        for row in rows:
            show("\t".join(" ".join(cell.split()) for cell in row))
        return
    # The title gives way: an id is what the other commands take.
    longest = max((len(record.id) for record in records), default=0)
    identity = Column("id", overflow="fold", min_width=min(longest, stdout.width // 2))
    title = Column("title", no_wrap=True, max_width=max(_NARROW, stdout.width - longest - _BESIDE))
    table = Table(identity, title, "characters", "passages", "updated", box=None)
    for row in rows:
        table.add_row(*map(plain, row))
    stdout.print(table)


@group.command(name="show")
def show_(
    document_id: DocumentId,
    collection: Collection = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what is known of a document, and its text."""
    settings = load_settings(data_dir=data_dir, collection=collection)
    with open_store(settings) as store, store.snapshot():
        record = store.document(settings.collection, document_id)
        text = store.text(settings.collection, document_id)
    if as_json:
        print_json(DocumentOut.of(record))
        return
    for name, value in {**record.metadata, "revision": record.revision, "updated": record.updated_at}.items():
        show(f"{name}: {value}", style="dim")
    show()
    show(text)


@group.command()
def rm(
    document_id: DocumentId,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also erase it from every file of the index, byte for byte.")
    ] = False,
    collection: Collection = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Delete a document, with its text and all its revisions."""
    settings = load_settings(data_dir=data_dir, collection=collection)
    with open_app(settings, announce=announce) as app:
        version = app.builder.delete(settings.collection, document_id)
        app.builder.save()
        if purge:
            app.builder.purge()
    if as_json:
        print_json({"id": document_id, "index_version": version})
    else:
        show(f"Deleted {document_id}; gone from index version {version} on.")
