"""Damage to what is stored is noticed and named, and changes no answer silently."""

import json
import logging
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from index.backup import back_up
from index.errors import (
    CitewiseError,
    DocumentDeleted,
    IndexDamaged,
    StorageFailed,
)
from index.index import Index
from index.layout import Layout
from index.retrieve import Question, retrieve
from index.store.sqlite import SqliteStore
from index.verify import verify
from service.answering.pipeline import Models, Pipeline
from service.answering.reading.reader import SHIPPED
from service.types import Ask
from tests.crash.compare import Comparison
from tests.index.faults.making import damaged

_QUESTION = "When did the comet return?"


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


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vectors.bin", "lexical.db"])
def test_no_damage_to_a_projection_changes_what_is_found(
    comparison: Comparison, models: Models, data_dir: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with comparison.open(data_dir) as builder:
        expected = _everything(comparison, builder.index, models)
    path = Layout(data_dir).projections("default") / name
    whole = path.read_bytes()
    noticed = 0
    for what, data in damaged(whole, Random(name)):
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
    for what, data in damaged(whole, Random(1)):
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
