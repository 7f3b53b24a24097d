"""The dense projection: one collection's passage vectors in a FAISS index.

The index is flat: exact, and a filter or a deletion cannot cost recall. It lives in
memory; its file only saves reading every vector from the store at start.

File format: one line with the sha256 of what follows, one JSON line (version, stamp, size of
the names), the ids of passages and their documents as JSON, then FAISS's own serialisation.
"""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Iterable, Set
from pathlib import Path

import faiss
import numpy as np

from index.errors import StorageFailed
from index.points import Point, reach
from index.store.reader import Reader
from index.types import EmbeddedChunk, Vector

log = logging.getLogger(__name__)


class MovedOn(Exception):
    """A projection is at a later version than the caller's snapshot: read again."""


class VectorProjection:
    """Cosine search over the passages of one collection.

    Args:
        path: Where the projection is saved.
        collection: The collection that it projects.
        dimension: Length of a vector.
        stamp: Changes when the index is rebuilt another way; a file with another stamp
            is not used.
    """

    def __init__(self, path: Path, collection: str, dimension: int, stamp: str) -> None:
        self._path = path
        self._collection = collection
        self._dimension = dimension
        self._stamp = stamp
        self._lock = threading.Lock()
        self._clear()
        self._load()

    def _clear(self) -> None:
        self._index: faiss.Index = faiss.IndexFlatIP(self._dimension)
        self._ids: list[str] = []
        self._documents: list[str] = []
        self.version = 0
        self._saved = False

    def damage(self, expected: Iterable[EmbeddedChunk]) -> list[str]:
        """What differs from the passages that it should hold, one sentence each."""
        wanted = {e.chunk.id: (e.chunk.document_id, e.vector) for e in expected}
        with self._lock:
            vectors = self._index.reconstruct_n(0, len(self._ids))
            rows = list(zip(self._ids, self._documents, vectors, strict=True))
        held = {chunk_id: (document_id, vector) for chunk_id, document_id, vector in rows}
        problems = []
        if held.keys() != wanted.keys() or len(rows) != len(held):
            problems.append(
                f"the vector projection lacks {len(wanted.keys() - held.keys())} passages"
                f" and has {len(rows) - len(wanted.keys() & held.keys())} too many"
            )
        differing = sum(
            wanted[key][0] != held[key][0] or not np.array_equal(wanted[key][1], held[key][1])
            for key in wanted.keys() & held.keys()
        )
        if differing:
            problems.append(f"the vector projection has other vectors for {differing} passages")
        return problems

    def catch_up(self, store: Reader, version: int) -> None:
        """Apply what changed in the store, up to the ``version`` that the caller reads at."""
        with self._lock:
            if self.version < version:
                self._apply(store, version)

    def _apply(self, store: Reader, version: int) -> None:
        changed = store.changed_documents(self._collection, self.version)
        if changed:
            self._saved = False
            gone = set(changed)
            positions = [i for i, document in enumerate(self._documents) if document in gone]
            if positions:
                # remove_ids moves the rest up and keeps its order, as the lists do.
                self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(positions, dtype=np.int64)))
                kept = [i for i, document in enumerate(self._documents) if document not in gone]
                self._ids = [self._ids[i] for i in kept]
                self._documents = [self._documents[i] for i in kept]
            for document_id in changed:
                embedded = store.document_chunks(self._collection, document_id)
                if embedded:
                    self._index.add(np.stack([e.vector for e in embedded]))
                    self._ids.extend(e.chunk.id for e in embedded)
                    self._documents.extend(document_id for _ in embedded)
        self.version = version

    def search(
        self, query: Vector, k: int, version: int, documents: Set[str] | None = None
    ) -> list[tuple[str, float]]:
        """The ``k`` most similar passages, best first, ties by id.

        Args:
            query: Shape ``(dimension,)``, unit length.
            k: How many.
            version: The version that the caller reads at.
            documents: Search in these documents only; exact, never fewer than there are.

        Raises:
            MovedOn: Another thread brought the projection to a later version meanwhile.
        """
        with self._lock:
            if self.version != version:
                raise MovedOn
            return self._search(query, k, documents)

    def _search(self, query: Vector, k: int, documents: Set[str] | None) -> list[tuple[str, float]]:
        total = len(self._ids)
        parameters = None
        if documents is not None:
            allowed = np.asarray(
                [i for i, document in enumerate(self._documents) if document in documents], dtype=np.int64
            )
            total = len(allowed)
            parameters = faiss.SearchParameters(  # type: ignore[call-arg]  # its stub lacks what its Python adds
                sel=faiss.IDSelectorBatch(allowed)
            )
        k = min(k, total)
        if k == 0:
            return []
        row = query.reshape(1, -1)
        scores, positions = self._index.search(row, min(k + 1, total), params=parameters)
        found = list(zip(scores[0].tolist(), positions[0].tolist(), strict=True))
        if len(found) > k and found[k][0] == found[k - 1][0]:
            # Which of several equals FAISS returns at the cut depends on the order of
            # insertion: fetch all of them, and let the id decide.
            threshold = float(np.nextafter(np.float32(found[k][0]), np.float32(-2)))
            _, scores, positions = self._index.range_search(row, threshold, params=parameters)
            found = list(zip(scores.tolist(), positions.tolist(), strict=True))
        hits = sorted((-score, self._ids[position]) for score, position in found)
        return [(chunk_id, -score) for score, chunk_id in hits[:k]]

    def reset(self) -> None:
        """Forget everything; the next ``catch_up`` reads it all from the store."""
        with self._lock:
            self._clear()

    def save(self, *, required: bool = False) -> None:
        """Write the projection beside its place and move it there, unless it is saved already.

        The caller holds the write lock.

        Args:
            required: What stands in the file now must not stay there.

        Raises:
            StorageFailed: It is required, and the file cannot be written.
        """
        with self._lock:
            if self._saved:
                return
            names = json.dumps([self._ids, self._documents]).encode()
            vectors = faiss.serialize_index(self._index).tobytes()
            fields = {"version": self.version, "stamp": self._stamp, "names": len(names)}
            header = json.dumps(fields).encode() + b"\n"
            temporary = self._path.with_suffix(".tmp")
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with temporary.open("wb") as file:
                    file.write(_digest(header, names, vectors) + header + names)
                    reach(Point.VECTORS_HALF_WRITTEN)
                    file.write(vectors)
                    file.flush()
                    os.fsync(file.fileno())
                reach(Point.VECTORS_BEFORE_RENAME)
                temporary.replace(self._path)
                reach(Point.VECTORS_RENAMED)
                self._saved = True
            except OSError as error:
                if required:
                    raise StorageFailed(
                        f"{self._path} cannot be written ({error.strerror}).",
                        "Check its permissions and the disk.",
                    ) from error
                # Nothing is lost: the vectors are in the store, and are read from there.
                log.warning("%s cannot be written (%s).", self._path, error)
            finally:
                temporary.unlink(missing_ok=True)

    def _load(self) -> None:
        try:
            with self._path.open("rb") as file:
                digest, line, body = file.readline(), file.readline(), file.read()
            if digest != _digest(line, body):
                raise ValueError("its checksum does not match")
            header = json.loads(line)
            if header["stamp"] != self._stamp:
                return
            ids, documents = json.loads(body[: header["names"]])
            index = faiss.deserialize_index(np.frombuffer(body[header["names"] :], dtype=np.uint8))
            if not len(ids) == len(documents) == index.ntotal:
                raise ValueError("its parts do not belong together")
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            log.warning("%s is not usable (%s); rebuilding it from the store.", self._path, error)
            return
        self._index, self._ids, self._documents = index, ids, documents
        self.version = header["version"]
        self._saved = True


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest().encode() + b"\n"
