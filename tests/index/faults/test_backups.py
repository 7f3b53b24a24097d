"""Backups and restores that are damaged, cut off, or come at a bad time."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from index.backup import back_up, restore
from index.errors import (
    BackupUnusable,
    IndexExists,
    StorageFailed,
)
from index.index import Index
from index.layout import Layout
from index.lock import write_lock
from index.points import Point, on_reach
from index.retrieve import Question, retrieve
from index.store.sqlite import SqliteStore
from index.types import Document
from index.verify import verify
from tests.crash.compare import Comparison
from tests.index.faults.making import damaged


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


def test_the_database_of_an_index_is_no_backup(
    comparison: Comparison, data_dir: Path, tmp_path: Path
) -> None:
    """What it acknowledged last lies in the log beside it, and would be lost."""
    other = Layout(tmp_path / "other")
    other.root.mkdir()
    with comparison.open(data_dir) as builder:
        builder.put("default", Document("new", "The glacier calved."))
        for layout in (other, builder.index.layout):
            with write_lock(layout), pytest.raises(BackupUnusable, match="in use"):
                restore(builder.index.layout.database, layout, replace=True)
        assert builder.index.store.text("default", "new") == "The glacier calved."
        assert verify(builder.index) == []
    assert not other.database.exists()


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
        for _, data in damaged(whole, Random(2)):
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
