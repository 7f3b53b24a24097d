"""One file being read, together with every file inside it, within limits."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from tempfile import gettempdir
from typing import IO, Protocol, TypeAlias

from index.errors import CitewiseError, DocumentTooLarge, LoadError, StorageFailed, TotalTooLarge
from index.load.language import with_language
from index.types import Document, Metadata

MEGABYTE = 1024 * 1024
_BLOCK = MEGABYTE
_SAID = 300

log = logging.getLogger(__name__)


# Of temporary files, which some libraries make: no fault of the file that is read.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost.

    Attributes:
        bytes: Size of the file, and of each file inside it.
        expanded: Size of all files inside it together, unpacked.
        members: Number of files inside it.
        depth: How deep files may lie inside files.
        pages: Pages, slides or sheets of one document.
        seconds: Time, by the clock.
        memory: Address space of the reading process, in bytes.
    """

    bytes: int = 64 * MEGABYTE
    expanded: int = 512 * MEGABYTE
    members: int = 10_000
    depth: int = 3
    pages: int = 5_000
    seconds: float = 120.0
    memory: int = 2048 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Failure:
    """A file inside another that could not be read."""

    document_id: str
    reason: str


Loaded: TypeAlias = Document | Failure


class Loader(Protocol):
    """Turns the bytes of one format into documents."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: "Reading") -> Iterator[Loaded]:
        """Yield the documents in ``data``, in canonical form.

        Most formats hold one, under the id ``document_id``. One that holds several (an
        archive, a mail with attachments) names each ``<document_id>/<its name in there>``
        and yields a ``Failure`` for one that cannot be read, so that the others are kept.

        Args:
            data: The whole file.
            document_id: The file's id.
            metadata: What is known from outside; it wins over what the file says of itself.
            reading: The limits, and the way to read a file inside this one.

        Raises:
            LoadError: The bytes are not of this format, or pass a limit.
        """
        ...


@dataclass(slots=True)
class _Spent:
    expanded: int = 0
    members: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads one file and the files inside it.

    Args:
        limits: What it may cost.
        loader_for: The loader of a file, by its name; None if there is none.
    """

    limits: Limits
    loader_for: Callable[[str], Loader | None]
    _depth: int = 0
    _spent: _Spent = field(default_factory=_Spent)

    def load(self, loader: Loader, data: bytes, document_id: str, metadata: Metadata) -> Iterator[Loaded]:
        """Yield what a loader finds, each document with its language.

        Raises:
            LoadError: The bytes are not of the loader's format, or pass a limit.
        """
        with _parsing(document_id):
            for loaded in loader.load(data, document_id, metadata, self):
                yield with_language(loaded) if isinstance(loaded, Document) else loaded

    def member(
        self, open_member: Callable[[], IO[bytes]], name: str, document_id: str, metadata: Metadata
    ) -> Iterator[Loaded]:
        """Yield what is in a file inside this one; nothing if it has no loader or is hidden.

        One that cannot be read or passes a limit of its own is a failure.

        Args:
            open_member: Opens its bytes; they are read no further than the limits allow,
                whatever size is announced.
            name: Its name, whose extension tells the format.
            document_id: Its id.
            metadata: What is known of it.

        Raises:
            TotalTooLarge: All files inside together pass a limit.
        """
        if PurePosixPath(name).name.startswith("."):
            return
        try:
            loader = self.loader_for(name)
            if loader is None:
                return
            self._count_member(document_id)
            inner = replace(self, _depth=self._depth + 1)
            yield from inner.load(loader, self.unpack(open_member, document_id), document_id, metadata)
        except TotalTooLarge:
            raise
        except LoadError as error:
            yield Failure(document_id, str(error))

    def unpack(self, open_part: Callable[[], IO[bytes]], document_id: str) -> bytes:
        """Read a part of the file to its end.

        Raises:
            DocumentTooLarge: It is larger than is allowed.
            TotalTooLarge: All parts together are.
            LoadError: It cannot be unpacked.
        """
        blocks, size = [], 0
        with _parsing(document_id), open_part() as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                self._spent.expanded += len(block)
                if size > self.limits.bytes:
                    raise DocumentTooLarge(
                        f"{document_id} has more than {self.limits.bytes:,} bytes, the limit for one file.",
                        "Take it out of the archive, or raise limit_megabytes.",
                    )
                if self._spent.expanded > self.limits.expanded:
                    raise TotalTooLarge(
                        f"{document_id}: the archive unpacks to more than {self.limits.expanded:,} bytes.",
                        "Unpack it and index the folder, or raise limit_expanded_megabytes.",
                    )
                blocks.append(block)
        return b"".join(blocks)

    def require_pages(self, count: int, document_id: str) -> None:
        """Raise DocumentTooLarge when a document has more pages than are allowed."""
        if count > self.limits.pages:
            raise DocumentTooLarge(
                f"{document_id} has {count:,} pages; the limit is {self.limits.pages:,}.",
                "Split it, or raise limit_pages.",
            )

    def _count_member(self, document_id: str) -> None:
        self._spent.members += 1
        if self._spent.members > self.limits.members:
            raise TotalTooLarge(
                f"{document_id} is one of more than {self.limits.members:,} files in one archive.",
                "Unpack it and index the folder, or raise limit_members.",
            )
        if self._depth >= self.limits.depth:
            raise DocumentTooLarge(
                f"{document_id} lies more than {self.limits.depth} archives deep.", "Unpack the outer ones."
            )


@contextmanager
def _parsing(document_id: str) -> Iterator[None]:
    """Turn what parsers raise on bytes that they do not understand into a LoadError."""
    try:
        yield
    except (CitewiseError, MemoryError):
        raise
    except RecursionError as error:
        raise LoadError(f"{document_id} is nested too deeply.", "Flatten it.") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise StorageFailed(
                f"There is no room on the disk to read {document_id} ({error.strerror}).",
                f"Make room in {gettempdir()}.",
            ) from error
        log.debug("reading %s", document_id, exc_info=error)
        # What the parser says of the bytes is all that is known.
        said = f"{type(error).__name__}: {error}"[:_SAID]
        raise LoadError(
            f"{document_id} is damaged, or not of the format that its name announces ({said}).",
            "Save it again with the program that made it.",
        ) from None
