import sqlite3
from pathlib import Path

import numpy as np
import pytest

from index.errors import (
    CollectionNotFound,
    DocumentDeleted,
    DocumentNotFound,
    IndexDamaged,
    IndexMismatch,
    IndexNotBuilt,
    InvalidFilter,
    RevisionNotFound,
)
from index.layout import Manifest
from index.store.filters import Filters
from index.store.sqlite import SqliteStore
from index.types import Chunk, Document, EmbeddedChunk, Sentence

MANIFEST = Manifest({"name": "m", "revision": "a", "dimension": 2}, {"max_tokens": 8})


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "citewise.db", create=MANIFEST)


def _embedded(document: Document) -> EmbeddedChunk:
    end = len(document.text)
    sentence = Sentence(0, end, "prose")
    chunk = Chunk(document.id, document.revision, 0, end, document.text, "", (sentence,))
    return EmbeddedChunk(chunk, np.array([1, 0], dtype=np.float32), np.array([[0, 1]], dtype=np.float32))


def _put(store: SqliteStore, document: Document, collection: str = "default") -> int:
    return store.put(collection, document, [_embedded(document)])


def test_put_gives_each_change_the_next_version(store: SqliteStore) -> None:
    assert [_put(store, Document("a", "One.")), _put(store, Document("b", "Two."))] == [1, 2]
    assert store.delete("default", "a") == 3
    assert store.version() == 3


def test_put_keeps_former_revisions_for_old_citations(store: SqliteStore) -> None:
    old, new = Document("a", "Old."), Document("a", "New.")
    _put(store, old)
    _put(store, new)
    assert store.text("default", "a") == "New."
    assert store.text("default", "a", old.revision) == "Old."
    assert store.document("default", "a").revisions == (old.revision, new.revision)


def test_delete_leaves_a_tombstone_and_no_text(store: SqliteStore) -> None:
    document = Document("a", "Secret.", {"title": "Hidden"})
    _put(store, document)
    store.delete("default", "a")
    for read in (store.document, store.text):
        with pytest.raises(DocumentDeleted, match="deleted"):
            read("default", "a")
    assert store.documents("default") == []
    assert store.chunks("default", [_embedded(document).chunk.id]) == {}


def test_a_revision_deleted_before_is_gone_and_not_unknown(store: SqliteStore) -> None:
    old, new = Document("a", "Old."), Document("a", "New.")
    _put(store, old)
    store.delete("default", "a")
    _put(store, new)
    with pytest.raises(DocumentDeleted):
        store.text("default", "a", old.revision)
    assert store.quote("default", "a", old.revision, 0, 3) is None
    assert store.document("default", "a").revisions == (new.revision,)
    _put(store, old)
    assert store.text("default", "a", old.revision) == "Old."


def test_quotes_are_ranges_of_code_points(store: SqliteStore) -> None:
    document = Document("a", "👩‍👩‍👧 成都 e\u0301 x")
    _put(store, document)
    for start in range(len(document.text)):
        end = min(len(document.text), start + 3)
        assert store.quote("default", "a", document.revision, start, end) == document.text[start:end]


def test_unknown_things_are_named_with_what_there_is(store: SqliteStore) -> None:
    _put(store, Document("a", "One."))
    with pytest.raises(DocumentNotFound, match="'b'"):
        store.document("default", "b")
    with pytest.raises(RevisionNotFound, match="sha256:0"):
        store.text("default", "a", "sha256:0")
    with pytest.raises(CollectionNotFound, match="collections list"):
        store.require_collection("other")


def test_a_failed_put_changes_nothing(store: SqliteStore) -> None:
    document = Document("a", "One.")
    with pytest.raises(sqlite3.IntegrityError):
        store.put("default", document, [_embedded(document), _embedded(document)])
    assert store.version() == 0
    assert store.documents("default") == []


def test_a_snapshot_does_not_move(store: SqliteStore, tmp_path: Path) -> None:
    other = SqliteStore(tmp_path / "citewise.db")
    _put(store, Document("a", "One."))
    with other.snapshot() as version:
        _put(store, Document("b", "Two."))
        assert other.version() == version == 1
        assert [r.id for r in other.documents("default")] == ["a"]
    assert other.version() == 2
    other.close()


def test_vectors_come_back_as_they_were(store: SqliteStore) -> None:
    document = Document("a", "One.")
    _put(store, document)
    (back,) = store.document_chunks("default", "a")
    assert back.chunk == _embedded(document).chunk
    assert back.vector.tolist() == [1, 0]
    assert back.sentence_vectors.tolist() == [[0, 1]]


def test_collections_are_apart(store: SqliteStore) -> None:
    _put(store, Document("a", "One."), "x")
    _put(store, Document("a", "Two."), "y")
    store.delete("x", "a")
    assert store.text("y", "a") == "Two."
    assert store.changed_documents("y", 0) == ["a"]
    assert [tuple(c) for c in store.collections()] == [("x", 0, 0, 3), ("y", 1, 1, 2)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"source": "P"}, {"a", "b"}),
        ({"source": ["P", "Q"]}, {"a", "b", "c"}),
        ({"published_at": {"gte": "2024-01-01"}}, {"b", "c"}),
        ({"published_at": {"gte": "2024-01-01", "lt": "2025-01-01"}}, {"b"}),
        ({"source": "P", "published_at": {"lt": "2024-01-01"}}, {"a"}),
        ({"pages": {"gt": 9}}, {"b"}),
        ({"pages": {"gt": "9"}}, set()),
        ({"tags": "x"}, {"a", "b"}),
        ({"open": True}, {"c"}),
        ({"document_id": ["a", "c"]}, {"a", "c"}),
        ({"absent": "z"}, set()),
    ],
)
def test_filters_select_exactly(store: SqliteStore, filters: Filters, expected: set[str]) -> None:
    _put(
        store,
        Document("a", "1.", {"source": "P", "published_at": "2023-05-01", "tags": ["x", "y"], "pages": 9}),
    )
    _put(
        store, Document("b", "2.", {"source": "P", "published_at": "2024-05-01", "tags": ["x"], "pages": 10})
    )
    _put(store, Document("c", "3.", {"source": "Q", "published_at": "2025-05-01", "open": True}))
    assert store.matching("default", filters) == expected
    assert {r.id for r in store.documents("default", filters=filters)} == expected


@pytest.mark.parametrize(
    "filters",
    [
        {"a": {"near": 1}},
        {"a": {}},
        {"a": None},
        {'a"b': 1},
        {"a": [[1]]},
        {"a": 10**30},
        {"published_at": {"gte": "soon"}},
        {"published_at": "2024-13-45"},
    ],
)
def test_filters_that_make_no_sense_are_refused(store: SqliteStore, filters: Filters) -> None:
    with pytest.raises(InvalidFilter):
        store.matching("default", filters)


def test_a_missing_store_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(IndexNotBuilt, match="citewise index"):
        SqliteStore(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "citewise.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(IndexDamaged, match="damaged"):
        SqliteStore(path)
    assert path.read_bytes().startswith(b"this is not")


def test_another_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "citewise.db"
    SqliteStore(path, create=MANIFEST).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(IndexMismatch, match="schema 99"):
        SqliteStore(path)


def test_manifest_names_what_differs() -> None:
    embedder = dict(MANIFEST.embedder)
    with pytest.raises(IndexMismatch, match=r"embedder .*revision: a → b.*index rebuild"):
        MANIFEST.require(Manifest({**embedder, "revision": "b"}, MANIFEST.chunker))
    with pytest.raises(IndexMismatch, match="chunker"):
        MANIFEST.require(Manifest(embedder, {"max_tokens": 9}))
    MANIFEST.require(Manifest({**embedder, "name": "another spelling"}, MANIFEST.chunker))
