"""Files into an index: each read once, remembered, and pruned when it has vanished."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from stat import S_ISREG

from index.build import Builder
from index.errors import DocumentDeleted, DocumentNotFound, LoadError
from index.load.files import Source, printable
from index.load.reading import Failure, Loaded
from index.load.sandbox import Sandbox

# Part of every fingerprint: a loader that reads better is a reason to read again.
_LOADING = 2


@dataclass(slots=True)
class IngestReport:
    """What became of each document, by id; failures with the reason.

    Attributes:
        vanished: In the index, but no longer in the folder; removed only when pruning.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    index_version: int = 0


@dataclass(frozen=True, slots=True)
class _Pending:
    """A source on its way: known and unchanged, failed, or being read."""

    source: Source
    fingerprint: str
    read: "Mapping[str, int] | LoadError | Future[list[Loaded]]"


@dataclass(frozen=True, slots=True)
class Ingest:
    """Puts files into one collection of an index."""

    builder: Builder
    sandbox: Sandbox
    collection: str

    def add(
        self,
        sources: Iterable[Source],
        folders: Iterable[Path] = (),
        *,
        prune: bool = False,
        progress: Callable[[Source], None] = lambda _: None,
        report: IngestReport | None = None,
    ) -> IngestReport:
        """Load and store files; one that fails does not stop the others.

        Every document is committed by itself, so an interrupted run loses nothing that
        it has done, and running it again goes on where it stopped.

        Args:
            sources: The files.
            folders: The folders that were walked for them; what was indexed from there
                before and is there no more counts as vanished.
            prune: Delete the documents of files that vanished.
            progress: Told of each source once it is done.
            report: Filled in while it goes on, so that it can be shown after an interruption.

        Raises:
            IndexLocked, StorageFailed: As ``Builder`` does; what was done before stays.
        """
        report = report or IngestReport()
        present: set[str] = set()
        vanished: list[tuple[str, int]] = []
        try:
            for pending in self._ahead(sources):
                former = self._documents(pending.source.path)
                versions = self._store(pending, report, former)
                if versions is None:
                    present |= former.keys()  # what cannot be read now is not therefore gone
                else:
                    present |= versions.keys()
                    vanished += former.items()
                progress(pending.source)
            files = [found for folder in folders for found in self._vanished_files(folder)]
            vanished += [item for _, documents in files for item in documents.items()]
            self._prune([(d, v) for d, v in vanished if d not in present], report, prune=prune)
            if prune:
                for path, _ in files:
                    self._forget(path)
        finally:
            report.index_version = self.builder.index.store.version()
        self.builder.save()
        return report

    def _ahead(self, sources: Iterable[Source]) -> Iterator[_Pending]:
        """Each source with the next one already being read while it is embedded."""
        held: _Pending | None = None
        for source in chain(sources, [None]):
            coming = self._begin(source) if source else None
            if held:
                yield held
            held = coming

    def _begin(self, source: Source) -> _Pending:
        try:
            self.sandbox.check(source)
            fingerprint = _fingerprint(source)
            known = self.builder.index.store.file(self.collection, _key(source.path))
            if known and known[0] == fingerprint and self._current(known[1]):
                return _Pending(source, fingerprint, known[1])
            return _Pending(source, fingerprint, self.sandbox.submit(source))
        except LoadError as error:
            return _Pending(source, "", error)

    def _store(
        self, pending: _Pending, report: IngestReport, former: Mapping[str, int]
    ) -> Mapping[str, int] | None:
        """The source's documents with their versions, or None if it could not be read."""
        source, read = pending.source, pending.read
        if isinstance(read, Mapping):
            report.unchanged += read
            return read
        try:
            if isinstance(read, LoadError):
                raise read
            loaded = self.sandbox.result(read, source)
        except LoadError as error:
            report.failed[source.document_id] = str(error)
            return None
        if not loaded:
            report.failed[source.document_id] = f"{source.document_id} holds no file that can be read."
            return None
        versions: dict[str, int] = {}
        for found in loaded:
            if isinstance(found, Failure):
                report.failed[found.document_id] = found.reason
            else:
                change = self.builder.put(self.collection, found)
                getattr(report, change.outcome).append(found.id)
                versions[found.id] = change.index_version
        partly = any(isinstance(found, Failure) for found in loaded)
        # What vanished from inside a file, or stood in a part that failed now, stays with it.
        # Without a fingerprint the file is read again, until that is pruned or nothing fails.
        left = {d: v for d, v in former.items() if d not in versions and self._current({d: v})}
        recorded = {**left, **versions}
        with self.builder.index.writing():
            self.builder.index.store.record_file(
                self.collection, _key(source.path), "" if left or partly else pending.fingerprint, recorded
            )
        # What stood in a part that failed now is not therefore gone.
        return recorded if partly else versions

    def _prune(self, vanished: list[tuple[str, int]], report: IngestReport, *, prune: bool) -> None:
        for document_id, version in dict(vanished).items():
            # What somebody else has put under this id since is not this file's.
            if not self._current({document_id: version}):
                continue
            if prune:
                self.builder.delete(self.collection, document_id)
                report.removed.append(document_id)
            else:
                report.vanished.append(document_id)

    def _vanished_files(self, folder: Path) -> Iterator[tuple[str, Mapping[str, int]]]:
        known = self.builder.index.store.files_below(self.collection, _key(folder))
        for path, documents in known.items():
            if _has_vanished(Path(path)):
                yield path, documents

    def _documents(self, path: Path) -> Mapping[str, int]:
        known = self.builder.index.store.file(self.collection, _key(path))
        return known[1] if known else {}

    def _forget(self, path: str) -> None:
        with self.builder.index.writing():
            self.builder.index.store.forget_file(self.collection, path)

    def _current(self, documents: Mapping[str, int]) -> bool:
        store = self.builder.index.store
        try:
            return all(store.document(self.collection, d).index_version == v for d, v in documents.items())
        except (DocumentNotFound, DocumentDeleted):
            return False


def _key(path: Path) -> str:
    """A path as the ledger has it; a name that is not UTF-8 is refused later, and by itself."""
    return printable(str(path.resolve()))


def _has_vanished(path: Path) -> bool:
    """Whether no file is there any more; one in a folder that cannot be entered now may still be."""
    try:
        return not S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def _fingerprint(source: Source) -> str:
    known = json.dumps([_LOADING, source.document_id, source.metadata], sort_keys=True)
    digest = hashlib.sha256(known.encode())
    try:
        with source.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        pass  # the sandbox says what is wrong with it
    return digest.hexdigest()
