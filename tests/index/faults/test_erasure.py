"""What is purged leaves no byte behind."""

from pathlib import Path

import numpy as np
import pytest

from index.backup import back_up, restore
from index.build import Builder
from index.errors import (
    DocumentDeleted,
    IndexLocked,
    StorageFailed,
)
from index.layout import Layout
from index.lock import write_lock
from index.store.sqlite import SqliteStore
from index.types import Document
from index.verify import verify
from tests.crash.compare import Comparison
from tests.index.faults.making import TEXTS


def _raw(data_dir: Path) -> dict[str, bytes]:
    return {str(p.relative_to(data_dir)): p.read_bytes() for p in data_dir.rglob("*") if p.is_file()}


def _traces(data_dir: Path, words: list[str], vectors: list[bytes]) -> list[tuple[str, str]]:
    found = [(name, word) for name, data in _raw(data_dir).items() for word in words if word.encode() in data]
    return found + [(n, "vector") for n, data in _raw(data_dir).items() for v in vectors if v in data]


def _halves(vector: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[bytes]:
    return [vector.astype("<f4").tobytes()[:256], vector.astype("<f2").tobytes()[:256]]


_SECRET = Document(
    "secret",
    "The quetzalcoatlus flew over Xochimilco. Its wingspan astonished palaeontologists.",
    {"title": "Pterodactyloid sightings", "author": "Zzyzxwell"},
)


_WORDS = [
    "quetzalcoatl", "xochimilco", "Xochimilco", "Pterodactyloid", "pterodactyloid", "Zzyzxwell", "astonish",
]  # fmt: skip


def _vectors_of(builder: Builder, document_id: str) -> list[bytes]:
    with builder.index.store.snapshot():
        embedded = builder.index.store.document_chunks("default", document_id)
    return [part for e in embedded for v in (e.vector, *e.sentence_vectors) for part in _halves(v)]


def test_purge_leaves_no_byte_of_a_deleted_document(comparison: Comparison, data_dir: Path) -> None:
    with comparison.open(data_dir) as builder:
        builder.put("default", _SECRET)
        builder.save()
        vectors = _vectors_of(builder, "secret")
        assert {word for _, word in _traces(data_dir, _WORDS, vectors)} >= {*_WORDS[1:], "vector"}
        builder.delete("default", "secret")
        builder.save()
        builder.purge()
        assert _traces(data_dir, _WORDS, vectors) == []
        assert verify(builder.index) == []
        with pytest.raises(DocumentDeleted):
            builder.index.store.text("default", "secret")
        assert builder.index.store.text("default", "comet") == TEXTS["comet"]
    assert _traces(data_dir, _WORDS, vectors) == []


def test_purge_leaves_no_byte_of_a_former_revision(comparison: Comparison, data_dir: Path) -> None:
    with comparison.open(data_dir) as builder:
        builder.put("default", _SECRET)
        vectors = _vectors_of(builder, "secret")
        builder.save()
        builder.put("default", Document("secret", "Nothing of it is known."))
        builder.save()
        assert builder.expire(0) == 2  # this, and the harbour's
        builder.purge()
        assert _traces(data_dir, _WORDS, vectors) == []
        assert builder.index.store.text("default", "secret") == "Nothing of it is known."
        with pytest.raises(DocumentDeleted):
            builder.index.store.text("default", "secret", _SECRET.revision)


def test_purge_leaves_no_byte_of_what_a_restore_abandoned(
    comparison: Comparison, data_dir: Path, tmp_path: Path
) -> None:
    with comparison.open(data_dir) as builder:
        back_up(builder.index.store, tmp_path / "backup.db")
        builder.put("letters", _SECRET)
        builder.save()
        with write_lock(builder.index.layout):
            restore(tmp_path / "backup.db", builder.index.layout, replace=True)
        builder.purge()
        assert _traces(data_dir, _WORDS, []) == []
        assert verify(builder.index) == []


def test_purge_leaves_no_byte_of_a_damaged_store_that_was_replaced(
    comparison: Comparison, data_dir: Path, tmp_path: Path
) -> None:
    layout = Layout(data_dir)
    with comparison.open(data_dir) as builder:
        back_up(builder.index.store, tmp_path / "backup.db")
        builder.put("default", _SECRET)
    layout.database.write_bytes(b"garbled" + layout.database.read_bytes()[7:])
    with write_lock(layout):
        restore(tmp_path / "backup.db", layout, replace=True)
    assert _traces(data_dir, _WORDS, [])
    with comparison.open(data_dir) as builder:
        builder.purge()
        assert _traces(data_dir, _WORDS, []) == []
        assert verify(builder.index) == []


def test_an_upload_that_ends_while_uploads_are_swept_is_no_fault(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.uploads.mkdir()
    (layout.uploads / "ended").symlink_to(tmp_path / "not there")
    layout.sweep_uploads()


def test_purge_while_somebody_reads_fails_clearly_and_works_afterwards(
    comparison: Comparison, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.database._BUSY_MS", 200)
    reader = SqliteStore(Layout(data_dir).database)
    with comparison.open(data_dir) as builder:
        with reader.snapshot():
            builder.put("default", _SECRET)
            builder.delete("default", "secret")
            with pytest.raises(IndexLocked, match="read"):
                builder.purge()
        builder.purge()
        assert _traces(data_dir, _WORDS, []) == []
        assert verify(builder.index) == []
    reader.close()


def test_a_purge_that_cannot_write_the_vectors_says_so(
    comparison: Comparison, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with comparison.open(data_dir) as builder:
        builder.delete("default", "comet")
        with monkeypatch.context() as patched:
            patched.setattr("index.projections.vectors.os.fsync", full)
            builder.save()  # only a matter of speed
            with pytest.raises(StorageFailed, match=r"vectors.bin cannot be written \(No space"):
                builder.purge()
        builder.purge()
        assert verify(builder.index) == []
