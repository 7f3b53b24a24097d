"""The store on SQLite: one file, WAL, changed only in transactions."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from index.database import Database
from index.errors import IndexDamaged, IndexMismatch, IndexNotBuilt
from index.layout import SCHEMA, Manifest
from index.points import Point, reach
from index.store.feedback import FeedbackTable
from index.store.filters import install_functions
from index.store.reader import Reader
from index.store.rows import (
    checksum,
    chunk_row,
    damaged,
    dump_metadata,
    require_intact,
    revision_row,
    sealed,
    timestamp,
)
from index.store.schema import APPLICATION_ID, TABLES, has_tables
from index.types import Document, EmbeddedChunk

_SHORT = "collection, document_id, revision, version, characters"
_DROP = "UPDATE revisions SET text = NULL, headings = NULL, pages = NULL, outline = NULL"
_BUILD = "Run: citewise index PATH… with your documents."


class SqliteStore(Reader):
    """One index's documents, revisions, passages and vectors, and what was said of answers.

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
        super().__init__(Database(path, synchronous="FULL", prepare=_install))
        self.feedback = FeedbackTable(self._database, self)
        try:
            with self._database.translated():
                self._open(create)
        except BaseException:
            self.close()
            raise

    def _open(self, create: Manifest | None) -> None:
        connection = self._database.connection
        if create is not None:
            self._database.use_wal()
            with self._database.writing() as tx:
                if not tx.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    for statement in TABLES.split(";"):
                        tx.execute(statement)
                    tx.execute(
                        "INSERT INTO manifest VALUES (1, ?, ?, ?)", sealed(create.to_json(), token_hex(16))
                    )
                    tx.execute(f"PRAGMA user_version = {SCHEMA}")
                    tx.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        schema = connection.execute("PRAGMA user_version").fetchone()[0]
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise IndexNotBuilt(f"The index in {self._path.parent} is empty.", _BUILD)
        if connection.execute("PRAGMA application_id").fetchone()[0] not in (APPLICATION_ID, 0):
            raise IndexDamaged(
                f"{self._path} is a database of another program.", "Choose another data directory."
            )
        if schema != SCHEMA:
            raise IndexMismatch(
                f"{self._path} has schema {schema}; this version of Citewise reads {SCHEMA}.",
                "Index the documents again into a new data directory.",
            )
        if not has_tables(connection):
            raise damaged("its tables are not as they were made")

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def put(self, collection: str, document: Document, chunks: Sequence[EmbeddedChunk]) -> int:
        """Create or replace a document and its passages in one transaction.

        Earlier revisions keep their text, so that citations of them still open.

        Returns:
            The ``index_version`` from which it is found.
        """
        with self._database.writing() as tx:
            reach(Point.PUT_BEGUN)
            version = _put(tx, collection, document, chunks)
            reach(Point.PUT_BEFORE_COMMIT)
        reach(Point.PUT_COMMITTED)
        return version

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
            version = _delete(tx, collection, document_id)
            reach(Point.DELETE_BEFORE_COMMIT)
        reach(Point.DELETE_COMMITTED)
        return version

    def create_collection(self, collection: str) -> None:
        """Make an empty collection, unless there is one of that name."""
        with self._database.writing() as tx:
            _create_collection(tx, collection)

    def delete_collection(self, collection: str) -> int:
        """Delete a collection with all its documents and its feedback, in one transaction.

        Returns:
            The ``index_version`` from which nothing of it can be retrieved.

        Raises:
            CollectionNotFound: There is no such collection.
        """
        with self._database.writing() as tx:
            self.require_collection(collection)
            for record in self.documents(collection):
                _delete(tx, collection, record.id)
            tx.execute("DELETE FROM files WHERE collection = ?", (collection,))
            tx.execute("DELETE FROM feedback WHERE collection = ?", (collection,))
            tx.execute("DELETE FROM collections WHERE name = ?", (collection,))
            version = self.version()
            reach(Point.COLLECTION_BEFORE_COMMIT)
        reach(Point.COLLECTION_COMMITTED)
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
            tx.execute(
                "UPDATE manifest SET body = ?, generation = ?, checksum = ?",
                sealed(manifest.to_json(), token_hex(16)),
            )
            tx.execute("DELETE FROM chunks")
            renumbered = {}
            for collection, document, chunks in contents:
                former = self.document(collection, document.id).index_version
                renumbered[former] = _put(tx, collection, document, chunks)
            _renumber_files(tx, renumbered)
            version = self.version()
            reach(Point.REBUILD_BEFORE_COMMIT)
        reach(Point.REBUILD_COMMITTED)
        return version

    def expire(self, replaced_before: datetime) -> int:
        """Drop the text of revisions that were replaced before a moment; returns how many."""
        with self._database.writing() as tx:
            cursor = tx.execute(
                f"{_DROP}, checksum = row_checksum({_SHORT}, replaced_at, NULL)"
                " WHERE outline IS NOT NULL AND replaced_at <= ?",
                (timestamp(replaced_before),),
            )
        reach(Point.ERASE_EXPIRED)
        return cursor.rowcount

    def compact(self) -> None:
        """Leave no byte of what was deleted in the file or its log.

        Raises:
            IndexLocked: Somebody is reading, so the log cannot be emptied.
            StorageFailed: There is no room for the second copy of the file that this makes.
        """
        self._database.compact()

    def copy_to(self, copy: sqlite3.Connection) -> None:
        """Copy everything, as it is at one moment, into another database."""
        # In one step, or a writer would make it start over again and again.
        self._database.connection.backup(copy)

    # -- files that documents came from ---------------------------------------------------

    def file(self, collection: str, path: str) -> tuple[str, Mapping[str, int]] | None:
        """The fingerprint a file had when it was last indexed, and its documents' versions."""
        row = self._row("SELECT * FROM files WHERE collection = ? AND path = ?", (collection, path))
        return (row["fingerprint"], json.loads(require_intact(row)["documents"])) if row else None

    def files_below(self, collection: str, folder: str) -> dict[str, Mapping[str, int]]:
        """The files below a folder that were ever indexed, with their documents' versions."""
        prefix = folder.rstrip("/") + "/"
        rows = self._rows(
            "SELECT * FROM files WHERE collection = ? AND substr(path, 1, ?) = ? ORDER BY path",
            (collection, len(prefix), prefix),
        )
        return {row["path"]: json.loads(require_intact(row)["documents"]) for row in rows}

    def record_file(self, collection: str, path: str, fingerprint: str, documents: Mapping[str, int]) -> None:
        """Remember what a file brought."""
        with self._database.writing() as tx:
            tx.execute(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " fingerprint = excluded.fingerprint, documents = excluded.documents,"
                " checksum = excluded.checksum",
                sealed(collection, path, fingerprint, json.dumps(documents)),
            )
        reach(Point.FILE_RECORDED)

    def forget_file(self, collection: str, path: str) -> None:
        """Remember nothing of a file any more."""
        with self._database.writing() as tx:
            tx.execute("DELETE FROM files WHERE collection = ? AND path = ?", (collection, path))


def _install(connection: sqlite3.Connection) -> None:
    install_functions(connection)
    connection.create_function("row_checksum", -1, checksum, deterministic=True)


def _create_collection(tx: sqlite3.Connection, collection: str) -> None:
    tx.execute("INSERT INTO collections VALUES (?) ON CONFLICT DO NOTHING", (collection,))


def _put(tx: sqlite3.Connection, collection: str, document: Document, chunks: Sequence[EmbeddedChunk]) -> int:
    version = _next_version(tx)
    key, now = (collection, document.id), timestamp(datetime.now(UTC))
    _create_collection(tx, collection)
    tx.execute("DELETE FROM chunks WHERE collection = ? AND document_id = ?", key)
    tx.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " revision = excluded.revision, metadata = excluded.metadata, version = excluded.version,"
        " updated_at = excluded.updated_at, checksum = excluded.checksum",
        sealed(*key, document.revision, dump_metadata(document.metadata), version, now),
    )
    reach(Point.PUT_DOCUMENT_WRITTEN)
    tx.execute(
        f"UPDATE revisions SET replaced_at = ?, checksum = row_checksum({_SHORT}, ?, outline)"
        " WHERE collection = ? AND document_id = ? AND revision != ? AND replaced_at IS NULL",
        (now, now, *key, document.revision),
    )
    tx.execute(
        "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " version = excluded.version, replaced_at = NULL, outline = excluded.outline,"
        " checksum = excluded.checksum, headings = excluded.headings, pages = excluded.pages,"
        " text = excluded.text",
        revision_row(collection, document, version),
    )
    tx.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [chunk_row(collection, embedded) for embedded in chunks],
    )
    return version


def _renumber_files(tx: sqlite3.Connection, renumbered: Mapping[int, int]) -> None:
    """Let what files brought stay theirs when it gets new versions."""
    for row in tx.execute("SELECT * FROM files").fetchall():
        collection, path, fingerprint, documents, _ = require_intact(row)
        versions = {d: renumbered.get(v, v) for d, v in json.loads(documents).items()}
        tx.execute(
            "REPLACE INTO files VALUES (?, ?, ?, ?, ?)",
            sealed(collection, path, fingerprint, json.dumps(versions)),
        )


def _delete(tx: sqlite3.Connection, collection: str, document_id: str) -> int:
    version = _next_version(tx)
    key, now = (collection, document_id), timestamp(datetime.now(UTC))
    tx.execute("DELETE FROM chunks WHERE collection = ? AND document_id = ?", key)
    tx.execute(
        f"{_DROP}, replaced_at = ?, checksum = row_checksum({_SHORT}, ?, NULL)"
        " WHERE collection = ? AND document_id = ?",
        (now, now, *key),
    )
    tx.execute(
        "UPDATE documents SET revision = NULL, metadata = '{}', version = ?, updated_at = ?, checksum = ?"
        " WHERE collection = ? AND id = ?",
        (version, now, checksum(*key, None, "{}", version, now), *key),
    )
    return version


def _next_version(tx: sqlite3.Connection) -> int:
    cursor = tx.execute("INSERT INTO changes DEFAULT VALUES")
    if cursor.lastrowid is None:
        raise IndexDamaged(
            "The store gave a change no number.", "Check the database with citewise index verify."
        )
    return cursor.lastrowid
