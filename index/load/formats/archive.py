"""Archives: every file in them that can be read, under its path."""

import gzip
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import IO
from zipfile import ZipFile, ZipInfo

from index.errors import InvalidInput, LoadError, TotalTooLarge
from index.load.metadata import METADATA_FILE, parse_metadata
from index.load.naming import usable_id
from index.load.reading import Failure, Loaded, Reading
from index.text.canonical import canonical
from index.types import Metadata

_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in an archive; ``flaw`` says why it is not to be opened."""

    path: str
    open: Callable[[], IO[bytes]]
    flaw: str | None


class ZipLoader:
    """Loads the files in a ZIP archive. Nothing is written to disk."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Loaded]:
        """Yield the documents of all members, in the order of their paths."""
        with ZipFile(io.BytesIO(data)) as archive:
            members = [_zipped(archive, info) for info in archive.infolist() if not info.is_dir()]
            yield from _load(members, document_id, metadata, reading)


class TarLoader:
    """Loads the files in a tar archive, which may be compressed by gzip."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Loaded]:
        """Yield the documents of all members, in the order of their paths."""
        if data.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(reading.limits.expanded + 1)
            if len(data) > reading.limits.expanded:
                raise TotalTooLarge(
                    f"{document_id} unpacks to more than {reading.limits.expanded:,} bytes.",
                    "Unpack it and index the folder, or raise limit_expanded_megabytes.",
                )
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            members = [_tarred(archive, info) for info in archive if not info.isdir()]
            yield from _load(members, document_id, metadata, reading)


def _load(members: list[_Member], document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Loaded]:
    # What is known of the archive holds for what is in it, but they are not all called the same.
    common = {key: value for key, value in metadata.items() if key != "title"}
    described: dict[PurePosixPath, Mapping[str, Metadata]] = {}
    readable: dict[str, _Member] = {}
    given: set[str] = set()
    for member in sorted(members, key=lambda m: m.path):
        path = PurePosixPath(member.path)
        member_id = usable_id(f"{document_id}/{member.path}")
        flaw = member.flaw or _flaw(member.path)
        if flaw is None and member_id in given:
            flaw = "there is another file of that name in the archive"
        given.add(member_id)
        if flaw:
            yield Failure(f"{document_id}/{member.path}", f"{member.path!r} is not read: {flaw}.")
        elif path.name == METADATA_FILE:
            name = f"{document_id}/{member.path}"
            try:
                described[path.parent] = parse_metadata(reading.unpack(member.open, name), name)
            except TotalTooLarge:
                raise
            except (InvalidInput, LoadError) as error:
                yield Failure(name, str(error))
        elif not any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
            readable[member_id] = member
    for member_id, member in readable.items():
        path = PurePosixPath(member.path)
        entry = described.get(path.parent, {}).get(path.name, {})
        yield from reading.member(member.open, path.name, member_id, {**common, **entry})


def _flaw(path: str) -> str | None:
    """What is wrong with a member's path. It is only a name here, but a name that lies."""
    if path.startswith("/") or "\\" in path or path[1:2] == ":":
        return "its path is not one below the archive"
    if not path or any(part in ("", ".", "..") for part in path.split("/")):
        return "its path leaves the archive or has empty parts"
    return None


def _zipped(archive: ZipFile, info: ZipInfo) -> _Member:
    flaw = None
    if info.flag_bits & _ENCRYPTED:
        flaw = "it is encrypted"
    elif S_ISLNK(info.external_attr >> 16):
        flaw = "it is a link"
    return _Member(_name(info), lambda: archive.open(info), flaw)


def _name(info: ZipInfo) -> str:
    # ``filename`` has been cut at a NUL and has its separators changed.
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")  # written so by many, announced by few
    return canonical(name)


def _tarred(archive: tarfile.TarFile, info: tarfile.TarInfo) -> _Member:
    path = canonical(info.name).removeprefix("./")
    return _Member(
        path,
        lambda: archive.extractfile(info) or io.BytesIO(),
        None if info.isfile() else "it is a link or a device",
    )
