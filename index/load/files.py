"""Paths into documents: walking folders, naming documents, reading their metadata."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from index.errors import DocumentTooLarge, InvalidInput, PathNotFound, UnreadableFile, UnsupportedFormat
from index.load.markdown import MarkdownLoader
from index.load.text import TextLoader
from index.protocols import Loader
from index.text.canonical import canonical
from index.types import Document, Json, Metadata

METADATA_FILE = "metadata.json"
MAX_BYTES = 64 * 1024 * 1024

_LOADERS: tuple[Loader, ...] = (TextLoader(), MarkdownLoader())
LOADERS: Mapping[str, Loader] = {ext: loader for loader in _LOADERS for ext in loader.extensions}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load.

    Attributes:
        document_id: The file's path below the folder that was given, with ``/``; for a
            file that was given by itself, its name.
    """

    path: Path
    document_id: str
    metadata: Metadata


def find_sources(paths: Sequence[Path]) -> Iterator[Source]:
    """Yield the files to load below ``paths``, in a stable order.

    A folder is walked whole; hidden entries and formats without a loader are passed
    over in it, and links are not followed. A file that is named itself is always
    yielded. ``metadata.json`` beside the files may hold, by file name, what is known of
    each (``title``, ``source``, ``published_at``, ``url``, or any other JSON value).

    Raises:
        PathNotFound: A path is not there.
        InvalidInput: Two files would get the same id, or a ``metadata.json`` is not an
            object of objects.
    """
    described: dict[Path, Mapping[str, Metadata]] = {}
    given: dict[str, Path] = {}
    for path, document_id in _files(paths):
        former = given.setdefault(document_id, path)
        if former != path:
            raise InvalidInput(
                f"{former} and {path} would both be the document {document_id!r}.",
                "Give the folder that holds both, or use two collections.",
            )
        folder = path.parent
        if folder not in described:
            described[folder] = _read_metadata(folder / METADATA_FILE)
        yield Source(path, document_id, described[folder].get(path.name, {}))


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        try:
            kind = path.stat().st_mode
        except (OSError, ValueError) as error:
            raise PathNotFound(
                f"{_printable(str(path))} is not there.", "Check the path, or quote it if it has spaces."
            ) from error
        if S_ISDIR(kind):
            for file in _walk(path):
                yield file, _printable(file.relative_to(path).as_posix())
        else:
            yield path, _printable(path.name)


def _printable(name: str) -> str:
    """A file name that is not UTF-8 with its odd bytes replaced, so that it can be shown."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def load_file(source: Source) -> Document:
    """Read one file.

    Raises:
        LoadError: It cannot be read, has no loader, is too large, binary or empty.
    """
    shown = _printable(str(source.path))
    loader = LOADERS.get(source.path.suffix.lower())
    if loader is None:
        raise UnsupportedFormat(
            f"{shown} has no supported format ({_printable(source.path.suffix) or 'no extension'}).",
            f"Supported are {', '.join(sorted(LOADERS))}.",
        )
    if shown != str(source.path):
        raise UnreadableFile(f"The name of {shown} is not UTF-8.", "Rename the file.")
    try:
        status = source.path.stat()
        if not S_ISREG(status.st_mode):
            raise UnreadableFile(f"{shown} is not a regular file.", "Give files and folders.")
        if status.st_size > MAX_BYTES:
            raise DocumentTooLarge(
                f"{shown} has {status.st_size:,} bytes; the limit for one document is {MAX_BYTES:,}.",
                "Split it into smaller files.",
            )
        data = source.path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"{shown} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    return loader.load(data, source.document_id, source.metadata)


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise UnreadableFile(
            f"{error.filename} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error

    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if not name.startswith(".") and path.suffix.lower() in LOADERS and not path.is_symlink():
                yield path


def _read_metadata(path: Path) -> Mapping[str, Metadata]:
    if not path.is_file():
        return {}
    try:
        by_name: Json = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        if isinstance(by_name, dict) and all(isinstance(entry, dict) for entry in by_name.values()):
            return {name: _canonical(entry) for name, entry in by_name.items() if isinstance(entry, dict)}
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is not readable as JSON ({error}).", "Mend or remove it.") from error
    raise InvalidInput(
        f"{path} must be a JSON object with an object for each file name.", "Mend or remove it."
    )


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _canonical(entry: dict[str, Json]) -> Metadata:
    """Without what no store or client can carry, at any depth."""
    cleaned: Metadata = json.loads(canonical(json.dumps(entry, ensure_ascii=False)), strict=False)
    return cleaned
