"""Documents into an index: chunk, embed, store; skipping what is there already."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from index.errors import DocumentDeleted, DocumentNotFound
from index.index import Index
from index.protocols import Chunker, Embedder
from index.store.rows import dump_metadata
from index.types import Change, Chunk, Document, EmbeddedChunk


@dataclass(frozen=True, slots=True)
class Builder:
    """Changes an index, with one chunker and embedder.

    Each change is acknowledged by its return, and from then on stays whatever happens.
    Other processes and threads may change the index at the same time: each change waits
    for the one before, and passages are embedded before that wait begins.

    Raises:
        IndexLocked: From any method: another process or thread keeps writing.
        StorageFailed: From any method: the disk is full, read-only, or fails.
    """

    index: Index
    chunker: Chunker
    embedder: Embedder

    def put(self, collection: str, document: Document) -> Change:
        """Create or replace a document; nothing is done if it is there as it is."""
        store = self.index.store
        with store.snapshot():
            change = self._change(collection, document)
            if change.outcome == "unchanged":
                return change
            # A title changes what is embedded, so changed metadata goes the same way as
            # changed text; passages that come out the same keep their vectors.
            former = store.document_chunks(collection, document.id) if change.outcome == "changed" else ()
            known = {e.chunk.embedding_key: e for e in former}
        embedded = self._embed(self.chunker.chunk(document), known)
        with self.index.writing():
            # Somebody else may have put it meanwhile.
            change = self._change(collection, document)
            if change.outcome == "unchanged":
                return change
            return change._replace(index_version=store.put(collection, document, embedded))

    def _change(self, collection: str, document: Document) -> Change:
        """What putting a document would do, with the version that it has now."""
        store = self.index.store
        try:
            record = store.document(collection, document.id)
        except (DocumentNotFound, DocumentDeleted):
            return Change("added", store.version())
        same_text = record.revision == document.revision
        if same_text and _besides(store.source(collection, document.id)) == _besides(document):
            return Change("unchanged", record.index_version)
        return Change("changed", record.index_version)

    def delete(self, collection: str, document_id: str) -> int:
        """Delete a document; returns the version from which it cannot be retrieved.

        Raises:
            DocumentNotFound: It never existed.
            DocumentDeleted: It was deleted before.
        """
        with self.index.writing():
            return self.index.store.delete(collection, document_id)

    def create_collection(self, collection: str) -> None:
        """Make an empty collection, unless there is one of that name."""
        with self.index.writing():
            self.index.store.create_collection(collection)

    def delete_collection(self, collection: str) -> int:
        """Delete a collection whole, feedback too; returns the version from which it is gone.

        Raises:
            CollectionNotFound: There is no such collection.
        """
        with self.index.writing():
            version = self.index.store.delete_collection(collection)
            self.index.clear_projections(collection)
            return version

    def save(self) -> None:
        """Save the projections, so that the next process need not bring them up to date."""
        with self.index.writing():
            self.index.save_projections()

    def expire(self, days: float) -> int:
        """Drop the text of revisions that were replaced that long ago; returns how many."""
        with self.index.writing():
            return self.index.store.expire(datetime.now(UTC) - timedelta(days=days))

    def purge(self) -> None:
        """Leave no byte of deleted documents and expired revisions in any file of the index."""
        with self.index.writing():
            self.index.erase()

    def rebuild(self, progress: Callable[[str], None] = lambda _: None) -> int:
        """Make all passages, vectors and projections anew from the stored texts.

        Nothing is lost if it is interrupted: the index stays as it was.

        Returns:
            The number of documents.
        """
        store = self.index.store
        done = 0

        def contents() -> Iterator[tuple[str, Document, Sequence[EmbeddedChunk]]]:
            nonlocal done
            for collection in store.collection_names():
                for record in store.documents(collection):
                    document = store.source(collection, record.id)
                    yield collection, document, self._embed(self.chunker.chunk(document), {})
                    done += 1
                    progress(record.id)

        with self.index.writing(rebuilding=True):
            store.replace_all(self.index.manifest, contents())
            self.index.save_projections()
        return done

    def _embed(self, chunks: Sequence[Chunk], known: dict[str, EmbeddedChunk]) -> list[EmbeddedChunk]:
        new = [c for c in chunks if c.embedding_key not in known]
        texts = [c.embedded_text for c in new]
        texts += [c.quote(s.start, s.end) for c in new for s in c.sentences]
        vectors = self.embedder.embed_passages(texts) if texts else np.empty((0, 0), dtype=np.float32)
        fresh = {}
        offset = len(new)
        for position, chunk in enumerate(new):
            count = len(chunk.sentences)
            fresh[chunk.embedding_key] = (vectors[position], vectors[offset : offset + count])
            offset += count
        old = {key: (e.vector, e.sentence_vectors) for key, e in known.items()}
        return [EmbeddedChunk(c, *(fresh.get(c.embedding_key) or old[c.embedding_key])) for c in chunks]


def _besides(document: Document) -> tuple[object, ...]:
    """What a document has besides its text."""
    # Metadata as JSON, since to Python 1, 1.0 and true are the same.
    return document.headings, document.pages, dump_metadata(document.metadata)
