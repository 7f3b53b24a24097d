"""Damage, full disks and erasure: each is noticed and named, and nothing is lost silently."""

import json
import logging
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import pytest

from index.backup import back_up, restore
from index.build import Builder
from index.errors import (
    BackupUnusable,
    CitewiseError,
    DocumentDeleted,
    IndexDamaged,
    IndexExists,
    IndexLocked,
    StorageFailed,
)
from index.index import Index
from index.layout import Layout
from index.lock import write_lock
from index.points import Point, on_reach
from index.retrieve import Question, retrieve
from index.store.sqlite import SqliteStore
from index.types import Document, Metadata
from index.verify import verify
from service.answering.pipeline import Models, Pipeline
from service.answering.reading.reader import SHIPPED
from service.types import Ask
from tests.crash.compare import Comparison

_TEXTS = {
    "comet": "# Comets\n\nThe comet returned in 1910. It was seen from Lisbon.",
    "harbour": "The harbour was dredged in 1931. The work took three years.",
    "orchard": "The orchard bore pears. They were sold at the market in Ghent.",
    "violin": "The violin was tuned before the concert in Vienna.",
}
_QUESTION = "When did the comet return?"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return Comparison()


@pytest.fixture(scope="module")
def original(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small closed index with a former revision and a deleted document. Read only."""
    data_dir = tmp_path_factory.mktemp("original") / "data"
    with comparison.open(data_dir) as builder:
        builder.put("default", Document("harbour", "The harbour was opened in 1899."))
        builder.put("default", Document("gone", "Nobody knows of the lantern."))
        for name, text in _TEXTS.items():
            metadata: Metadata = {"title": f"On the {name}", "year": len(name)}
            builder.put("default", Document(name, text, metadata))
        builder.delete("default", "gone")
        with builder.index.writing():
            builder.index.store.record_file("default", "/docs/comet", "abc", {"comet": 3})
        builder.save()
    return data_dir


@pytest.fixture
def data_dir(original: Path, tmp_path: Path) -> Path:
    """A copy of its own for one test."""
    return Path(shutil.copytree(original, tmp_path / "data"))


def _everything(comparison: Comparison, index: Index, models: Models) -> str:
    """All that a person can see of an index, as text."""
    pipeline = Pipeline(index, comparison.embedder, lambda: models)
    seen: list[object] = []
    for question in (_QUESTION, "orchard pears", "Where was the concert?"):
        asked = Question.of(question, comparison.embedder.embed_query)
        for filters in ({}, {"year": 5}, {"title": "On the violin"}):
            hits = index.read("default", lambda v, a=asked, f=filters: retrieve(v, a, 5, f))  # type: ignore[misc]
            seen += [(h.chunk.id, h.chunk.text, h.score, h.dense, h.lexical) for h in hits]
    answer = pipeline.answer(Ask(_QUESTION))
    seen += [
        answer.text,
        [(s.document_id, s.cited_text, s.title) for c in answer.citations for s in c.sources],
    ]
    with index.store.snapshot():
        for record in index.store.documents("default"):
            seen.append(str(record))
            for revision in record.revisions:
                source = index.store.source("default", record.id, revision)
                seen += [source.text, source.headings, source.pages]
        seen.append(index.store.file("default", "/docs/comet"))
        try:
            index.store.text("default", "gone")
        except DocumentDeleted as error:
            seen.append(str(error))
    return repr(seen)


@pytest.fixture(scope="module")
def models() -> Models:
    return Models.load(SHIPPED)


def _damaged(data: bytes, random: Random) -> Iterator[tuple[str, bytes]]:
    for _ in range(15):
        length = random.randrange(len(data))
        yield f"cut at {length}", data[:length]
    for _ in range(60):
        at, bit = random.randrange(len(data)), 1 << random.randrange(8)
        yield f"bit {bit} at {at}", data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
    for _ in range(10):
        at = random.randrange(len(data))
        noise = random.randbytes(64)
        yield f"noise at {at}", (data[:at] + noise + data[at + 64 :])[: len(data)]


@pytest.mark.parametrize("name", ["vectors.bin", "lexical.db"])
def test_no_damage_to_a_projection_changes_what_is_found(
    comparison: Comparison, models: Models, data_dir: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with comparison.open(data_dir) as builder:
        expected = _everything(comparison, builder.index, models)
    path = Layout(data_dir).projections("default") / name
    whole = path.read_bytes()
    noticed = 0
    for what, data in _damaged(whole, Random(name)):
        for suffix in ("-wal", "-shm"):
            path.with_name(name + suffix).unlink(missing_ok=True)
        path.write_bytes(data)
        caplog.clear()
        with caplog.at_level(logging.WARNING), comparison.open(data_dir) as builder:
            assert _everything(comparison, builder.index, models) == expected, what
            assert verify(builder.index) == [], what
        noticed += "rebuilding it from the store" in caplog.text.lower()
    assert noticed > 10


@pytest.mark.parametrize("field", ["version", "stamp", "names"])
def test_every_part_of_the_vectors_header_has_a_checksum(
    comparison: Comparison, data_dir: Path, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = Layout(data_dir).projections("default") / "vectors.bin"
    digest, header, body = path.read_bytes().split(b"\n", 2)
    fields = json.loads(header)
    fields[field] = {"version": 6, "stamp": "another", "names": 1}[field]
    path.write_bytes(b"\n".join([digest, json.dumps(fields).encode(), body]))
    with comparison.open(data_dir) as builder:
        assert verify(builder.index) == []
    assert "its checksum does not match" in caplog.text


def test_vectors_of_a_former_format_are_made_anew(
    comparison: Comparison, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = Layout(data_dir).projections("default") / "vectors.bin"
    _, header, body = path.read_bytes().split(b"\n", 2)
    fields = {**json.loads(header), "sha256": sha256(body).hexdigest()}
    path.write_bytes(json.dumps(fields).encode() + b"\n" + body)
    with comparison.open(data_dir) as builder:
        builder.save()
    assert "rebuilding it from the store" in caplog.text
    assert path.read_bytes().split(b"\n", 2)[1:] == [header, body]


def test_no_damage_to_the_database_passes_for_the_truth(
    comparison: Comparison, models: Models, data_dir: Path
) -> None:
    with comparison.open(data_dir) as builder:
        expected = _everything(comparison, builder.index, models)
    database = Layout(data_dir).database
    whole = database.read_bytes()
    outcomes = Counter[str]()
    for what, data in _damaged(whole, Random(1)):
        shutil.rmtree(data_dir)
        data_dir.mkdir()
        database.write_bytes(data)
        outcomes[_outcome(comparison, models, data_dir, expected, what)] += 1
    assert set(outcomes) <= {"refused", "equal", "verified"}, outcomes
    assert outcomes["refused"] > 20, outcomes


def _outcome(comparison: Comparison, models: Models, data_dir: Path, expected: str, what: str) -> str:
    try:
        index = Index(data_dir, comparison.manifest)
    except CitewiseError as error:
        return "refused" if error.hint else "unhelpful"
    with index:
        try:
            if _everything(comparison, index, models) == expected:
                return "equal"
        except IndexDamaged as error:
            return "refused" if "citewise restore" in error.hint else "unhelpful"
        except CitewiseError:
            pass
        try:
            assert verify(index), what
        except IndexDamaged:
            return "refused"
        return "verified"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents SET metadata = replace(metadata, 'comet', 'comit')",
        "UPDATE documents SET revision = (SELECT revision FROM revisions WHERE document_id = 'harbour'"
        " AND replaced_at IS NOT NULL) WHERE id = 'harbour'",
        "UPDATE documents SET updated_at = '1999-01-01T00:00:00Z'",
        "UPDATE revisions SET characters = characters + 1",
        "UPDATE revisions SET headings = '[[0, 1, 1, \"x\"]]' WHERE document_id = 'comet'",
        "UPDATE revisions SET pages = '[[0, 9, 7]]' WHERE document_id = 'comet'",
        "UPDATE revisions SET text = replace(text, '1910', '1911')",
        "UPDATE revisions SET text = NULL WHERE document_id = 'comet'",
        "UPDATE chunks SET text = replace(text, '1910', '1911')",
        "UPDATE chunks SET vector = zeroblob(1536)",
        "UPDATE files SET documents = '{}'",
        "UPDATE manifest SET body = replace(body, 'mean', 'meen'), generation = 'x'",
        "UPDATE collections SET name = 'letters'",
        "DELETE FROM revisions WHERE replaced_at IS NULL",
    ],
)
def test_every_value_has_a_checksum(
    comparison: Comparison, data_dir: Path, tmp_path: Path, change: str
) -> None:
    with closing(sqlite3.connect(Layout(data_dir).database)) as connection, connection:
        connection.execute(change)
    store = SqliteStore(Layout(data_dir).database)
    assert store.damage()
    with pytest.raises(IndexDamaged):
        back_up(store, tmp_path / "backup.db")
    assert not list(tmp_path.glob("backup.db*"))
    store.close()


def test_a_backup_takes_the_place_of_backups_only(
    comparison: Comparison, data_dir: Path, tmp_path: Path
) -> None:
    """An index that somebody serves, or any other file, is not replaced by a copy."""
    store = SqliteStore(Layout(data_dir).database)
    backup, other = tmp_path / "backup.db", tmp_path / "letter.txt"
    other.write_text("Dear all")
    assert back_up(store, backup) == back_up(store, backup)
    for taken in (Layout(data_dir).database, other, tmp_path):
        before = taken.read_bytes() if taken.is_file() else None
        with pytest.raises(IndexExists, match="no backup"):
            back_up(store, taken)
        assert before is None or taken.read_bytes() == before
    store.close()


def test_a_backup_into_the_data_directory_goes_on_while_others_write(
    comparison: Comparison, data_dir: Path
) -> None:
    with comparison.open(data_dir) as builder, comparison.open(data_dir) as other:

        def write(point: Point) -> None:
            if point == Point.BACKUP_COPIED:
                on_reach()
                other.put("default", Document("new", "The glacier calved."))

        before = builder.index.store.version()
        on_reach(write)
        try:
            assert back_up(builder.index.store, data_dir / "backup.db") == before
        finally:
            on_reach()
    with Index(data_dir, comparison.manifest) as index:
        assert verify(index) == []
    with write_lock(Layout(data_dir)):
        assert restore(data_dir / "backup.db", Layout(data_dir), replace=True) == before


def test_damaged_texts_and_passages_are_not_shown(comparison: Comparison, data_dir: Path) -> None:
    with closing(sqlite3.connect(Layout(data_dir).database)) as connection, connection:
        connection.execute("UPDATE revisions SET text = replace(text, '1910', '1911')")
        connection.execute("UPDATE chunks SET text = replace(text, 'Vienna', 'Verona')")
    with Index(data_dir, comparison.manifest) as index:
        with pytest.raises(IndexDamaged, match="citewise restore"):
            index.store.text("default", "comet")
        with pytest.raises(IndexDamaged, match="citewise restore"):
            index.store.document_chunks("default", "violin")
        assert any("violin" in problem for problem in verify(index))


def test_what_another_history_left_is_never_read_nor_written_into(
    comparison: Comparison, data_dir: Path, tmp_path: Path
) -> None:
    """A reader that saw the store before a restore meets the file that was made after it."""
    backup = tmp_path / "backup.db"
    with comparison.open(data_dir) as builder, comparison.open(data_dir) as late:
        back_up(builder.index.store, backup)
        builder.put("default", Document("comet", "The comet was never seen again."))

        with late.index.store.snapshot() as version:
            former = late.index._projections_of("default")[1]
            with write_lock(builder.index.layout):
                restore(backup, builder.index.layout, replace=True)
            builder.index.read("default", lambda _: None)
            former.catch_up(late.index.store, version)
            with former.snapshot() as held:
                assert held != version
        question = Question.of("comet", comparison.embedder.embed_query)
        for each in (builder, late):
            hits = each.index.read("default", lambda view: retrieve(view, question, 1))
            assert "1910" in hits[0].chunk.text
            assert verify(each.index) == []


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
        assert builder.index.store.text("default", "comet") == _TEXTS["comet"]
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


def test_no_room_for_a_temporary_projection_either_is_said(
    comparison: Comparison, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with comparison.open(data_dir) as builder:
        with monkeypatch.context() as patched:
            patched.setattr("index.projections.lexical.Database.use_wal", full)
            with pytest.raises(StorageFailed, match="disk is full"):
                builder.index.read("default", lambda _: None)
        assert list(tmp_path.glob("citewise-*")) == []
        assert verify(builder.index) == []


def test_a_full_disk_is_not_blamed_on_the_backup(
    comparison: Comparison, data_dir: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    with comparison.open(data_dir) as builder:
        back_up(builder.index.store, backup)

        def fill(point: Point) -> None:
            if point == Point.RESTORE_BEFORE_COMMIT:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error

        on_reach(fill)
        try:
            with write_lock(builder.index.layout), pytest.raises(StorageFailed, match="disk is full"):
                restore(backup, builder.index.layout, replace=True)
        finally:
            on_reach()
        assert verify(builder.index) == []


def test_a_restore_that_was_cut_off_in_an_empty_folder_can_be_done_again(
    comparison: Comparison, data_dir: Path, tmp_path: Path
) -> None:
    backup, empty = tmp_path / "backup.db", Layout(tmp_path / "empty")
    with comparison.open(data_dir) as builder:
        version = back_up(builder.index.store, backup)
    empty.root.mkdir()
    with closing(sqlite3.connect(empty.database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    with write_lock(empty):
        assert restore(backup, empty, replace=False) == version
        with pytest.raises(IndexExists):
            restore(backup, empty, replace=False)
    with Index(empty.root, comparison.manifest) as index:
        assert verify(index) == []


def test_a_damaged_backup_changes_nothing(comparison: Comparison, data_dir: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    with comparison.open(data_dir) as builder:
        back_up(builder.index.store, backup)
        builder.put("default", Document("new", "The glacier calved."))
        whole = backup.read_bytes()
        unusable = 0
        for _, data in _damaged(whole, Random(2)):
            backup.write_bytes(data)
            try:
                with write_lock(builder.index.layout):
                    restore(backup, builder.index.layout, replace=True)
            except BackupUnusable:
                unusable += 1
                assert builder.index.store.text("default", "new") == "The glacier calved."
            else:
                # Harmless: it lay where nothing stands.
                assert verify(builder.index) == []
                builder.put("default", Document("new", "The glacier calved."))
        assert unusable > 20
        assert not list(data_dir.glob("*.tmp*"))
