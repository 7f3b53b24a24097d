"""Paths into sources: walking folders, naming documents, finding their metadata."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from pathspec import GitIgnoreSpec

from index.errors import InvalidInput, PathNotFound, UnreadableFile
from index.load.metadata import METADATA_FILE, read_metadata
from index.load.naming import usable_id
from index.load.registry import Format, format_of
from index.text.canonical import canonical
from index.types import Metadata

IGNORE_FILE = ".citewiseignore"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load.

    Attributes:
        document_id: The file's path below the folder that was given, with ``/``;
            for a file that was given by itself, its name; as ``usable_id`` has it.
        format: Its format, where its name does not tell.
    """

    path: Path
    document_id: str
    metadata: Metadata
    format: Format | None = None

    @property
    def shown(self) -> str:
        """What errors call it: the file, or the document where the file's name tells nothing."""
        return printable(str(self.path)) if self.format is None else self.document_id


def find_sources(
    paths: Sequence[Path], include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Iterator[Source]:
    """Yield the files to load below ``paths``, in a stable order.

    A folder is walked whole; hidden entries and formats without a loader are passed
    over in it, and links are not followed. What its ``.citewiseignore`` names, in the form
    of a ``.gitignore``, is left out, too; one in a folder below counts for nothing. A file
    that is named itself is always yielded.
    ``metadata.json`` beside the files may hold, by file name, what is known of each
    (``title``, ``source``, ``published_at``, ``url``, or any other JSON value).

    Args:
        paths: Files and folders.
        include: Patterns as in ``.gitignore``, below the folder; only files that match one
            are taken. All are, if there is none.
        exclude: Patterns of files and folders to leave out; they win over ``include``.

    Raises:
        PathNotFound: A path is not there.
        InvalidInput: Two files would get the same id, or a ``metadata.json`` is not an
            object of objects.
    """
    described: dict[Path, Mapping[str, Metadata]] = {}
    given: dict[str, Path] = {}
    wanted = _patterns(include or ["*"])
    unwanted = _patterns(exclude)
    for path, document_id in _files(paths, wanted, unwanted):
        former = given.setdefault(document_id, path)
        if former != path:
            raise InvalidInput(
                f"{former} and {path} would both be the document {document_id!r}.",
                "Give the folder that holds both, or use two collections.",
            )
        folder = path.parent
        if folder not in described:
            described[folder] = read_metadata(folder / METADATA_FILE)
        yield Source(path, document_id, described[folder].get(canonical(path.name), {}))


def printable(name: str) -> str:
    """A file name that is not UTF-8 with its odd bytes replaced, so that it can be shown."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _files(
    paths: Sequence[Path], wanted: GitIgnoreSpec, unwanted: GitIgnoreSpec
) -> Iterator[tuple[Path, str]]:
    for path in paths:
        try:
            kind = path.stat().st_mode
        except (OSError, ValueError) as error:
            raise PathNotFound(
                f"{printable(str(path))} is not there.", "Check the path, or quote it if it has spaces."
            ) from error
        if S_ISDIR(kind):
            unwanted_here = unwanted + _ignored(path)
            for file in _walk(path, unwanted_here):
                below = _below(file, path)
                if wanted.match_file(below) and not unwanted_here.match_file(below):
                    yield file, usable_id(below)
        else:
            yield path, usable_id(path.name)


def _ignored(folder: Path) -> GitIgnoreSpec:
    path = folder / IGNORE_FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read ({error}).", "Mend or remove it.") from error
    return _patterns(lines)


def _patterns(lines: Sequence[str]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(map(canonical, lines))


def _below(path: Path, folder: Path) -> str:
    """The name that patterns and ids go by: a system may write an accent as one character or as two."""
    return canonical(printable(path.relative_to(folder).as_posix()))


def _walk(folder: Path, unwanted: GitIgnoreSpec) -> Iterator[Path]:
    # A pattern with ! may bring back what lies in a folder that another one leaves out.
    final = all(pattern.include is not False for pattern in unwanted.patterns)

    def entered(path: Path) -> bool:
        return not path.name.startswith(".") and not (
            final and unwanted.match_file(f"{_below(path, folder)}/")
        )

    def refuse(error: OSError) -> None:
        raise UnreadableFile(
            f"{error.filename} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error

    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if entered(Path(root, name)))
        for name in sorted(files):
            path = Path(root, name)
            hidden = name.startswith(".") or name == METADATA_FILE
            if not hidden and format_of(name) is not None and not path.is_symlink():
                yield path
