"""EPUB: the chapters in the order of the book's spine."""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from index.errors import LoadError, UnsupportedFormat
from index.load.formats.composing import Composer
from index.load.formats.markup import compose_markup, parse_markup
from index.load.formats.packages import open_package, parse_xml
from index.load.metadata import stated
from index.load.reading import Reading
from index.types import Document, Metadata

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_MARKUP = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


class EpubLoader:
    """Loads a book."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Read the chapters one after the other into one document."""
        with open_package(data, document_id, reading) as package:
            root = parse_xml(_part(package, _CONTAINER, document_id, reading))
            path = next((e.get("full-path") for e in root.iter("{*}rootfile")), None)
            if path is None:
                raise LoadError(f"{document_id} names no book in {_CONTAINER}.", "The file is damaged.")
            book = parse_xml(_part(package, path, document_id, reading))
            locked = _locked(package, document_id, reading)
            composer = Composer()
            for chapter in _spine(book, posixpath.dirname(path)):
                if chapter in locked:
                    raise UnsupportedFormat(
                        f"{document_id} is protected against copying: {chapter} is encrypted.",
                        "Give a copy without DRM.",
                    )
                if chapter in package.NameToInfo:
                    part = _part(package, chapter, document_id, reading)
                    if part.strip():
                        compose_markup(parse_markup(part, f"{document_id}/{chapter}"), composer)
            yield composer.document(document_id, _metadata(book, metadata))


def _part(package: ZipFile, path: str, document_id: str, reading: Reading) -> bytes:
    return reading.unpack(lambda: package.open(path), f"{document_id}/{path}")


def _spine(book: etree._Element, folder: str) -> Iterator[str]:
    items = {item.get("id"): item for item in book.iter("{*}item")}
    for reference in book.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _MARKUP:
            continue
        # The table of contents repeats the chapters' headings.
        if "nav" not in (item.get("properties") or "").split():
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))


def _locked(package: ZipFile, document_id: str, reading: Reading) -> set[str]:
    if _ENCRYPTION not in package.NameToInfo:
        return set()
    listed = parse_xml(_part(package, _ENCRYPTION, document_id, reading))
    return {unquote(e.get("URI") or "") for e in listed.iter("{*}CipherReference")}


def _metadata(book: etree._Element, metadata: Metadata) -> Metadata:
    def first(name: str) -> str | None:
        return next(
            (e.text for e in book.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}") if e.text), None
        )

    creators = [e.text for e in book.iter("{http://purl.org/dc/elements/1.1/}creator") if e.text]
    language = (first("language") or "").split("-")[0].strip().lower()
    return stated(
        metadata,
        title=first("title"),
        author=", ".join(creators),
        source=first("publisher"),
        published_at=first("date"),
        language=language if len(language) == 2 and language.isalpha() else None,
    )
