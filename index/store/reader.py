"""Reading the SQLite store."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from index.database import Database
from index.errors import CollectionNotFound, DocumentDeleted, DocumentNotFound, RevisionNotFound
from index.layout import Manifest
from index.store.filters import Filters, compile_filters
from index.store.rows import checksum, embedded_chunk, load_headings, load_pages
from index.types import Document, DocumentRecord, EmbeddedChunk, revision_of


class CollectionRecord(NamedTuple):
    """A collection and what it holds."""

    name: str
    documents: int
    chunks: int
    index_version: int


class Reader:
    """What can be read of a store.

    Everything read inside ``with store.snapshot()`` is of one ``index_version``, whatever a
    writer commits meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._database.connection

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """Hold one version for all reads of this thread inside the block; yields it."""
        with self._database.reading():
            yield self.version()

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

    def collections(self) -> list[CollectionRecord]:
        """The collections, by name."""
        rows = self._connection.execute(
            "SELECT name, (SELECT count(*) FROM documents WHERE collection = name AND revision IS NOT NULL),"
            " (SELECT count(*) FROM chunks WHERE collection = name),"
            " (SELECT max(version) FROM changes WHERE collection = name) FROM collections ORDER BY name"
        )
        return [CollectionRecord(*row) for row in rows]

    def collection_names(self, *, deleted: bool = False) -> list[str]:
        """Names of the collections, sorted; with those that were deleted if wanted."""
        ever = " UNION SELECT collection FROM documents" if deleted else ""
        rows = self._connection.execute(f"SELECT name FROM collections{ever} ORDER BY 1")
        return [row[0] for row in rows]

    def require_collection(self, collection: str) -> None:
        """Raise CollectionNotFound unless there is such a collection."""
        found = self._connection.execute("SELECT 1 FROM collections WHERE name = ?", (collection,)).fetchone()
        if not found:
            known = ", ".join(self.collection_names()) or "none"
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
            "SELECT text, headings, pages FROM revisions"
            " WHERE collection = ? AND document_id = ? AND revision = ?",
            (collection, document_id, revision or record.revision),
        ).fetchone()
        if row is None:
            raise RevisionNotFound(
                f"The document {document_id!r} has no revision {revision!r}.",
                f"It has {', '.join(record.revisions)}.",
            )
        if row["text"] is None:
            raise DocumentDeleted(
                f"The revision {revision!r} of the document {document_id!r} was deleted or has expired.",
                f"It has {', '.join(record.revisions)}.",
            )
        return Document(
            document_id,
            row["text"],
            record.metadata,
            load_headings(row["headings"]),
            load_pages(row["pages"]),
        )

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
        return {row["id"]: embedded_chunk(row) for row in rows}

    def document_chunks(self, collection: str, document_id: str) -> list[EmbeddedChunk]:
        """The current passages of one document, in order; none if it was deleted."""
        rows = self._connection.execute(
            "SELECT * FROM chunks WHERE collection = ? AND document_id = ? ORDER BY start",
            (collection, document_id),
        )
        return [embedded_chunk(row) for row in rows]

    def chunk_ids(self, collection: str) -> set[str]:
        """Ids of all current passages of a collection."""
        rows = self._connection.execute("SELECT id FROM chunks WHERE collection = ?", (collection,))
        return {row[0] for row in rows}

    def page(self, collection: str, document_id: str, revision: str, position: int) -> int | None:
        """The number of the page on which a position lies; None in a text without pages."""
        row = self._connection.execute(
            "SELECT value ->> 2 FROM revisions, json_each(revisions.pages)"
            " WHERE collection = ? AND document_id = ? AND revision = ?"
            " AND value ->> 0 <= ? AND ? < value ->> 1",
            (collection, document_id, revision, position, position),
        ).fetchone()
        return int(row[0]) if row else None

    def damage(self) -> list[str]:
        """What SQLite and the checksums find wrong with the file, one sentence each."""
        found = [row[0] for row in self._connection.execute("PRAGMA integrity_check")]
        problems = [] if found == ["ok"] else [f"SQLite reports: {line}." for line in found]
        for row in self._connection.execute("SELECT * FROM chunks ORDER BY collection, id"):
            if checksum(tuple(row)[:-1]) != row["checksum"]:
                problems.append(f"{row['document_id']}: the checksum of passage {row['id']} does not match.")
        for row in self._connection.execute("SELECT * FROM revisions WHERE text IS NOT NULL"):
            if revision_of(row["text"]) != row["revision"]:
                problems.append(f"{row['document_id']}: the text is not that of {row['revision']}.")
        return problems

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
