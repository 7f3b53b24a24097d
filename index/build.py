"""Documents into an index: load, chunk, embed, store; skipping what is there already."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from index.errors import DocumentDeleted, DocumentNotFound, LoadError
from index.index import Index, View
from index.load.files import Source
from index.load.reading import Limits
from index.load.sandbox import Sandbox
from index.protocols import Chunker, Embedder
from index.types import Chunk, Document, EmbeddedChunk

Outcome: TypeAlias = Literal["added", "changed", "unchanged"]


@dataclass(slots=True)
class BuildReport:
    """What became of each source, by document id; failures with the reason."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    index_version: int = 0


@dataclass(frozen=True, slots=True)
class Builder:
    """Puts documents into an index with one chunker and embedder."""

    index: Index
    chunker: Chunker
    embedder: Embedder

    def add_files(
        self,
        collection: str,
        sources: Iterable[Source],
        progress: Callable[[Source], None] = lambda _: None,
    ) -> BuildReport:
        """Load and store files; one that fails does not stop the others.

        Every document is committed by itself, so an interrupted run loses nothing that
        it has done, and running it again goes on where it stopped.

        Args:
            collection: Where to.
            sources: The files.
            progress: Told of each source once it is done.

        Raises:
            IndexLocked: Another process is writing.
        """
        report = BuildReport()
        with self.index.writing(), Sandbox(Limits()) as sandbox:
            for source in sources:
                try:
                    for document in sandbox.read(source):
                        if isinstance(document, Document):
                            getattr(report, self.put(collection, document)).append(document.id)
                except LoadError as error:
                    report.failed[source.document_id] = str(error)
                progress(source)
        report.index_version = self.index.store.version()
        return report

    def delete(self, collection: str, document_id: str) -> int:
        """Delete a document; returns the version from which it cannot be retrieved."""
        with self.index.writing():
            return self.index.store.delete(collection, document_id)

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
            for collection in store.collections():
                for record in store.documents(collection):
                    document = store.source(collection, record.id)
                    yield collection, document, self._embed(self.chunker.chunk(document), {})
                    done += 1
                    progress(record.id)

        with self.index.writing():
            store.replace_all(self.index.manifest, contents())
        return done

    def put(self, collection: str, document: Document) -> Outcome:
        """Store one document unless it is there already. The caller holds the write lock."""
        store = self.index.store
        try:
            record = store.document(collection, document.id)
        except (DocumentNotFound, DocumentDeleted):
            store.put(collection, document, self._embed(self.chunker.chunk(document), {}))
            return "added"
        if record.revision == document.revision and dict(record.metadata) == dict(document.metadata):
            return "unchanged"
        # A title changes what is embedded, so changed metadata goes the same way as
        # changed text; passages that come out the same keep their vectors.
        known = {e.chunk.embedding_key: e for e in store.document_chunks(collection, document.id)}
        store.put(collection, document, self._embed(self.chunker.chunk(document), known))
        return "changed"

    def _embed(self, chunks: Sequence[Chunk], known: dict[str, EmbeddedChunk]) -> list[EmbeddedChunk]:
        new = [c for c in chunks if c.embedding_key not in known]
        texts = [c.embedded_text for c in new]
        texts += [c.text[s.start - c.start : s.end - c.start] for c in new for s in c.sentences]
        vectors = self.embedder.embed_passages(texts) if texts else np.empty((0, 0), dtype=np.float32)
        fresh = {}
        offset = len(new)
        for position, chunk in enumerate(new):
            count = len(chunk.sentences)
            fresh[chunk.embedding_key] = (vectors[position], vectors[offset : offset + count])
            offset += count
        old = {key: (e.vector, e.sentence_vectors) for key, e in known.items()}
        return [EmbeddedChunk(c, *(fresh.get(c.embedding_key) or old[c.embedding_key])) for c in chunks]


def verify(index: Index) -> list[str]:
    """Prove passages against texts and projections against the store.

    Returns:
        What is wrong, one sentence each; empty when all is well.
    """
    problems = []
    for collection in index.store.collections():
        problems += index.read(collection, _verify_collection)
    return problems


def _verify_collection(view: View) -> list[str]:
    problems = []
    expected: set[str] = set()
    for record in view.store.documents(view.collection):
        document = view.store.source(view.collection, record.id)
        if document.revision != record.revision:
            problems.append(f"{record.id}: the text does not match its revision {record.revision}.")
        for embedded in view.store.document_chunks(view.collection, record.id):
            chunk = embedded.chunk
            expected.add(chunk.id)
            if document.text[chunk.start : chunk.end] != chunk.text:
                problems.append(f"{record.id}: passage {chunk.start}:{chunk.end} does not match the text.")
    for name, held in (("vector", view.vectors.ids()), ("lexical", view.lexical.ids())):
        if held != expected:
            problems.append(
                f"Collection {view.collection}: the {name} projection lacks {len(expected - held)}"
                f" passages and has {len(held - expected)} too many."
            )
    return problems
