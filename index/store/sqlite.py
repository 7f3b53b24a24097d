"""The store on SQLite: one file, WAL, changed only in transactions.

Readers see snapshots: everything read inside ``with store.snapshot()`` is of one
``index_version``, whatever a writer commits meanwhile.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import numpy as np

from index.database import Database
from index.errors import (
    CollectionNotFound,
    DocumentDeleted,
    DocumentNotFound,
    IndexDamaged,
    IndexMismatch,
    IndexNotBuilt,
    RevisionNotFound,
)
from index.layout import SCHEMA, Manifest
from index.store.filters import Filters, compile_filters
from index.store.schema import TABLES
from index.types import (
    Chunk,
    Document,
    DocumentRecord,
    EmbeddedChunk,
    Heading,
    Sentence,
    Vector,
)

_BUILD = "Run: citewise index PATH… with your documents."


class SqliteStore:
    """One index's documents, revisions, passages and vectors.

    Writing is for one process at a time, which the caller sees to.

    Args:
        path: The database file.
        create: Make it, recording this manifest, when it is not there.

    Raises:
        IndexNotBuilt: There is none and ``create`` is not given.
        IndexDamaged: The file is not a database that can be read.
        IndexMismatch: It has another schema.
    """

    def __init__(self, path: Path, *, create: Manifest | None = None) -> None:
        if not path.exists() and create is None:
            raise IndexNotBuilt(f"There is no index in {path.parent} yet.", _BUILD)
        self._path = path
        self._database = Database(path, synchronous="FULL")
        try:
            with self._database.translated():
                self._open(create)
        except BaseException:
            self.close()
            raise

    def _open(self, create: Manifest | None) -> None:
        connection = self._connection
        if create is not None:
            self._database.use_wal()
            with self._database.writing() as tx:
                if not tx.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    for statement in TABLES.split(";"):
                        tx.execute(statement)
                    tx.execute("INSERT INTO manifest VALUES (1, ?, ?)", (create.to_json(), token_hex(16)))
                    tx.execute(f"PRAGMA user_version = {SCHEMA}")
        schema = connection.execute("PRAGMA user_version").fetchone()[0]
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise IndexNotBuilt(f"The index in {self._path.parent} is empty.", _BUILD)
        if schema != SCHEMA:
            raise IndexMismatch(
                f"{self._path} has schema {schema}; this version of Citewise reads {SCHEMA}.",
                "Index the documents again into a new data directory.",
            )

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._database.connection

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """Hold one version for all reads of this thread inside the block; yields it."""
        with self._database.reading():
            yield self.version()

    # -- reading -----------------------------------------------------------------------

    def version(self) -> int:
        """The number of the last change; 0 before the first."""
        row = self._connection.execute("SELECT coalesce(max(version), 0) FROM changes").fetchone()
        return int(row[0])

    def manifest(self) -> Manifest:
        """How the index was built."""
        return Manifest.from_json(self._connection.execute("SELECT body FROM manifest").fetchone()[0])

    def generation(self) -> str:
        """Names this database since it was made or last rebuilt."""
        return str(self._connection.execute("SELECT generation FROM manifest").fetchone()[0])

    def collections(self) -> list[str]:
        """Names of collections that hold a document or ever did, sorted."""
        rows = self._connection.execute("SELECT DISTINCT collection FROM documents ORDER BY 1")
        return [row[0] for row in rows]

    def require_collection(self, collection: str) -> None:
        """Raise CollectionNotFound unless a document was ever put into it."""
        found = self._connection.execute(
            "SELECT 1 FROM documents WHERE collection = ? LIMIT 1", (collection,)
        ).fetchone()
        if not found:
            known = ", ".join(self.collections()) or "none"
            raise CollectionNotFound(
                f"There is no collection {collection!r}.", f"Collections in this index: {known}."
            )

    def changed_documents(self, collection: str, since: int) -> list[str]:
        """Ids of documents changed or deleted after version ``since``, sorted."""
        rows = self._connection.execute(
            "SELECT DISTINCT document_id FROM changes WHERE collection = ? AND version > ? ORDER BY 1",
            (collection, since),
        )
        return [row[0] for row in rows]

    def document(self, collection: str, document_id: str) -> DocumentRecord:
        """One document without its text.

        Raises:
            DocumentNotFound: It never existed.
            DocumentDeleted: It was deleted.
        """
        row = self._connection.execute(
            "SELECT * FROM documents WHERE collection = ? AND id = ?", (collection, document_id)
        ).fetchone()
        if row is None:
            raise DocumentNotFound(
                f"There is no document {document_id!r} in collection {collection!r}.",
                "citewise docs list shows what there is.",
            )
        if row["revision"] is None:
            raise DocumentDeleted(
                f"The document {document_id!r} was deleted on {row['updated_at']}.",
                "Index it again if that was a mistake.",
            )
        return self._record(row)

    def documents(
        self,
        collection: str,
        *,
        filters: Filters | None = None,
        after: str = "",
        limit: int | None = None,
    ) -> list[DocumentRecord]:
        """Documents of a collection by id, those after the id ``after`` only.

        Raises:
            InvalidFilter: A filter that cannot be understood.
        """
        condition, parameters = compile_filters(filters or {})
        rows = self._connection.execute(
            "SELECT * FROM documents WHERE collection = ? AND revision IS NOT NULL"
            f" AND id > ? AND {condition} ORDER BY id LIMIT ?",
            (collection, after, *parameters, -1 if limit is None else limit),
        )
        return [self._record(row) for row in rows.fetchall()]

    def matching(self, collection: str, filters: Filters) -> frozenset[str]:
        """Ids of exactly the documents that the filters describe."""
        condition, parameters = compile_filters(filters)
        rows = self._connection.execute(
            f"SELECT id FROM documents WHERE collection = ? AND revision IS NOT NULL AND {condition}",
            (collection, *parameters),
        )
        return frozenset(row[0] for row in rows)

    def text(self, collection: str, document_id: str, revision: str | None = None) -> str:
        """The canonical text of a revision, the current one if none is named.

        Raises:
            DocumentNotFound: It never existed.
            DocumentDeleted: It was deleted.
            RevisionNotFound: It has no such revision.
        """
        return self.source(collection, document_id, revision).text

    def source(self, collection: str, document_id: str, revision: str | None = None) -> Document:
        """The document as it was loaded, with text and headings; raises as ``text`` does."""
        record = self.document(collection, document_id)
        row = self._connection.execute(
            "SELECT text, headings FROM revisions WHERE collection = ? AND document_id = ? AND revision = ?",
            (collection, document_id, revision or record.revision),
        ).fetchone()
        if row is None:
            raise RevisionNotFound(
                f"The document {document_id!r} has no revision {revision!r}.",
                f"It has {', '.join(record.revisions)}.",
            )
        if row["text"] is None:
            raise DocumentDeleted(
                f"The revision {revision!r} of the document {document_id!r} was deleted.",
                f"It has {', '.join(record.revisions)}.",
            )
        headings = tuple(Heading(*h) for h in json.loads(row["headings"]))
        return Document(document_id, row["text"], record.metadata, headings)

    def quote(self, collection: str, document_id: str, revision: str, start: int, end: int) -> str | None:
        """A range of a revision's text, or None if there is no such text; reads no more than it."""
        row = self._connection.execute(
            "SELECT substr(text, ?, ?) FROM revisions"
            " WHERE collection = ? AND document_id = ? AND revision = ?",
            (start + 1, end - start, collection, document_id, revision),
        ).fetchone()
        return row[0] if row else None

    def chunks(self, collection: str, ids: Sequence[str]) -> dict[str, EmbeddedChunk]:
        """The passages of these ids that are current."""
        rows = self._connection.execute(
            "SELECT * FROM chunks WHERE collection = ? AND id IN (SELECT value FROM json_each(?))",
            (collection, json.dumps(list(ids))),
        )
        return {row["id"]: _embedded(row) for row in rows}

    def document_chunks(self, collection: str, document_id: str) -> list[EmbeddedChunk]:
        """The current passages of one document, in order; none if it was deleted."""
        rows = self._connection.execute(
            "SELECT * FROM chunks WHERE collection = ? AND document_id = ? ORDER BY start",
            (collection, document_id),
        )
        return [_embedded(row) for row in rows]

    def chunk_ids(self, collection: str) -> set[str]:
        """Ids of all current passages of a collection."""
        rows = self._connection.execute("SELECT id FROM chunks WHERE collection = ?", (collection,))
        return {row[0] for row in rows}

    def _record(self, row: sqlite3.Row) -> DocumentRecord:
        key = (row["collection"], row["id"])
        revisions = self._connection.execute(
            "SELECT revision, characters FROM revisions"
            " WHERE collection = ? AND document_id = ? AND headings IS NOT NULL ORDER BY version, revision",
            key,
        ).fetchall()
        chunks = self._connection.execute(
            "SELECT count(*) FROM chunks WHERE collection = ? AND document_id = ?", key
        ).fetchone()[0]
        return DocumentRecord(
            id=row["id"],
            collection=row["collection"],
            revision=row["revision"],
            metadata=json.loads(row["metadata"]),
            revisions=tuple(r["revision"] for r in revisions),
            characters=next(r["characters"] for r in revisions if r["revision"] == row["revision"]),
            chunks=chunks,
            index_version=row["version"],
            updated_at=row["updated_at"],
        )

    # -- writing -----------------------------------------------------------------------

    def put(self, collection: str, document: Document, chunks: Sequence[EmbeddedChunk]) -> int:
        """Create or replace a document and its passages in one transaction.

        Earlier revisions keep their text, so that citations of them still open.

        Returns:
            The ``index_version`` from which it is found.
        """
        with self._database.writing() as tx:
            return self._put(tx, collection, document, chunks)

    def delete(self, collection: str, document_id: str) -> int:
        """Delete a document: its text, all revisions and passages, in one transaction.

        Returns:
            The ``index_version`` from which it cannot be retrieved.

        Raises:
            DocumentNotFound: It never existed.
            DocumentDeleted: It was deleted before.
        """
        with self._database.writing() as tx:
            self.document(collection, document_id)
            version = _next_version(tx, collection, document_id)
            key = (collection, document_id)
            tx.execute("DELETE FROM chunks WHERE collection = ? AND document_id = ?", key)
            tx.execute(
                "UPDATE revisions SET text = NULL, headings = NULL WHERE collection = ? AND document_id = ?",
                key,
            )
            tx.execute(
                "UPDATE documents SET revision = NULL, metadata = '{}', version = ?, updated_at = ?"
                " WHERE collection = ? AND id = ?",
                (version, _now(), *key),
            )
            return version

    def replace_all(
        self, manifest: Manifest, contents: Iterator[tuple[str, Document, Sequence[EmbeddedChunk]]]
    ) -> int:
        """Give every document new passages under a new manifest, all or nothing.

        Args:
            manifest: How the new passages were made.
            contents: Collection, document and passages, for every current document. It is
                read inside the transaction.
        """
        with self._database.writing() as tx:
            tx.execute("UPDATE manifest SET body = ?, generation = ?", (manifest.to_json(), token_hex(16)))
            tx.execute("DELETE FROM chunks")
            for collection, document, chunks in contents:
                self._put(tx, collection, document, chunks)
            return self.version()

    def _put(
        self,
        tx: sqlite3.Connection,
        collection: str,
        document: Document,
        chunks: Sequence[EmbeddedChunk],
    ) -> int:
        version = _next_version(tx, collection, document.id)
        key = (collection, document.id)
        tx.execute("DELETE FROM chunks WHERE collection = ? AND document_id = ?", key)
        tx.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " revision = excluded.revision, metadata = excluded.metadata,"
            " version = excluded.version, updated_at = excluded.updated_at",
            (*key, document.revision, _dump(document.metadata), version, _now()),
        )
        headings = json.dumps([(h.start, h.end, h.level, h.title) for h in document.headings])
        tx.execute(
            "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " version = excluded.version, headings = excluded.headings, text = excluded.text",
            (*key, document.revision, version, len(document.text), headings, document.text),
        )
        tx.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_row(collection, embedded) for embedded in chunks],
        )
        return version


def _next_version(tx: sqlite3.Connection, collection: str, document_id: str) -> int:
    cursor = tx.execute(
        "INSERT INTO changes (collection, document_id) VALUES (?, ?)", (collection, document_id)
    )
    if cursor.lastrowid is None:
        raise IndexDamaged(
            "The store gave a change no number.", "Check the database with citewise index verify."
        )
    return cursor.lastrowid


def _row(collection: str, embedded: EmbeddedChunk) -> tuple[object, ...]:
    chunk = embedded.chunk
    spans = json.dumps([(s.start, s.end, s.kind) for s in chunk.sentences])
    return (
        collection,
        chunk.id,
        chunk.document_id,
        chunk.revision,
        chunk.start,
        chunk.end,
        chunk.context,
        spans,
        chunk.embedding_key,
        embedded.vector.astype("<f4").tobytes(),
        # Sentence vectors only re-score what was found: half precision is enough.
        embedded.sentence_vectors.astype("<f2").tobytes(),
        chunk.text,
    )


def _embedded(row: sqlite3.Row) -> EmbeddedChunk:
    sentences = tuple(Sentence(*s) for s in json.loads(row["sentences"]))
    vector: Vector = np.frombuffer(row["vector"], dtype="<f4").astype(np.float32)
    halves = np.frombuffer(row["sentence_vectors"], dtype="<f2")
    return EmbeddedChunk(
        chunk=Chunk(
            document_id=row["document_id"],
            revision=row["revision"],
            start=row["start"],
            end=row["end"],
            text=row["text"],
            context=row["context"],
            sentences=sentences,
        ),
        vector=vector,
        sentence_vectors=halves.astype(np.float32).reshape(len(sentences), -1),
    )


def _dump(metadata: Mapping[str, object]) -> str:
    return json.dumps(dict(metadata), ensure_ascii=False, sort_keys=True, allow_nan=False)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
