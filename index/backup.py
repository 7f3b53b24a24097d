"""Copies of the store, taken and put back while others read and write."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from index.database import RESTORE_HINT, Database
from index.errors import BackupUnusable, CitewiseError, IndexDamaged, IndexExists, StorageFailed
from index.layout import SCHEMA, Layout
from index.points import Point, reach
from index.store.damage import find_damage
from index.store.rows import sealed
from index.store.schema import APPLICATION_ID
from index.store.sqlite import SqliteStore

_DISK = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
)


def back_up(store: SqliteStore, destination: Path) -> int:
    """Copy the store as it is at one moment into one file; the copy is checked and complete.

    Projections are not in it, since they follow from it.

    Args:
        store: The store; it may be read and written meanwhile.
        destination: The file to make; a former one of that name is replaced at the end.

    Returns:
        The ``index_version`` that the copy holds.

    Raises:
        IndexExists: The file is there and is no backup; it stays as it is.
        IndexDamaged: The store is damaged; nothing is written.
        StorageFailed: The file cannot be written.
    """
    if destination.exists() and not _is_backup(destination):
        raise IndexExists(
            f"{destination} is there and is no backup (an index that is in use is none).",
            "Choose another name.",
        )
    partial = destination.with_name(destination.name + ".tmp")
    try:
        _remove(partial)
        with closing(sqlite3.connect(partial)) as copy:
            store.copy_to(copy)
            reach(Point.BACKUP_COPIED)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            _require_whole(copy, destination)
            version = copy.execute("SELECT coalesce(max(version), 0) FROM changes").fetchone()[0]
        _sync(partial)
        reach(Point.BACKUP_BEFORE_RENAME)
        partial.replace(destination)
        _sync(destination.parent)
    except BackupUnusable as error:
        _remove(partial)
        raise IndexDamaged(
            f"The index is damaged ({error.message})", "Restore an earlier backup: citewise restore FILE."
        ) from error
    except (OSError, sqlite3.OperationalError) as error:
        _remove(partial)
        raise StorageFailed(
            f"The backup {destination} cannot be written ({error}).", "Check its folder and the disk."
        ) from error
    except sqlite3.DatabaseError as error:
        _remove(partial)
        raise IndexDamaged(f"The index is damaged ({error}).", RESTORE_HINT) from error
    except BaseException:
        _remove(partial)
        raise
    return int(version)


def _is_backup(path: Path) -> bool:
    """Whether a file is what ``back_up`` made: a Citewise database that never has a log."""
    try:
        with path.open("rb") as file:
            return _begins_backup(file)
    except OSError:
        return False


def _begins_backup(file: BinaryIO) -> bool:
    header = file.read(72)
    # https://www.sqlite.org/fileformat2.html#the_database_header
    return header[18:20] == b"\x01\x01" and header[68:72] == APPLICATION_ID.to_bytes(4, "big")


def restore(source: Path, layout: Layout, *, replace: bool) -> int:
    """Put a backup in the place of the store, in one transaction.

    Who is reading goes on with what was there, and sees the restored state with the next
    read. The caller holds the write lock.

    Args:
        source: What ``back_up`` made.
        layout: Where to.
        replace: Also when an index is there; what it holds is then gone. A damaged one is
            kept beside it until the next purge.

    Returns:
        The ``index_version`` that is restored.

    Raises:
        BackupUnusable: The file is no backup, is damaged or of another schema; nothing is
            changed.
        IndexExists: An index is there and ``replace`` is not set.
        StorageFailed: The data directory cannot be written.
    """
    if _holds_anything(layout.database) and not replace:
        raise IndexExists(
            f"There is an index in {layout.root} already.",
            "Restore into another --data-dir, or replace what it holds with --replace.",
        )
    prepared = layout.restoring
    try:
        _copy(source, prepared)
        with closing(sqlite3.connect(prepared, isolation_level=None)) as copy:
            version = _prepare(copy, source)
            reach(Point.RESTORE_CHECKED)
            _replace(copy, prepared, layout)
    except OSError as error:
        raise StorageFailed(
            f"{layout.root} cannot be written ({error}).", "Check its permissions and the disk."
        ) from error
    finally:
        _remove(prepared)
    reach(Point.RESTORE_COMMITTED)
    return version


def _copy(source: Path, prepared: Path) -> None:
    try:
        file = source.open("rb")
    except OSError as error:
        raise BackupUnusable(
            f"{source} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    with file:
        # The database of an index has its last changes in the log beside it, which is not copied.
        if not _begins_backup(file):
            raise BackupUnusable(
                f"{source} is no backup (an index that is in use is none).",
                "Make one of that index: citewise backup --data-dir DIR FILE.",
            )
        file.seek(0)
        with prepared.open("wb") as copy:
            shutil.copyfileobj(file, copy)


def _holds_anything(database: Path) -> bool:
    """Whether there is an index; what a restore that was killed leaves is an empty file."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(database)) as connection:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.DatabaseError:
        return True


def _prepare(copy: sqlite3.Connection, source: Path) -> int:
    """Check a backup, and make its copy a generation of its own."""
    _require_whole(copy, source)
    try:
        # Projections of what was there before must not be taken for this one's.
        copy.execute("PRAGMA journal_mode = WAL")
        (body,) = copy.execute("SELECT body FROM manifest").fetchone()
        row = sealed(body, token_hex(16))
        copy.execute("UPDATE manifest SET body = ?, generation = ?, checksum = ?", row)
        return int(copy.execute("SELECT coalesce(max(version), 0) FROM changes").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise _disk_or(source, error) from error


def _replace(copy: sqlite3.Connection, prepared: Path, layout: Layout) -> None:
    live = layout.database
    database = Database(live, synchronous="FULL")
    try:
        with database.translated():
            known = live.exists()
            connection = database.connection
            if known:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            database.use_wal()
            # All pages in one step are one transaction of the live file.
            reach(Point.RESTORE_BEFORE_COMMIT)
            copy.backup(connection)
    except IndexDamaged:
        database.close()
        copy.close()
        live.replace(layout.damaged)
        for suffix in ("-wal", "-shm"):
            live.with_name(live.name + suffix).unlink(missing_ok=True)
        _sync(prepared)
        prepared.replace(live)
        _sync(live.parent)
    finally:
        database.close()


def _require_whole(copy: sqlite3.Connection, named: Path) -> None:
    try:
        application = copy.execute("PRAGMA application_id").fetchone()[0]
        schema = copy.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise _unusable(named, "it is not a Citewise database")
        if schema != SCHEMA:
            raise _unusable(named, f"it has schema {schema}, and this version of Citewise reads {SCHEMA}")
        damage = next(find_damage(copy), None)
    except sqlite3.DatabaseError as error:
        raise _disk_or(named, error) from error
    if damage:
        raise _unusable(named, damage.rstrip("."))


def _disk_or(source: Path, error: sqlite3.DatabaseError) -> CitewiseError:
    """Tell a disk that is full or fails while a copy is prepared from a copy that is damaged."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK:
        return StorageFailed(f"There is no room to check {source} ({error}).", "Make room on the disk.")
    return _unusable(source, str(error))


def _unusable(source: Path, why: str) -> BackupUnusable:
    return BackupUnusable(f"{source} cannot be used as a backup: {why}.", "Use another backup.")


def _remove(database: Path) -> None:
    """Remove a database that was begun, with the logs that a killed process left beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
