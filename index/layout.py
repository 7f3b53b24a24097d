"""What lies where in a data directory, and the manifest that says how it was built.

<data_dir>/
citewise.db               the store: the truth, manifest included
citewise.db.damaged       a store that a restore replaced, until the next purge
write.lock                held by the one process that writes
uploads/                  what is being uploaded, until it has been read
projections/<collection>/ vectors.bin, lexical.db: derived, can be thrown away
keys.json, keys.lock      who may use the service over HTTP (``service/access``)
"""

import json
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from index.errors import IndexMismatch, StorageFailed
from index.types import Json

SCHEMA = 2
_ABANDONED_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one data directory."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file that holds the truth."""
        return self.root / "citewise.db"

    @property
    def damaged(self) -> Path:
        """Where a restore puts a store that cannot be read."""
        return self.root / "citewise.db.damaged"

    @property
    def restoring(self) -> Path:
        """Where a backup is checked before it takes the store's place."""
        return self.root / "restore.tmp"

    @property
    def write_lock(self) -> Path:
        """Locked by the writing process."""
        return self.root / "write.lock"

    def sweep(self) -> None:
        """Remove what a process that was killed while writing left half-done."""
        # Not every *.tmp: somebody may be making a backup here, for which no lock is held.
        for left in (*self.root.glob(f"{self.restoring.name}*"), *self.root.glob("projections/*/*.tmp")):
            left.unlink(missing_ok=True)

    def remove_replaced(self, *, but: Iterable[str]) -> None:
        """Remove what a restore left of the store before: itself, if it was damaged, and its projections.

        Args:
            but: The collections whose projections are still used.

        Raises:
            StorageFailed: It cannot be removed.
        """
        kept = {self.projections(collection) for collection in but}
        try:
            self.damaged.unlink(missing_ok=True)
            for folder in self.root.glob("projections/*"):
                if folder not in kept:
                    shutil.rmtree(folder)
        except OSError as error:
            raise StorageFailed(
                f"{error.filename} cannot be removed ({error.strerror}).", "Check its permissions."
            ) from error

    @property
    def uploads(self) -> Path:
        """Where uploads lie while they are read."""
        return self.root / "uploads"

    def sweep_uploads(self) -> None:
        """Remove uploads that a process left that was killed while it read them."""
        for left in self.uploads.glob("*"):
            with suppress(FileNotFoundError):  # it has been read by now
                if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)

    def projections(self, collection: str) -> Path:
        """The folder of one collection's projections; the name is never a path."""
        return self.root / "projections" / sha256(collection.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Manifest:
    """How every vector and passage in an index was made."""

    embedder: Mapping[str, Json]
    chunker: Mapping[str, Json]
    schema: int = SCHEMA

    def to_json(self) -> str:
        """Serialise, with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Read what ``to_json`` wrote."""
        return cls(**json.loads(text))

    def require(self, configured: "Manifest") -> None:
        """Refuse an index that was built in another way than is configured now.

        Raises:
            IndexMismatch: With the difference and the command that repairs it.
        """
        if self.schema != configured.schema:
            raise IndexMismatch(
                f"The index has schema {self.schema}; this version of Citewise reads {configured.schema}.",
                "Index the documents again into a new data directory.",
            )
        for part in ("embedder", "chunker"):
            built: Mapping[str, Json] = getattr(self, part)
            wanted: Mapping[str, Json] = getattr(configured, part)
            # A model goes by many names; its revision says whether it is the same.
            keys = {*built, *wanted} - ({"name"} if part == "embedder" else set())
            changed = sorted(k for k in keys if built.get(k) != wanted.get(k))
            if changed:
                differences = ", ".join(f"{k}: {built.get(k)} → {wanted.get(k)}" for k in changed)
                raise IndexMismatch(
                    f"The index was built with another {part} than is configured ({differences}).",
                    "Run: citewise index rebuild, or configure the former one again.",
                )
