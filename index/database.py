"""SQLite files as every part of the index opens them: WAL, one connection a thread."""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from index.errors import IndexDamaged, IndexLocked, StorageFailed

_BUSY_MS = 10_000
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# What SQLite calls a mistake in the statement where it is the file that is wrong: its tables
# have other names, or its values are no text and no JSON.
_GARBLED = ("no such table", "no such column", "malformed JSON", "Could not decode")
RESTORE_HINT = "Restore it from a backup: citewise restore FILE --replace; or remove it and index again."


# A file's modification time and size, and that it has no log.
_State: TypeAlias = tuple[int, int]


class _Holder:
    """A thread's connection; it is closed when the thread ends and lets go of it.

    One closes after the other, since SQLite clears its log away with the last connection
    only, and of two that close at the same moment neither finds itself to be the last.
    """

    _closing = threading.RLock()  # re-entrant: the collector may end a holder inside a close

    def __init__(self, connection: sqlite3.Connection, frozen: _State | None) -> None:
        self.connection = connection
        self.frozen = frozen
        self.close = weakref.finalize(self, self._close, connection)

    @classmethod
    def _close(cls, connection: sqlite3.Connection) -> None:
        with cls._closing:
            connection.close()


class Database:
    """An SQLite file with snapshots for readers and transactions for writers.

    Args:
        path: The file; it is made if it is not there.
        synchronous: ``FULL`` for the truth, ``NORMAL`` for what can be made again.
        prepare: Told of each new connection.
    """

    def __init__(
        self,
        path: Path,
        *,
        synchronous: str,
        prepare: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> None:
        self.path = path
        self._prepare = prepare
        self._synchronous = synchronous
        self._local = threading.local()
        self._holders: weakref.WeakSet[_Holder] = weakref.WeakSet()
        self._lock = threading.Lock()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode outside the blocks below."""
        holder: _Holder | None = getattr(self._local, "holder", None)
        if holder is None:
            frozen = self._frozen()
            connection = sqlite3.connect(
                self.path.absolute().as_uri() + ("?immutable=1" if frozen else ""),
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
            holder = _Holder(connection, frozen)
            with self._lock:
                self._holders.add(holder)
            connection.row_factory = sqlite3.Row
            self._prepare(connection)
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            self._local.holder = holder
        return holder.connection

    def _frozen(self) -> _State | None:
        # SQLite cannot open a log in a folder that it must not write. A file without a log
        # can be read as it stands, for as long as it stays so.
        try:
            status = self.path.stat()
        except OSError:
            return None
        log = self.path.with_name(self.path.name + "-wal")
        if log.exists() or os.access(self.path.parent, os.W_OK):
            return None
        return status.st_mtime_ns, status.st_size

    def compact(self) -> None:
        """Rewrite the file without anything that was deleted, and empty its log.

        Raises:
            IndexLocked: Somebody is reading, so the log cannot be emptied.
            StorageFailed: There is no room for the second copy of the file that this makes.
        """
        with self.translated():
            self.connection.execute("VACUUM")
            if self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise IndexLocked(
                    f"{self.path} is being read, so its log cannot be emptied.",
                    "Try again; if a server is busy all the time, stop it meanwhile.",
                )

    def use_wal(self) -> None:
        """Keep changes in a log beside the file, so that readers and a writer do not wait."""
        deadline = time.monotonic() + _BUSY_MS / 1000
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # SQLite does not wait by itself where the mode of a file is just being set.
                if error.sqlite_errorcode & 0xFF not in _LOCKED or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All reads of this thread inside the block are of one state of the file.

        Raises:
            IndexLocked, StorageFailed, IndexDamaged: What SQLite reports, in our terms.
        """
        with self.translated():
            connection = self.connection
            frozen = self._local.holder.frozen
            if frozen and frozen != self._frozen():
                self._local.holder.close()
                del self._local.holder
                connection = self.connection
                frozen = self._local.holder.frozen
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            if frozen and frozen != self._frozen():
                raise IndexLocked(f"{self.path} was changed while it was read.", "Try again.")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end of the block, rolled back on an error.

        Raises:
            IndexLocked, StorageFailed, IndexDamaged: What SQLite reports, in our terms.
        """
        with self.translated():
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself when, for example, the disk is full.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what SQLite reports of the file into errors that say what to do."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.DatabaseError as error:
            # Extended result codes keep the primary one in their lowest byte.
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _LOCKED:
                raise IndexLocked(
                    f"{self.path} is in use by another process.",
                    "Wait until it has finished, then try again.",
                ) from error
            if code in _DAMAGED or str(error).startswith(_GARBLED):
                raise IndexDamaged(f"{self.path} is damaged ({error}).", RESTORE_HINT) from error
            raise StorageFailed(
                f"{self.path} cannot be read or written ({error}).", "Check its permissions and the disk."
            ) from error

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for holder in list(self._holders):
                holder.close()
        self._local = threading.local()
