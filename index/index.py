"""An opened index: the store, its projections, and reading both at one version."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from index.errors import IndexDamaged, IndexLocked, StorageFailed
from index.layout import Layout, Manifest
from index.lock import write_lock
from index.points import Point, reach
from index.projections.lexical import LexicalProjection
from index.projections.vectors import MovedOn, VectorProjection
from index.store.sqlite import SqliteStore

T = TypeVar("T")
log = logging.getLogger(__name__)
_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class View:
    """One collection at one version. Valid inside the ``Index.read`` that made it."""

    collection: str
    version: int
    store: SqliteStore
    vectors: VectorProjection
    lexical: LexicalProjection


class Index:
    """The index in one data directory.

    Args:
        root: The data directory.
        manifest: How passages and vectors are made now; an index that was built
            otherwise is refused.
        create: Make the index if there is none.
        rebuilding: Open an index that was built otherwise, in order to rebuild it.

    Raises:
        IndexNotBuilt: There is none and ``create`` is not set.
        IndexMismatch: It was built with another embedder, chunker or schema.
        IndexDamaged: Its database cannot be read.
    """

    def __init__(
        self, root: Path, manifest: Manifest, *, create: bool = False, rebuilding: bool = False
    ) -> None:
        self.layout = Layout(root)
        self.manifest = manifest
        if create:
            try:
                root.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageFailed(
                    f"The data directory {root} cannot be made ({error.strerror}).",
                    "Choose another with --data-dir or CITEWISE_DATA_DIR.",
                ) from error
        self.store = SqliteStore(self.layout.database, create=manifest if create else None)
        self._projections: dict[str, tuple[VectorProjection, LexicalProjection]] = {}
        self._stamp = ""
        self._lock = threading.Lock()
        try:
            if not rebuilding:
                self.store.manifest().require(manifest)
        except BaseException:
            self.store.close()
            raise

    def close(self) -> None:
        """Release all files."""
        for _, lexical in self._projections.values():
            lexical.close()
        self._projections.clear()
        self.store.close()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, collection: str, work: Callable[[View], T], *, deleted: bool = False) -> T:
        """Run ``work`` on a collection at its newest version and return its result.

        Everything that ``work`` reads is of that one version. Should a projection move on
        under it, it is run again, so it must have no effects of its own.

        Args:
            collection: Its name.
            work: What to do.
            deleted: The collection may have been deleted, and then is empty.

        Raises:
            CollectionNotFound: There is no such collection.
            IndexMismatch: Another process rebuilt the index another way meanwhile.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return self._read(collection, work, again=attempt > 0, deleted=deleted)
            except MovedOn:
                continue
            except IndexDamaged as error:
                if attempt or not self._discard_damaged(collection):
                    raise
                log.warning("%s Rebuilding it from the store.", error.message)
        raise IndexLocked(
            "The index is being changed faster than it can be read.",
            "Try again later.",
        )

    def _read(self, collection: str, work: Callable[[View], T], *, again: bool, deleted: bool) -> T:
        with self.store.snapshot() as version:
            self.store.manifest().require(self.manifest)
            if not deleted:
                self.store.require_collection(collection)
            vectors, lexical = self._projections_of(collection)
            # A snapshot that was opened after a projection was seen ahead of an earlier one
            # cannot be behind it, unless the database was replaced by an older copy; nor can
            # the file be of another store than the one that is there now.
            if again and vectors.version > version:
                vectors.reset()
            if again and not 0 <= lexical.version <= version:
                lexical.reset()
            vectors.catch_up(self.store, version)
            lexical.catch_up(self.store, version)
            with lexical.snapshot() as lexical_version:
                if lexical_version != version:
                    raise MovedOn
                return work(View(collection, version, self.store, vectors, lexical))

    def _discard_damaged(self, collection: str) -> bool:
        with self._lock:
            projections = self._projections.pop(collection, None)
            if projections:
                projections[1].discard()
            return projections is not None

    @contextmanager
    def writing(self, *, rebuilding: bool = False) -> Iterator[None]:
        """Hold the write lock of the data directory.

        Args:
            rebuilding: The index may have been built otherwise than is configured.

        Raises:
            IndexLocked, StorageFailed: As ``write_lock`` does.
            IndexMismatch: Another process rebuilt the index another way meanwhile.
        """
        with write_lock(self.layout):
            if not rebuilding:
                self.store.manifest().require(self.manifest)
            yield

    def save_projections(self) -> None:
        """Bring every collection's projections to the newest version and save them."""
        for collection in self.store.collection_names():
            self.read(collection, lambda view: view.vectors.save(), deleted=True)

    def clear_projections(self, collection: str) -> None:
        """Bring a deleted collection's projections up to date, so that they hold nothing of it."""
        self.read(collection, lambda view: view.vectors.save(), deleted=True)

    def erase(self) -> None:
        """Leave no byte of deleted documents or expired revisions in any file of the index.

        The caller holds the write lock.

        Raises:
            IndexLocked: Somebody is reading all the time.
            StorageFailed: There is no room for a second copy of the store.
        """
        self.layout.sweep_uploads()
        self.store.compact()
        reach(Point.ERASE_VACUUMED)
        collections = self.store.collection_names(deleted=True)
        for collection in collections:
            self.read(collection, lambda view: view.vectors.save(required=True), deleted=True)
            self._projections_of(collection)[1].compact()
        self.layout.remove_replaced(but=collections)

    def _projections_of(self, collection: str) -> tuple[VectorProjection, LexicalProjection]:
        stamp = hashlib.sha256(f"{self.manifest.to_json()} {self.store.generation()}".encode()).hexdigest()[
            :16
        ]
        with self._lock:
            if stamp != self._stamp:
                # Another thread may still be reading the former ones: let go, do not close.
                self._projections = {}
                self._stamp = stamp
            if collection not in self._projections:
                folder = self.layout.projections(collection)
                dimension = int(str(self.manifest.embedder["dimension"]))
                self._projections[collection] = (
                    VectorProjection(folder / "vectors.bin", collection, dimension, stamp),
                    LexicalProjection(folder / "lexical.db", collection, stamp),
                )
            return self._projections[collection]
