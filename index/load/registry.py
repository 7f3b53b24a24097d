"""Which loader reads which file. A loader's library is imported when it is first needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath

from index.errors import UnsupportedFormat
from index.load.reading import Loader


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    Attributes:
        name: As people call it.
        extensions: Lower case, with the dot; the first one is the usual one.
        media_types: The first one is the usual one.
        loader: ``module:class`` below ``index.load.formats``.
        extra: The optional dependency that its loader needs.
    """

    name: str
    extensions: tuple[str, ...]
    media_types: tuple[str, ...]
    loader: str
    extra: str | None = None


_OFFICE = "application/vnd.openxmlformats-officedocument."

FORMATS = (
    Format("text", (".txt", ".text", ".rst", ".log"), ("text/plain", "text/x-rst"), "text:TextLoader"),
    Format("Markdown", (".md", ".markdown"), ("text/markdown", "text/x-markdown"), "markdown:MarkdownLoader"),
    Format(
        "HTML", (".html", ".htm", ".xhtml"), ("text/html", "application/xhtml+xml"), "html:HtmlLoader", "html"
    ),
    Format("PDF", (".pdf",), ("application/pdf",), "pdf.loader:PdfLoader", "pdf"),
    Format("Word", (".docx",), (_OFFICE + "wordprocessingml.document",), "docx:DocxLoader", "office"),
    Format("PowerPoint", (".pptx",), (_OFFICE + "presentationml.presentation",), "pptx:PptxLoader", "office"),
    Format(
        "spreadsheet",
        (".xlsx", ".xls", ".ods"),
        (
            _OFFICE + "spreadsheetml.sheet",
            "application/vnd.ms-excel",
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
        "sheets:SheetsLoader",
        "office",
    ),
    Format("CSV", (".csv", ".tsv"), ("text/csv", "text/tab-separated-values"), "delimited:DelimitedLoader"),
    Format("EPUB", (".epub",), ("application/epub+zip",), "epub:EpubLoader", "html"),
    Format("mail", (".eml",), ("message/rfc822",), "mail:MailLoader", "html"),
    Format("JSON", (".json",), ("application/json",), "json_records:JsonLoader"),
    Format(
        "JSON lines",
        (".jsonl", ".ndjson"),
        ("application/jsonl", "application/x-ndjson"),
        "json_records:JsonLinesLoader",
    ),
    Format("ZIP", (".zip",), ("application/zip", "application/x-zip-compressed"), "archive:ZipLoader"),
    Format(
        "tar", (".tar", ".tar.gz", ".tgz"), ("application/x-tar", "application/gzip"), "archive:TarLoader"
    ),
)
_BY_EXTENSION: Mapping[str, Format] = {e: f for f in FORMATS for e in f.extensions}
_BY_MEDIA_TYPE: Mapping[str, Format] = {m: f for f in FORMATS for m in f.media_types}


def format_of(name: str) -> Format | None:
    """The format that a file's name announces, or None if it is not one that can be read."""
    suffixes = PurePosixPath(name.lower()).suffixes
    return _BY_EXTENSION.get("".join(suffixes[-2:])) or _BY_EXTENSION.get("".join(suffixes[-1:]))


def format_of_media_type(media_type: str) -> Format | None:
    """The format of a media type (without parameters), or None."""
    return _BY_MEDIA_TYPE.get(media_type.lower())


def require_format(name: str) -> Format:
    """The format of a file.

    Raises:
        UnsupportedFormat: There is no loader for it.
    """
    found = format_of(name)
    if found is None:
        raise UnsupportedFormat(
            f"{name} has no supported format ({PurePosixPath(name).suffix or 'no extension'}).",
            f"Supported are {', '.join(sorted(_BY_EXTENSION))}.",
        )
    return found


@cache
def loader_of(wanted: Format) -> Loader:
    """The loader of a format.

    Raises:
        UnsupportedFormat: Its library is not installed.
    """
    module, name = wanted.loader.split(":")
    try:
        loader: Loader = getattr(import_module(f"index.load.formats.{module}"), name)()
    except ModuleNotFoundError as error:
        if wanted.extra is None:
            raise
        raise UnsupportedFormat(
            f"Reading {wanted.name} needs the package {error.name}, which is not installed.",
            f"Install the extra {wanted.extra!r}: pip install '.[{wanted.extra}]' in Citewise's folder.",
        ) from error
    return loader


def loader_for(name: str) -> Loader | None:
    """The loader of a file inside another, or None if its format is none that can be read."""
    found = format_of(name)
    return loader_of(found) if found else None
