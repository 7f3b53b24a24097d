"""Reading the SQLite store."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from index.database import Database
from index.errors import CollectionNotFound, DocumentDeleted, DocumentNotFound, RevisionNotFound
from index.layout import Manifest
from index.store.damage import find_damage
from index.store.filters import Filters, compile_filters
from index.store.rows import damaged, embedded_chunk, outline, require_intact
from index.types import Document, DocumentRecord, EmbeddedChunk, Heading, Page, revision_of

_REVISION = "collection, document_id, revision, version, characters, replaced_at, outline, checksum"


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

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._database.translated():
            return self._database.connection.execute(query, parameters).fetchall()

    def _row(self, query: str, parameters: Sequence[object] = ()) -> sqlite3.Row | None:
        return next(iter(self._rows(query, parameters)), None)

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """Hold one version for all reads of this thread inside the block; yields it."""
        with self._database.reading():
            yield self.version()

    def version(self) -> int:
        """The number of the last change; 0 before the first."""
        (row,) = self._rows("SELECT coalesce(max(version), 0) FROM changes")
        return int(row[0])

    def manifest(self) -> Manifest:
        """How the index was built."""
        return Manifest.from_json(self._manifest()["body"])

    def generation(self) -> str:
        """Names this database since it was made or last rebuilt."""
        return str(self._manifest()["generation"])

    def _manifest(self) -> sqlite3.Row:
        row = self._row("SELECT body, generation, checksum FROM manifest")
        if row is None:
            raise damaged("it has no manifest")
        return require_intact(row)

    def collections(self) -> list[CollectionRecord]:
        """The collections, by name."""
        rows = self._rows(
            "SELECT name, (SELECT count(*) FROM documents WHERE collection = name AND revision IS NOT NULL),"
            " (SELECT count(*) FROM chunks WHERE collection = name),"
            " (SELECT max(version) FROM documents WHERE collection = name) FROM collections ORDER BY name"
        )
        return [CollectionRecord(*row) for row in rows]

    def collection_names(self, *, deleted: bool = False) -> list[str]:
        """Names of the collections, sorted; with those that were deleted if wanted."""
        ever = " UNION SELECT collection FROM documents" if deleted else ""
        rows = self._rows(f"SELECT name FROM collections{ever} ORDER BY 1")
        return [row[0] for row in rows]

    def require_collection(self, collection: str) -> None:
        """Raise CollectionNotFound unless there is such a collection."""
        found = self._row("SELECT 1 FROM collections WHERE name = ?", (collection,))
        if not found:
            # Their names are not for everybody who asks.
            raise CollectionNotFound(
                f"There is no collection {collection!r}.",
                "citewise collections list, or GET /v1/collections, shows what there is.",
            )

    def changed_documents(self, collection: str, since: int) -> list[str]:
        """Ids of documents changed or deleted after version ``since``, sorted."""
        rows = self._rows(
            "SELECT id FROM documents WHERE collection = ? AND version > ? ORDER BY 1",
            (collection, since),
        )
        return [row[0] for row in rows]

    def document(self, collection: str, document_id: str) -> DocumentRecord:
        """One document without its text.

        Raises:
            DocumentNotFound: It never existed.
            DocumentDeleted: It was deleted.
        """
        row = self._row("SELECT * FROM documents WHERE collection = ? AND id = ?", (collection, document_id))
        if row is None:
            raise DocumentNotFound(
                f"There is no document {document_id!r} in collection {collection!r}.",
                "citewise docs list, or GET /v1/documents, shows what there is.",
            )
        if require_intact(row)["revision"] is None:
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
        rows = self._rows(
            "SELECT * FROM documents WHERE collection = ? AND revision IS NOT NULL"
            f" AND id > ? AND {condition} ORDER BY id LIMIT ?",
            (collection, after, *parameters, -1 if limit is None else limit),
        )
        return [self._record(row) for row in rows]

    def matching(self, collection: str, filters: Filters) -> frozenset[str]:
        """Ids of exactly the documents that the filters describe."""
        condition, parameters = compile_filters(filters)
        rows = self._rows(
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
        key = (collection, document_id, record.revision if revision is None else revision)
        row = self._row(
            f"SELECT {_REVISION} FROM revisions WHERE collection = ? AND document_id = ? AND revision = ?",
            key,
        )
        if row is None:
            raise RevisionNotFound(
                f"The document {document_id!r} has no revision {revision!r}.",
                f"It has {', '.join(record.revisions)}.",
            )
        if require_intact(row)["outline"] is None:
            raise DocumentDeleted(
                f"The revision {revision!r} of the document {document_id!r} was deleted or has expired.",
                f"It has {', '.join(record.revisions)}.",
            )
        headings, pages = self._outline(key)
        ((text,),) = self._rows(
            "SELECT text FROM revisions WHERE collection = ? AND document_id = ? AND revision = ?", key
        )
        if not isinstance(text, str) or revision_of(text) != key[2]:
            raise damaged(f"the text of {document_id!r} is not that of {key[2]}")
        return Document(document_id, text, record.metadata, headings, pages)

    def _outline(self, key: tuple[str, str, str]) -> tuple[tuple[Heading, ...], tuple[Page, ...]]:
        row = self._row(
            "SELECT headings, pages, outline FROM revisions"
            " WHERE collection = ? AND document_id = ? AND revision = ?",
            key,
        )
        return outline(row) if row and row["outline"] is not None else ((), ())

    def quote(self, collection: str, document_id: str, revision: str, start: int, end: int) -> str | None:
        """A range of a revision's text, or None if there is no such text; reads no more than it."""
        row = self._row(
            "SELECT substr(text, ?, ?) FROM revisions"
            " WHERE collection = ? AND document_id = ? AND revision = ?",
            (start + 1, end - start, collection, document_id, revision),
        )
        return row[0] if row else None

    def chunks(self, collection: str, ids: Sequence[str]) -> dict[str, EmbeddedChunk]:
        """The passages of these ids that are current."""
        rows = self._rows(
            "SELECT * FROM chunks WHERE collection = ? AND id IN (SELECT value FROM json_each(?))",
            (collection, json.dumps(list(ids))),
        )
        return {row["id"]: embedded_chunk(row) for row in rows}

    def document_chunks(self, collection: str, document_id: str) -> list[EmbeddedChunk]:
        """The current passages of one document, in order; none if it was deleted."""
        rows = self._rows(
            "SELECT * FROM chunks WHERE collection = ? AND document_id = ? ORDER BY start",
            (collection, document_id),
        )
        return [embedded_chunk(row) for row in rows]

    def page(self, collection: str, document_id: str, revision: str, position: int) -> int | None:
        """The number of the page on which a position lies; None in a text without pages."""
        _, pages = self._outline((collection, document_id, revision))
        return next((p.number for p in pages if p.start <= position < p.end), None)

    def damage(self) -> list[str]:
        """What SQLite and the checksums find wrong with the file, one sentence each."""
        with self._database.translated():
            return list(find_damage(self._database.connection))

    def _record(self, row: sqlite3.Row) -> DocumentRecord:
        require_intact(row)
        key = (row["collection"], row["id"])
        revisions = self._rows(
            f"SELECT {_REVISION} FROM revisions"
            " WHERE collection = ? AND document_id = ? AND outline IS NOT NULL ORDER BY version, revision",
            key,
        )
        characters = {require_intact(r)["revision"]: r["characters"] for r in revisions}
        if row["revision"] not in characters:
            raise damaged(f"the current revision of {row['id']!r} is not there")
        ((chunks,),) = self._rows("SELECT count(*) FROM chunks WHERE collection = ? AND document_id = ?", key)
        return DocumentRecord(
            id=row["id"],
            collection=row["collection"],
            revision=row["revision"],
            metadata=json.loads(row["metadata"]),
            revisions=tuple(characters),
            characters=characters[row["revision"]],
            chunks=chunks,
            index_version=row["version"],
            updated_at=row["updated_at"],
        )
