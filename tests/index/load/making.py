"""Small files of every format, and how to read them in this process."""

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from itertools import pairwise

import docx
import pptx
import xlsxwriter
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from reportlab.pdfgen.canvas import Canvas

from index.load.reading import Failure, Limits, Loaded, Reading
from index.load.registry import loader_for, loader_of, require_format
from index.text.canonical import canonical
from index.types import Document, Metadata


def load_all(
    data: bytes, name: str, metadata: Metadata | None = None, limits: Limits | None = None
) -> list[Loaded]:
    """Everything in a file, with what every document must hold checked."""
    reading = Reading(limits or Limits(), loader_for)
    loaded = list(reading.load(loader_of(require_format(name)), data, name, metadata or {}))
    ids = [one.id if isinstance(one, Document) else one.document_id for one in loaded]
    documents = [one for one in loaded if isinstance(one, Document)]
    assert len({one.id for one in documents}) == len(documents), ids
    for document in documents:
        check(document)
    return loaded


def load(data: bytes, name: str, metadata: Metadata | None = None) -> Document:
    """The one document in a file."""
    (document,) = load_all(data, name, metadata)
    assert isinstance(document, Document)
    return document


def documents_of(loaded: Sequence[Loaded]) -> dict[str, Document]:
    return {one.id: one for one in loaded if isinstance(one, Document)}


def failures_of(loaded: Sequence[Loaded]) -> dict[str, str]:
    return {one.document_id: one.reason for one in loaded if isinstance(one, Failure)}


def check(document: Document) -> None:
    text = document.text
    assert text == canonical(text)
    assert any(c.isalnum() for c in text)
    json.dumps(dict(document.metadata)).encode()
    text.encode()
    for heading in document.headings:
        assert text[heading.start : heading.end] == heading.title
        assert heading.title.strip() == heading.title != ""
    starts = [heading.start for heading in document.headings]
    assert starts == sorted(starts)
    assert all(0 <= page.start < page.end <= len(text) for page in document.pages)
    assert all(a.end <= b.start and a.number < b.number for a, b in pairwise(document.pages))


def page_text(document: Document, number: int) -> str:
    (page,) = [page for page in document.pages if page.number == number]
    return document.text[page.start : page.end]


def pdf(draw: Callable[[Canvas], None], **properties: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for name, value in properties.items():
        getattr(canvas, f"set{name.capitalize()}")(value)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of objects numbered from 1, the first of which is the catalogue."""
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            size,
            table,
            size,
            len(out),
        )
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def write(canvas: Canvas, x: float, y: float, text: str, size: float = 10, font: str = "Helvetica") -> None:
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def simple_pdf() -> bytes:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 760, "A heading", 18)
        write(canvas, 72, 730, "The first line of a paragraph that is wrapped by hand goes")
        write(canvas, 72, 718, "on here.")
        canvas.showPage()
        write(canvas, 72, 760, "Second page.")

    return pdf(draw, title="A title", author="Ann Author")


def simple_docx() -> bytes:
    document = docx.Document()
    document.core_properties.title = "The Plan"
    document.core_properties.author = "Ann Author"
    document.core_properties.created = datetime(2024, 5, 1)
    document.add_heading("Aims", 1)
    document.add_paragraph("First paragraph.")
    document.add_paragraph("One item", style="List Bullet")
    document.add_paragraph("Another item", style="List Bullet")
    table = document.add_table(3, 2)
    for row, cells in enumerate((("Name", "Age"), ("Bob", "12"), ("Eve", "34"))):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    document.add_heading("Means", 2)
    document.add_paragraph("Last paragraph.")
    return saved(document)


def outline_docx() -> bytes:
    """Headings by a localised style id and by an outline level, and tracked changes."""
    document = docx.Document()
    style = document.styles["Heading 1"].element
    style.set(qn("w:styleId"), "berschrift1")
    paragraph = document.add_paragraph("Ziele")
    paragraph._p.get_or_add_pPr().get_or_add_pStyle().val = "berschrift1"
    paragraph = document.add_paragraph("Levelled")
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "1")
    paragraph._p.get_or_add_pPr().append(level)
    paragraph = document.add_paragraph("Kept ")
    for tag, inner, text in (("w:ins", "w:t", "added"), ("w:del", "w:delText", "gone")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    return saved(document)


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def simple_pptx() -> bytes:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Results"
    frame = slide.placeholders[1].text_frame
    frame.text = "Sales grew."
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "Most in May.", 1
    slide.notes_slide.notes_text_frame.text = "Thank the team."
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Figures"
    table = slide.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for row, cells in enumerate((("Region", "Sales"), ("North", "12"))):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    return saved(presentation)


def simple_xlsx(sheets: Mapping[str, Sequence[Sequence[object]]] | None = None) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    usual = {
        "People": [["Name", "Born", "Score"], ["Bob", date(2001, 5, 1), 12], ["Eve", date(1999, 1, 2), 3.5]]
    }
    for name, rows in (sheets or usual).items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.filename = name  # as it is, also where it is none that one should write
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def repacked(data: bytes, part: str, content: bytes) -> bytes:
    """A package with one part replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    return zipped({**parts, part: content})


def simple_epub(chapters: Mapping[str, str] | None = None) -> bytes:
    chapters = chapters or {
        "one.xhtml": "<h1>Chapter one</h1><p>It&nbsp;began.</p>",
        "two.xhtml": "<h1>Chapter two</h1><p>It ended.</p>",
    }
    items = "".join(
        f'<item id="c{i}" href="{name}" media-type="application/xhtml+xml"/>'
        for i, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>A Book</dc:title><dc:creator>Ann Author</dc:creator><dc:language>en-GB</dc:language>"
        f"<dc:date>2020-02-02</dc:date></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
        "</rootfiles></container>"
    )
    head = '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">'
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": container.encode(),
            "OEBPS/book.opf": package.encode(),
            **{
                f"OEBPS/{name}": f"{head}<head><title/></head><body>{body}</body></html>".encode()
                for name, body in chapters.items()
            },
        }
    )


def simple_eml() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Grüße from Köln"
    message["From"] = "Ann Author <ann@example.org>"
    message["To"] = "Bob <bob@example.org>"
    message["Date"] = "Wed, 01 May 2024 10:00:00 +0200"
    message.set_content("Dear Bob,\n\nthe plan is attached.\n")
    message.add_alternative("<p>Dear Bob, in HTML</p>", subtype="html")
    message.add_attachment("Plan: one, two.", filename="plan.txt")
    message.add_attachment("Plan: three.", filename="plan.txt")
    message.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="tool.exe")
    return bytes(message)


PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Bridge opens &amp; tolls end | The Daily Example</title>
<meta property="og:site_name" content="The Daily Example"><meta name="author" content="Ann Author">
<link rel="canonical" href="https://news.example/bridge">
<meta property="article:published_time" content="2024-05-01T08:00:00Z">
<script>var tracking = "secret script";</script><style>.x { color: red }</style></head>
<body onload="handler()">
<header><a href="/">The Daily Example</a>
<nav><ul><li><a href="/w">World</a></li><li><a href="/s">Sport</a></li></ul></nav></header>
<div class="cookie-banner" role="dialog"><p>We use cookies to improve your experience. Accept all</p></div>
<main><article>
<h1>Bridge opens after four years of work</h1>
<p>The new bridge over the river was opened on <b>Wed<i>nes</i>day</b> by the mayor, who cut a ribbon
before a crowd of two thousand people. Traffic had been led over a ferry since the old bridge was closed.</p>
<h2>What it cost</h2>
<p>The work cost 41 million euros, three million less than planned, as the council&rsquo;s
<code>budget.ods</code> shows;
most of it was paid by the region. Tolls will not be taken any more, the council said in a statement.</p>
<table><tr><th>Year</th><th>Spent</th></tr>
<tr><td>2022</td><td>12 million</td></tr><tr><td>2023</td><td>29 million</td></tr></table>
<ul><li>Cyclists have a lane of their own, three metres wide, on either side of the bridge.</li>
<li>Heavy lorries must still take the motorway to the north of the town.</li></ul>
<pre>open 06:00
  close 22:00</pre>
</article></main>
<aside><h3>Related articles</h3><ul><li><a href="/1">Ferry goes on its last trip</a></li>
<li><a href="/2">Mayor wins again</a></li></ul></aside>
<footer><p>Copyright The Daily Example. <a href="/p">Privacy</a></p></footer>
<script>document.write("more script")</script></body></html>
"""

RECORDS = [
    {"id": "a", "title": "First", "text": "Words of the first.", "tags": ["x"], "date": "2024-05-01"},
    {"text": "Words of the second.", "author": "Eve"},
]


def examples() -> dict[str, bytes]:
    """A valid file of each format, by name."""
    return {
        "a.txt": b"Some text.",
        "a.md": b"# Head\n\nText.",
        "a.html": PAGE,
        "a.xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>X.</p></body></html>',
        "a.pdf": simple_pdf(),
        "a.docx": simple_docx(),
        "a.pptx": simple_pptx(),
        "a.xlsx": simple_xlsx(),
        "a.csv": b"Name,Age\nBob,12\nEve,34\n",
        "a.epub": simple_epub(),
        "a.eml": simple_eml(),
        "a.json": json.dumps(RECORDS).encode(),
        "a.jsonl": "\n".join(json.dumps(record) for record in RECORDS).encode(),
        "a.zip": zipped({"one.txt": b"One.", "sub/two.md": b"# Two"}),
        "a.tgz": tarred({"one.txt": b"One.", "sub/two.md": b"# Two"}),
    }
