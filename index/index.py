"""An opened index: the store, its projections, and reading both at one version."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from index.errors import IndexLocked, UnreadableFile
from index.layout import Layout, Manifest
from index.projections.lexical import LexicalProjection
from index.projections.vectors import MovedOn, VectorProjection
from index.store.sqlite import SqliteStore

T = TypeVar("T")


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
                raise UnreadableFile(
                    f"The data directory {root} cannot be made ({error.strerror}).",
                    "Choose another with --data-dir or CITEWISE_DATA_DIR.",
                ) from error
        self.store = SqliteStore(self.layout.database, create=manifest if create else None)
        self._projections: dict[str, tuple[VectorProjection, LexicalProjection]] = {}
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

    def read(self, collection: str, work: Callable[[View], T]) -> T:
        """Run ``work`` on a collection at its newest version and return its result.

        Everything that ``work`` reads is of that one version. Should a projection move on
        under it, it is run again, so it must have no effects of its own.

        Raises:
            CollectionNotFound: No document was ever put into the collection.
            IndexMismatch: Another process rebuilt the index another way meanwhile.
        """
        while True:
            with self.store.snapshot() as version:
                self.store.manifest().require(self.manifest)
                self.store.require_collection(collection)
                vectors, lexical = self._projections_of(collection)
                vectors.catch_up(self.store, version)
                lexical.catch_up(self.store, version)
                with lexical.snapshot() as lexical_version:
                    if lexical_version != version:
                        continue
                    try:
                        return work(View(collection, version, self.store, vectors, lexical))
                    except MovedOn:
                        continue

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock; at the end, bring the projections up to date and save them.

        Raises:
            IndexLocked: Another process is writing.
        """
        lock = FileLock(self.layout.write_lock)
        try:
            lock.acquire(timeout=1)
        except Timeout:
            raise IndexLocked(
                f"Another process is writing to {self.layout.root}.",
                "Wait until it has finished, then try again.",
            ) from None
        except OSError as error:
            raise UnreadableFile(
                f"{self.layout.root} cannot be written ({error.strerror}).",
                "Check its permissions and the disk.",
            ) from error
        try:
            yield
            self.save_projections()
        finally:
            lock.release()

    def save_projections(self) -> None:
        """Bring every collection's projections to the newest version and save them."""
        for collection in self.store.collections():
            self.read(collection, lambda view: view.vectors.save())

    def _projections_of(self, collection: str) -> tuple[VectorProjection, LexicalProjection]:
        with self._lock:
            if collection not in self._projections:
                folder = self.layout.projections(collection)
                dimension = int(str(self.manifest.embedder["dimension"]))
                stamp = hashlib.sha256(self.manifest.to_json().encode()).hexdigest()[:16]
                self._projections[collection] = (
                    VectorProjection(folder / "vectors.bin", collection, dimension, stamp),
                    LexicalProjection(folder / "lexical.db", collection, stamp),
                )
            return self._projections[collection]
