"""One index for each distinct way to make one, kept and brought up to date."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from index.errors import IndexDamaged, IndexMismatch
from index.load.files import Source
from index.store.sqlite import SqliteStore
from service.settings import Settings
from service.wiring import App, open_app, open_store


def prepare(
    settings: Settings, root: Path, sources: Sequence[Source] | None, tell: Callable[[str], None]
) -> None:
    """Make an index hold exactly the documents to ask about; what it holds already stays.

    When it is interrupted, the next time goes on where it stopped.

    Args:
        settings: How to make it, and where the documents are if no files are given.
        root: Its data directory.
        sources: The files; if None, the documents are those of the index that the settings
            name.
        tell: Told of files that cannot be read.

    Raises:
        CitewiseError: As ``open_app`` and ``Builder`` do.
    """
    own = settings.model_copy(update={"data_dir": root})
    try:
        _fill(own, settings, sources, tell)
    except (IndexMismatch, IndexDamaged):
        # It follows from the documents, so it is not worth mending.
        shutil.rmtree(root)
        _fill(own, settings, sources, tell)


def _fill(
    own: Settings, given: Settings, sources: Sequence[Source] | None, tell: Callable[[str], None]
) -> None:
    with open_app(own, create=True, announce=tell) as app:
        if sources is None:
            with open_store(given) as store:
                present = _from_store(app, store)
        else:
            present = _from_files(app, sources, tell)
        collection = own.collection
        with app.index.store.snapshot():
            former = [r.id for r in app.index.store.documents(collection) if r.id not in present]
        for document_id in former:
            app.builder.delete(collection, document_id)
        app.builder.save()


def _from_files(app: App, sources: Sequence[Source], tell: Callable[[str], None]) -> set[str]:
    report = app.ingest(app.settings.collection).add(sources)
    for document_id, reason in report.failed.items():
        tell(f"failed: {document_id}: {reason}")
    return {*report.added, *report.changed, *report.unchanged}


def _from_store(app: App, store: SqliteStore) -> set[str]:
    collection = app.settings.collection
    with store.snapshot():
        store.require_collection(collection)
        ids = [record.id for record in store.documents(collection)]
        for document_id in ids:
            app.builder.put(collection, store.source(collection, document_id))
    return set(ids)
