"""The loader of PDF."""

import re
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from index.errors import EmptyDocument, LoadError, UnsupportedFormat
from index.load.formats.composing import Composer
from index.load.formats.pdf.columns import Region, reading_order
from index.load.formats.pdf.paragraphs import Paragraph, Reader
from index.load.formats.pdf.runs import page_runs
from index.load.formats.properties import sensible_title
from index.load.metadata import stated
from index.load.reading import Reading
from index.types import Document, Metadata

_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")


class PdfLoader:
    """Loads a PDF with its pages; a scan without text is refused."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Read the pages, put their lines in order and compose paragraphs."""
        with _open(data, document_id) as file:
            reading.require_pages(len(file), document_id)
            pages = [_regions(file, number, document_id) for number in range(len(file))]
            known = _metadata(file, metadata)
        if not any(pages):
            raise EmptyDocument(
                f"{document_id} has no text layer: it is scanned, or holds pictures only.",
                "Run OCR on it first, for example: ocrmypdf in.pdf out.pdf",
            )
        composer = Composer()
        _compose(Reader(pages), composer)
        yield composer.document(document_id, known)


def _open(data: bytes, document_id: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise UnsupportedFormat(
                f"{document_id} is encrypted and needs a password.",
                "Save it without one, for example: qpdf --decrypt --password=… in.pdf out.pdf",
            ) from error
        raise LoadError(
            f"{document_id} is not a readable PDF ({error}).",
            "The file is damaged; save it again with the program that made it.",
        ) from error


def _regions(file: pdfium.PdfDocument, number: int, document_id: str) -> list[Region]:
    try:
        page = file[number]
        try:
            return [region for runs in page_runs(page) for region in reading_order(runs)]
        finally:
            page.close()
    except pdfium.PdfiumError as error:
        raise LoadError(
            f"{document_id}: page {number + 1} cannot be read ({error}).",
            "The file is damaged; save it again with the program that made it.",
        ) from error


def _compose(reader: Reader, composer: Composer) -> None:
    """Add the paragraphs; one that goes on over a column's or a page's end stays one."""
    page = 0
    pending: Paragraph | None = None
    glue: str | None = None

    def add(paragraph: Paragraph) -> None:
        if glue is not None:
            composer.resume(paragraph.text, glue)
        elif paragraph.kind is None:
            composer.paragraph(paragraph.text)
        elif paragraph.kind == 0:
            composer.item(paragraph.text)
        else:
            composer.heading(paragraph.text, paragraph.kind)

    for paragraph in reader.paragraphs():
        continues = pending is not None and reader.goes_on(pending, paragraph)
        if pending is not None and continues and paragraph.page == pending.page:
            pending.text = reader.glue(pending.text, paragraph.text)
            pending.lines, pending.fills = paragraph.lines, paragraph.fills
            continue
        next_glue = None
        if pending is not None:
            if continues:
                pending.text, next_glue = reader.part(pending.text, paragraph.text)
            add(pending)
        glue = next_glue
        if paragraph.page != page:
            page = paragraph.page
            composer.page(page)
        pending = paragraph
    if pending is not None:
        add(pending)


def _metadata(file: pdfium.PdfDocument, metadata: Metadata) -> Metadata:
    said = file.get_metadata_dict()
    made = _DATE.match(said.get("CreationDate", ""))
    return stated(
        metadata,
        title=sensible_title(said.get("Title")),
        author=said.get("Author"),
        published_at="-".join(made.groups()) if made else None,
    )
