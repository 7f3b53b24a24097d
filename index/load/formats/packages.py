"""Documents that are ZIP packages of XML parts: their parts within the limits, their XML without entities."""

import io
from zipfile import BadZipFile, ZipFile

from lxml import etree

from index.errors import DocumentTooLarge, LoadError
from index.load.reading import Reading


def open_package(data: bytes, document_id: str, reading: Reading) -> ZipFile:
    """Open a package whose parts, unpacked, are within the limits.

    Raises:
        LoadError: It is no package.
        DocumentTooLarge: It unpacks to more than is allowed. ``zipfile`` unpacks no part
            beyond its announced size, so that the sum of these is what it can cost.
    """
    try:
        package = ZipFile(io.BytesIO(data))
    except BadZipFile as error:
        raise LoadError(
            f"{document_id} is damaged, or not of the format that its name announces ({error}).",
            "Save it again with the program that made it; a password must be taken off first.",
        ) from error
    size = sum(part.file_size for part in package.infolist())
    if size > reading.limits.expanded:
        raise DocumentTooLarge(
            f"{document_id} unpacks to {size:,} bytes; the limit is {reading.limits.expanded:,}.",
            "Split it, or raise limit_expanded_megabytes.",
        )
    return package


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML; no entity is expanded and nothing outside it is read.

    Raises:
        etree.XMLSyntaxError: It is not well-formed.
    """
    return etree.fromstring(data, parser=xml_parser())


def xml_parser() -> etree.XMLParser:
    """A parser that expands no entity, reads nothing from elsewhere, and drops comments and instructions."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
