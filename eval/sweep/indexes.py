"""One index for each distinct way to make one, kept and brought up to date."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from index.errors import IndexDamaged, IndexMismatch
from index.load.files import Source
from service.settings import Settings
from service.wiring import App, open_app, open_store

# Puts documents into the collection that an opened index is set to; returns their ids.
Fill: TypeAlias = Callable[[App], set[str]]


def prepare(settings: Settings, root: Path, fill: Fill, tell: Callable[[str], None]) -> None:
    """Make a collection hold exactly the documents to ask about; what it holds already stays.

    When it is interrupted, the next time goes on where it stopped.

    Args:
        settings: How to make the index, and what its collection is called.
        root: Its data directory.
        fill: Puts the documents in.
        tell: Told when a first use has to export the model.

    Raises:
        CitewiseError: As ``open_app`` and ``Builder`` do.
    """
    own = settings.model_copy(update={"data_dir": root})
    try:
        _hold(own, fill, tell)
    except (IndexMismatch, IndexDamaged):
        # It follows from the documents, so it is not worth mending.
        shutil.rmtree(root)
        _hold(own, fill, tell)


def of_files(sources: Sequence[Source], tell: Callable[[str], None]) -> Fill:
    """The documents of files; ``tell`` is told of those that cannot be read."""

    def fill(app: App) -> set[str]:
        report = app.ingest(app.settings.collection).add(sources)
        for document_id, reason in report.failed.items():
            tell(f"failed: {document_id}: {reason}")
        return {*report.added, *report.changed, *report.unchanged}

    return fill


def of_index(given: Settings) -> Fill:
    """The documents of the index that some settings name."""

    def fill(app: App) -> set[str]:
        collection = app.settings.collection
        with open_store(given) as store, store.snapshot():
            store.require_collection(collection)
            ids = [record.id for record in store.documents(collection)]
            for document_id in ids:
                app.builder.put(collection, store.source(collection, document_id))
        return set(ids)

    return fill


def _hold(settings: Settings, fill: Fill, tell: Callable[[str], None]) -> None:
    with open_app(settings, create=True, announce=tell) as app:
        present = fill(app)
        with app.index.store.snapshot():
            held = app.index.store.documents(settings.collection)
            former = [record.id for record in held if record.id not in present]
        for document_id in former:
            app.builder.delete(settings.collection, document_id)
        app.builder.save()
