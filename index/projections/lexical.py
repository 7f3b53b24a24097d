"""The lexical projection: one collection's terms in an SQLite FTS5 table, ranked by BM25.

FTS5 keeps exact document counts and lengths through every insertion and deletion, so the
scores depend on what is in the collection and not on how it got there (ADR 0003).
Any process may bring it up to date: SQLite's own lock makes sure that only one does.
"""

import json
import logging
import math
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from index.database import Database
from index.errors import IndexDamaged, StorageFailed
from index.points import Point, reach
from index.store.reader import Reader
from index.text.analysis import terms
from index.types import EmbeddedChunk

log = logging.getLogger(__name__)

_FORMAT = 6
# A heading says what a passage is about, its own words say more.
_CONTEXT_WEIGHT = 0.5
_TABLES = """
CREATE TABLE state (
  stamp TEXT NOT NULL, version INTEGER NOT NULL, passages INTEGER NOT NULL, checksum INTEGER NOT NULL
);
CREATE VIRTUAL TABLE passages USING fts5 (
  context, body, id UNINDEXED, document_id UNINDEXED,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc' tokenchars '.,'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (passages, row);
"""


class LexicalProjection:
    """BM25 search over the passages of one collection.

    Args:
        path: The projection's database. Where it cannot be written, a temporary one is
            made from the store instead.
        collection: The collection that it projects.
        stamp: Changes when the index is rebuilt another way; a file with another stamp
            is made anew.

    Raises:
        StorageFailed: The temporary one cannot be written either.
    """

    def __init__(self, path: Path, collection: str, stamp: str) -> None:
        self._collection = collection
        self._stamp = f"{_FORMAT}:{stamp}"
        self._temporary: TemporaryDirectory[str] | None = None
        self._database = self._open(path)

    def _open(self, path: Path) -> Database:
        database = Database(path, synchronous="NORMAL")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with database.translated():
                self._prepare(database)
        except (OSError, StorageFailed) as error:
            database.close()
            if _is_garbled(path, error):
                return self._open_anew(path, error)
            if self._temporary:
                self._temporary.cleanup()
                raise
            log.warning("%s cannot be written (%s); using a temporary one.", path, error)
            self._temporary = TemporaryDirectory(prefix="citewise-")
            return self._open(Path(self._temporary.name, path.name))
        except IndexDamaged as error:
            database.close()
            return self._open_anew(path, error)
        return database

    def _open_anew(self, path: Path, error: Exception) -> Database:
        log.warning("%s is not usable (%s); rebuilding it from the store.", path, error)
        _remove(path)
        return self._open(path)

    def _prepare(self, database: Database) -> None:
        database.use_wal()
        with database.writing() as tx:
            made = tx.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone()
            stamp = tx.execute("SELECT stamp FROM state").fetchone() if made else None
            if stamp is None or stamp[0] != self._stamp:
                self._make(tx)
            else:
                _require_whole(database.path, tx)

    def _make(self, tx: sqlite3.Connection) -> None:
        for table in ("vocabulary", "passages", "state"):
            tx.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _TABLES.split(";"):
            tx.execute(statement)
        tx.execute("INSERT INTO state VALUES (?, 0, 0, 0)", (self._stamp,))

    def reset(self) -> None:
        """Forget everything; the next ``catch_up`` reads it all from the store."""
        with self._database.writing() as tx:
            self._make(tx)

    def discard(self) -> None:
        """Give up a file that turned out to be damaged, so that it is made anew when opened."""
        self.close()
        _remove(self._database.path)

    def compact(self) -> None:
        """Leave no term of what was deleted in the file.

        Raises:
            IndexLocked: Somebody is reading all the time.
            StorageFailed: There is no room for a second copy of the file.
        """
        # FTS5 only marks what it deletes, until it makes its segments anew.
        with self._database.writing() as tx:
            tx.execute("INSERT INTO passages (passages) VALUES ('rebuild')")
        self._database.compact()

    def close(self) -> None:
        """Release the database."""
        self._database.close()
        if self._temporary:
            self._temporary.cleanup()

    @property
    def version(self) -> int:
        """The store's version that it has applied; -1 if the file projects another store by now.

        A process that reads the store as it was before a restore or a rebuild may find that
        another has already made the file anew for the store as it is.
        """
        with self._database.translated():
            row = self._database.connection.execute(
                "SELECT version FROM state WHERE stamp = ?", (self._stamp,)
            ).fetchone()
        return int(row[0]) if row else -1

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """Hold one version for all searches of this thread inside the block; yields it."""
        with self._database.reading():
            yield self.version

    def damage(self, expected: Iterable[EmbeddedChunk]) -> list[str]:
        """What differs from the passages that it should hold, one sentence each."""
        rows = [_fts_row(e) for e in expected]
        wanted = {row[2]: row for row in rows}
        kept = self._database.connection.execute("SELECT * FROM passages").fetchall()
        held = {row["id"]: tuple(row) for row in kept}
        problems = []
        if held.keys() != wanted.keys() or len(kept) != len(held):
            problems.append(
                f"the lexical projection lacks {len(wanted.keys() - held.keys())} passages"
                f" and has {len(kept) - len(wanted.keys() & held.keys())} too many"
            )
        differing = sum(wanted[key] != held[key] for key in wanted.keys() & held.keys())
        if differing:
            problems.append(f"the lexical projection has other terms for {differing} passages")
        # The rows are only a copy; what is searched are the segments made of them.
        with closing(sqlite3.connect(":memory:")) as anew:
            anew.executescript(_TABLES)
            anew.executemany("INSERT INTO passages VALUES (?, ?, ?, ?)", rows)
            vocabulary = "SELECT term, doc, cnt FROM vocabulary"
            terms_wanted = set(anew.execute(vocabulary))
        terms_held = {tuple(row) for row in self._database.connection.execute(vocabulary)}
        if terms_held != terms_wanted:
            problems.append(f"the lexical projection counts {len(terms_held ^ terms_wanted)} terms otherwise")
        return problems

    def catch_up(self, store: Reader, version: int) -> None:
        """Apply what changed in the store, up to the ``version`` that the caller reads at."""
        if not 0 <= self.version < version:
            return
        with self._database.writing() as tx:
            applied = self.version
            if not 0 <= applied < version:
                return
            changed = store.changed_documents(self._collection, applied)
            checksum = tx.execute("SELECT checksum FROM state").fetchone()[0]
            # UNINDEXED columns have no index: one pass for all documents, not one for each.
            gone = "FROM passages WHERE document_id IN (SELECT value FROM json_each(?))"
            for row in tx.execute(f"SELECT * {gone}", (json.dumps(changed),)):
                checksum ^= _checksum(row)
            tx.execute(f"DELETE {gone}", (json.dumps(changed),))
            reach(Point.LEXICAL_HALF_APPLIED)
            for document_id in changed:
                rows = [_fts_row(e) for e in store.document_chunks(self._collection, document_id)]
                for row in rows:
                    checksum ^= _checksum(row)
                tx.executemany("INSERT INTO passages VALUES (?, ?, ?, ?)", rows)
            tx.execute(
                "UPDATE state SET version = ?, passages = (SELECT count(*) FROM passages), checksum = ?",
                (version, checksum),
            )
            reach(Point.LEXICAL_BEFORE_COMMIT)
        reach(Point.LEXICAL_COMMITTED)

    def search(
        self, query_terms: Sequence[str], k: int, documents: Set[str] | None = None
    ) -> list[tuple[str, float]]:
        """The ``k`` passages with the highest BM25, best first, ties by id.

        Args:
            query_terms: As ``index.text.analysis`` makes them; any one may match, and one that is
                given twice counts twice.
            k: How many.
            documents: Search in these documents only; exact, never fewer than there are.
        """
        if not query_terms or k == 0:
            return []
        condition = "" if documents is None else "AND document_id IN (SELECT value FROM json_each(?))"
        parameters = [] if documents is None else [json.dumps(sorted(documents))]
        rows = self._database.connection.execute(
            f"SELECT id, -bm25(passages, {_CONTEXT_WEIGHT}, 1.0) AS score FROM passages"
            f" WHERE passages MATCH ? {condition} ORDER BY score DESC, id LIMIT ?",
            (_any_of(query_terms), *parameters, k),
        )
        return [(row[0], float(row[1])) for row in rows]

    def weights(self, query_terms: Iterable[str]) -> dict[str, float]:
        """Inverse document frequency of each term over the passages (0 at the least).

        ``ln(1 + (N - n + 0.5) / (n + 0.5))``, the non-negative form of Robertson and
        Spärck Jones's weight, as in Lucene.
        """
        counts = self.counts(query_terms)
        total = self._database.connection.execute("SELECT passages FROM state").fetchone()[0]
        return {t: math.log1p((total - n + 0.5) / (n + 0.5)) for t, n in counts.items()}

    def counts(self, query_terms: Iterable[str]) -> dict[str, int]:
        """In how many passages each term occurs, in the order of the terms."""
        wanted = list(dict.fromkeys(query_terms))
        rows = self._database.connection.execute(
            "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        )
        found = {row[0]: row[1] for row in rows}
        return {term: found.get(term, 0) for term in wanted}

    def documents_with(self, term: str) -> frozenset[str]:
        """The documents in which a term occurs."""
        rows = self._database.connection.execute(
            "SELECT DISTINCT document_id FROM passages WHERE passages MATCH ?", (_any_of([term]),)
        )
        return frozenset(row[0] for row in rows)


def _is_garbled(path: Path, error: Exception) -> bool:
    """Whether SQLite refuses a file for a header that it takes for another program's.

    It reports such a header as a file that must not be written, or as a wrong statement.
    """
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    writable = path.exists() and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return writable and code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_ERROR}


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _require_whole(path: Path, tx: sqlite3.Connection) -> None:
    """Raise IndexDamaged when the file is not as it was written.

    SQLite checks its pages, FTS5 its terms against the rows, and the checksum the rows.
    """
    tx.execute("INSERT INTO passages (passages, rank) VALUES ('integrity-check', 0)")
    pages = tx.execute("PRAGMA quick_check (1)").fetchone()[0]
    checksum = 0
    for row in tx.execute("SELECT * FROM passages"):
        checksum ^= _checksum(row)
    if pages != "ok" or checksum != tx.execute("SELECT checksum FROM state").fetchone()[0]:
        raise IndexDamaged(f"{path} is not as it was written.")


def _checksum(row: Iterable[str]) -> int:
    return zlib.crc32("\0".join(row).encode())


def _fts_row(embedded: EmbeddedChunk) -> tuple[str, str, str, str]:
    chunk = embedded.chunk
    return _joined(chunk.context), _joined(chunk.text), chunk.id, chunk.document_id


def _joined(text: str) -> str:
    return " ".join(terms(text))


def _any_of(query_terms: Sequence[str]) -> str:
    return " OR ".join(f'"{term}"' for term in query_terms)
