"""An opened index against the model: everything it holds, finds, cites and refuses."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index.backup import restore
from index.build import Builder
from index.chunk import ChunkerConfig, SentenceChunker
from index.embed.onnx import OnnxEmbedder
from index.embed.resolve import DEFAULT_MODEL
from index.errors import CollectionNotFound, DocumentDeleted
from index.index import Index, View
from index.layout import Layout, Manifest
from index.load.reading import Limits, Reading
from index.load.registry import loader_for, loader_of, require_format
from index.store.filters import Filters
from index.store.sqlite import SqliteStore
from index.text.analysis import terms
from index.types import Chunk, Document, Vector
from index.verify import verify
from service.answering.pipeline import Models, Pipeline
from service.answering.reading.reader import SHIPPED
from service.settings import load_settings
from service.types import Ask
from tests.crash.model import State

_QUERIES = ("The comet returned.", "orchard and violin")
_TERMS = ("comet", "harbour", "dredg", "pear", "1910", "violin")
_QUESTIONS = ("What happened to the comet?", "When was the harbour dredged?")


class Wrong(AssertionError):
    """The index is not as the model says."""


def loaded(name: str, text: str, metadata: Mapping[str, Any]) -> Document:
    """A file as its loader reads it."""
    reading = Reading(Limits(), loader_for)
    (document,) = reading.load(loader_of(require_format(name)), text.encode(), name, metadata)
    if not isinstance(document, Document):
        raise TypeError(document)
    return document


class Comparison:
    """Compares indexes with models; the embedder and the models are loaded once."""

    def __init__(self) -> None:
        self.embedder = OnnxEmbedder(DEFAULT_MODEL, load_settings().cache_dir / "models")
        self.chunker = SentenceChunker(self.embedder.count_tokens, ChunkerConfig())
        self.manifest = Manifest(self.embedder.describe(), ChunkerConfig().describe())
        self._models = cache(partial(Models.load, SHIPPED))
        self._vectors: dict[str, Vector] = {}
        self._chunks: dict[tuple[str, str, str], list[Chunk]] = {}

    @contextmanager
    def open(self, data_dir: Path) -> Iterator[Builder]:
        """The index in a data directory, and what changes it."""
        with Index(data_dir, self.manifest, create=True) as index:
            yield Builder(index, self.chunker, self.embedder)

    def require(self, index: Index, state: State, filters: Filters | None = None) -> None:
        """Raise Wrong unless an index is as the model says in every way."""
        difference = differs(index.store, state)
        if difference:
            raise Wrong(difference)
        _equal("verify", verify(index), [])
        for collection in state.collections:
            index.read(collection, lambda view: self._require_searches(view, state, filters or {}))
        for collection in {c for c, _ in state.revisions} - state.collections.keys():
            try:
                index.read(collection, lambda _: None)
            except CollectionNotFound:
                continue
            raise Wrong(f"collection {collection} is still there")

    def require_answers(self, index: Index, state: State) -> int:
        """Raise Wrong unless all citations of a few answers resolve; returns how many there were."""
        pipeline = Pipeline(index, self.embedder, self._models)
        count = 0
        for collection, documents in state.collections.items():
            for question in _QUESTIONS:
                answer = pipeline.answer(Ask(question, collection))
                for source in (s for c in answer.citations for s in c.sources):
                    count += 1
                    document = documents[source.document_id].document
                    _equal("cited revision", source.revision, document.revision)
                    _equal("cited text", document.text[source.start : source.end], source.cited_text)
        return count

    def require_backup(self, file: Path, *states: State) -> State:
        """The one of some states that a backup restores to."""
        with TemporaryDirectory() as folder:
            restore(file, Layout(Path(folder)), replace=False)
            store = SqliteStore(Layout(Path(folder)).database)
            try:
                differences = [differs(store, state) for state in states]
            finally:
                store.close()
        for state, difference in zip(states, differences, strict=True):
            if difference is None:
                return state
        raise Wrong(f"{file} restores to something else: {differences}")

    def _require_searches(self, view: View, state: State, filters: Filters) -> None:
        documents = {
            key: current.document
            for key, current in state.collections[view.collection].items()
            if all(
                _typed(current.document.metadata.get(name)) == _typed(value)
                for name, value in filters.items()
            )
        }
        allowed = view.store.matching(view.collection, filters) if filters else None
        if filters:
            _equal(f"documents with {filters}", allowed, documents.keys())
        chunks = [chunk for document in documents.values() for chunk in self._chunks_of(document)]
        for text in _QUERIES:
            query = self._vector(text)
            wanted = {c.id: float(self._vector(c.embedded_text, passage=True) @ query) for c in chunks}
            found = view.vectors.search(query, len(chunks) + 5, view.version, allowed)
            _equal("dense ids", {i for i, _ in found}, wanted.keys())
            _equal("dense order", found, sorted(found, key=lambda hit: (-hit[1], hit[0])))
            if not all(np.isclose(score, wanted[i], atol=1e-4) for i, score in found):
                raise Wrong(f"dense scores: {found} for {wanted}")
        for term in _TERMS:
            holding = {c.id for c in chunks if term in {*terms(c.context), *terms(c.text)}}
            found = view.lexical.search([term], len(chunks) + 5, allowed)
            _equal(f"passages with {term}", {i for i, _ in found}, holding)

    def _chunks_of(self, document: Document) -> list[Chunk]:
        key = (document.id, document.revision, repr(document.metadata) + repr(document.headings))
        if key not in self._chunks:
            self._chunks[key] = self.chunker.chunk(document)
        return self._chunks[key]

    def _vector(self, text: str, *, passage: bool = False) -> Vector:
        if text not in self._vectors:
            embed = self.embedder
            self._vectors[text] = embed.embed_passages([text])[0] if passage else embed.embed_query(text)
        return self._vectors[text]


def differs(store: SqliteStore, state: State) -> str | None:
    """The first difference between what a store holds and the model, or None."""
    try:
        with store.snapshot() as version:
            _equal("version", version, state.version)
            _equal("collections", store.collection_names(), sorted(state.collections))
            for collection, documents in state.collections.items():
                _require_documents(store, state, collection, documents.keys())
            for collection, document_id in state.deleted():
                _require_deleted(store, collection, document_id)
            _require_ledger(store, state)
    except Wrong as wrong:
        return str(wrong)
    return None


def _require_documents(store: SqliteStore, state: State, collection: str, ids: Any) -> None:
    records = {record.id: record for record in store.documents(collection)}
    _equal(f"documents of {collection}", records.keys(), ids)
    for document_id, current in state.collections[collection].items():
        record, document = records[document_id], current.document
        _equal(f"{document_id} version", record.index_version, current.version)
        _equal(f"{document_id} metadata", _typed(dict(record.metadata)), _typed(dict(document.metadata)))
        _equal(f"{document_id} revision", record.revision, document.revision)
        source = store.source(collection, document_id)
        _equal(f"{document_id} text", source.text, document.text)
        _equal(f"{document_id} headings", source.headings, document.headings)
        _equal(f"{document_id} pages", source.pages, document.pages)
        known = state.revisions[collection, document_id]
        ordered = sorted((f.version, r) for r, f in known.items() if f.text is not None)
        _equal(f"{document_id} revisions", record.revisions, tuple(r for _, r in ordered))
        for revision, former in known.items():
            text: str | None
            try:
                text = store.text(collection, document_id, revision)
            except DocumentDeleted:
                text = None
            _equal(f"{document_id} former text", text, former.text)


def _require_deleted(store: SqliteStore, collection: str, document_id: str) -> None:
    try:
        store.text(collection, document_id)
    except DocumentDeleted:
        return
    raise Wrong(f"{document_id} of {collection} is still there")


def _require_ledger(store: SqliteStore, state: State) -> None:
    wanted = {key: dict(file.documents) for key, file in state.files.items()}
    held = {
        (collection, path): dict(documents)
        for collection in store.collection_names(deleted=True)
        for path, documents in store.files_below(collection, "/").items()
    }
    _equal("files", held, wanted)


def _typed(value: object) -> str:
    # To Python, 1 and true are the same.
    return json.dumps(value, sort_keys=True)


def _equal(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Wrong(f"{what}: {found!r} instead of {wanted!r}")
