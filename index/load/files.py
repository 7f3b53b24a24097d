"""Paths into documents: walking folders, naming documents, reading their metadata."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import DocumentTooLarge, InvalidInput, PathNotFound, UnreadableFile, UnsupportedFormat
from index.load.markdown import MarkdownLoader
from index.load.text import TextLoader
from index.protocols import Loader
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
        InvalidInput: A ``metadata.json`` is not an object of objects.
    """
    for path in paths:
        if path.is_dir():
            for file in _walk(path):
                yield Source(file, file.relative_to(path).as_posix(), _metadata_of(file))
        elif path.exists():
            yield Source(path, path.name, _metadata_of(path))
        else:
            raise PathNotFound(f"{path} is not there.", "Check the path, or quote it if it has spaces.")


def load_file(source: Source) -> Document:
    """Read one file.

    Raises:
        LoadError: It cannot be read, has no loader, is too large, binary or empty.
    """
    try:
        size = source.path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentTooLarge(
                f"{source.path} has {size:,} bytes; the limit for one document is {MAX_BYTES:,}.",
                "Split it into smaller files.",
            )
        data = source.path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"{source.path} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    loader = LOADERS.get(source.path.suffix.lower())
    if loader is None:
        raise UnsupportedFormat(
            f"{source.path} has no supported format ({source.path.suffix or 'no extension'}).",
            f"Supported are {', '.join(sorted(LOADERS))}.",
        )
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


def _metadata_of(file: Path) -> Metadata:
    path = file.with_name(METADATA_FILE)
    if not path.is_file():
        return {}
    try:
        by_name: Json = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} is not readable as JSON ({error}).", "Mend or remove it.") from error
    if not isinstance(by_name, dict):
        raise InvalidInput(f"{path} must be a JSON object of file names.", "Mend or remove it.")
    entry = by_name.get(file.name, {})
    if not isinstance(entry, dict):
        raise InvalidInput(f"{path}: the entry for {file.name} must be an object.", "Mend or remove it.")
    return entry
