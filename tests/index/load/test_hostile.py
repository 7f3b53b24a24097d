"""Files that are made to harm, read as a user's files are: in the sandbox, within limits."""

import io
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest
from reportlab.pdfgen.canvas import Canvas

from index.errors import DocumentTooLarge, LoadError
from index.load.files import Source
from index.load.reading import MEGABYTE, Limits, Loaded
from index.load.sandbox import Sandbox
from tests.index.load.making import (
    documents_of,
    failures_of,
    pdf,
    raw_pdf,
    repacked,
    simple_docx,
    simple_epub,
    simple_xlsx,
    stream,
    write,
    zipped,
)

LIMITS = Limits(bytes=8 * MEGABYTE, expanded=32 * MEGABYTE, pages=50, seconds=4, memory=1024 * MEGABYTE)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    + '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
)
FILE = '<!DOCTYPE x [<!ENTITY a11 "ha"><!ENTITY file SYSTEM "file:///etc/passwd">]>'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS) as opened:
        yield opened


def read(sandbox: Sandbox, folder: Path, name: str, data: bytes) -> list[Loaded]:
    path = folder / name
    path.write_bytes(data)
    return sandbox.read(Source(path, name, {}))


def text_of(loaded: list[Loaded]) -> str:
    return "\n".join(document.text for document in documents_of(loaded).values())


def test_a_flat_bomb_passes_the_limit_of_one_file(sandbox: Sandbox, tmp_path: Path) -> None:
    loaded = read(sandbox, tmp_path, "a.zip", zipped({"a.txt": b"a" * 20 * MEGABYTE, "b.txt": b"Good."}))
    assert text_of(loaded) == "Good."
    assert "limit for one file" in failures_of(loaded)["a.zip/a.txt"]


def test_a_bomb_of_many_files_passes_the_limit_of_all(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(DocumentTooLarge, match="unpacks to more than"):
        read(sandbox, tmp_path, "a.zip", zipped({f"{i}.txt": b"a" * 9 * MEGABYTE for i in range(20)}))


def test_a_nested_bomb_passes_the_limit_of_all_files(sandbox: Sandbox, tmp_path: Path) -> None:
    inner = zipped({f"{i}.txt": b"a" * 6 * MEGABYTE for i in range(4)})
    with pytest.raises(DocumentTooLarge, match="unpacks to more than"):
        read(sandbox, tmp_path, "a.zip", zipped({f"{i}.zip": inner for i in range(20)}))


@pytest.mark.parametrize(
    ("name", "part"), [("a.docx", "word/media/image.png"), ("a.xlsx", "xl/media/image.png")]
)
def test_a_bomb_in_an_office_file_passes_the_limit(
    sandbox: Sandbox, tmp_path: Path, name: str, part: str
) -> None:
    data = simple_docx() if name == "a.docx" else simple_xlsx()
    with pytest.raises(DocumentTooLarge, match="unpacks to"):
        read(sandbox, tmp_path, name, repacked(data, part, bytes(40 * MEGABYTE)))


def test_a_pdf_with_very_many_pages_is_refused_before_it_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 30000/Kids[%s]>>" % (b"3 0 R " * 30_000),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
    )
    with pytest.raises(DocumentTooLarge, match="pages"):
        read(sandbox, tmp_path, "a.pdf", data)


def test_a_loop_in_the_page_tree_ends(sandbox: Sandbox, tmp_path: Path) -> None:
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 3/Kids[3 0 R 2 0 R]>>",
        b"<</Type/Pages/Parent 2 0 R/Count 2/Kids[2 0 R 3 0 R]>>",
    )
    with pytest.raises(LoadError, match=r"a\.pdf"):
        read(sandbox, tmp_path, "a.pdf", data)


def test_a_page_that_would_draw_for_ever_is_ended(tmp_path: Path) -> None:
    depth = 20
    forms = [
        stream(
            b"/F Do " * 30,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>" % (i + 1),
        )
        for i in range(5, 5 + depth)
    ]
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        stream(b"/F Do " * 30),
        *forms,
        stream(b"BT ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
    )
    limits = Limits(seconds=1.5, memory=LIMITS.memory)
    with Sandbox(limits) as small:
        with pytest.raises(DocumentTooLarge, match=r"longer than 1\.5 seconds"):
            read(small, tmp_path, "a.pdf", data)
        assert text_of(read(small, tmp_path, "b.txt", b"Still there.")) == "Still there."


def test_the_reading_process_outlives_the_threads_that_ask_it(tmp_path: Path) -> None:
    with Sandbox(LIMITS) as opened:
        for number in range(6):
            # A thread of its own, which ends before the next one asks.
            with ThreadPoolExecutor(1) as one:
                read_ = one.submit(read, opened, tmp_path, f"{number}.txt", b"Still there.")
                assert text_of(read_.result()) == "Still there."
            time.sleep(0.01 * number)


def test_a_sheet_with_two_cells_far_apart_eats_no_more_memory_than_allowed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    with pytest.raises(LoadError, match=r"a\.xlsx"):
        read(sandbox, tmp_path, "a.xlsx", repacked(simple_xlsx(), "xl/worksheets/sheet1.xml", sheet.encode()))
    assert text_of(read(sandbox, tmp_path, "b.txt", b"Still there.")) == "Still there."


def test_a_stream_that_unpacks_without_end_eats_no_more_memory_than_allowed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(8 * MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = zlib.compress(b"\x78\xda" + block * 200 + b"\x03\x00", 9)
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
        stream(packed, b"/Filter[/FlateDecode/FlateDecode]"),
    )
    with pytest.raises(LoadError, match=r"a\.pdf"):
        read(sandbox, tmp_path, "a.pdf", data)


def with_words(name: str, words: str, dtd: str) -> bytes:
    """A file of these words only, as XML with a document type of its own."""
    main = "http://schemas.openxmlformats.org/{}/2006/main"
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{words}</p></body></html>'
    if name == "a.html":
        return f"{dtd}{page}".encode()
    head = f'<?xml version="1.0"?>{dtd}'
    if name == "a.docx":
        body = f"<w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body>"
        document = f'{head}<w:document xmlns:w="{main.format("wordprocessingml")}">{body}</w:document>'
        return repacked(simple_docx(), "word/document.xml", document.encode())
    if name == "a.xlsx":
        strings = f'{head}<sst xmlns="{main.format("spreadsheetml")}"><si><t>{words}</t></si></sst>'
        return repacked(simple_xlsx({"S": [["One"]]}), "xl/sharedStrings.xml", strings.encode())
    if name == "a.epub":
        return repacked(simple_epub({"one.xhtml": ""}), "OEBPS/one.xhtml", f"{head}{page}".encode())
    return f"{head}{page}".encode()


@pytest.mark.parametrize(
    ("name", "dtd", "text"),
    [
        ("a.docx", FILE, "Words"),
        ("a.epub", LAUGHS, "Words &a11; &file;"),
        ("a.xhtml", LAUGHS, "Words &a11; &file;"),
        ("a.html", LAUGHS, "]>\n\nWords &a11; &file;"),
    ],
)
def test_entities_are_not_expanded(sandbox: Sandbox, tmp_path: Path, name: str, dtd: str, text: str) -> None:
    assert text_of(read(sandbox, tmp_path, name, with_words(name, "Words &a11; &file;", dtd))) == text


def test_entities_in_what_a_book_says_of_itself_are_not_expanded(sandbox: Sandbox, tmp_path: Path) -> None:
    with ZipFile(io.BytesIO(simple_epub())) as book:
        said = book.read("OEBPS/book.opf").decode()
    titled = f"{FILE}{said.replace('A Book', 'Words &a11; &file;')}"
    data = repacked(simple_epub(), "OEBPS/book.opf", titled.encode())
    (document,) = documents_of(read(sandbox, tmp_path, "a.epub", data)).values()
    assert document.title == "Words"


@pytest.mark.parametrize(("name", "dtd"), [("a.docx", LAUGHS), ("a.xlsx", LAUGHS), ("a.xlsx", FILE)])
def test_a_file_with_entities_that_its_library_does_not_take_is_refused(
    sandbox: Sandbox, tmp_path: Path, name: str, dtd: str
) -> None:
    with pytest.raises(LoadError, match=name):
        read(sandbox, tmp_path, name, with_words(name, "Words &a11; &file;", dtd))


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.epub", "a.xhtml", "a.html"])
def test_the_same_files_without_entities_are_read(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    text = text_of(read(sandbox, tmp_path, name, with_words(name, "Words", "")))
    assert text == ("S\n\nWords" if name == "a.xlsx" else "Words")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", b"<div>" * 200_000 + b"Deep words."),
        ("b.html", b"<table><tr><td>" * 50_000 + b"Deep words."),
        ("c.html", b"<b><i>" * 100_000 + b"Deep words."),
        ("a.json", b'{"a":' * 50_000),
        ("a.csv", b'"' + b"a,b\n" * 200_000),
        (
            "a.eml",
            b"Content-Type: multipart/mixed; boundary=a\n\n"
            + b"--a\nContent-Type: multipart/mixed\n\n" * 5_000,
        ),
        ("a.md", b"> " * 20_000 + b"text"),
    ],
)
def test_deep_nesting_ends_in_time(sandbox: Sandbox, tmp_path: Path, name: str, data: bytes) -> None:
    with suppress(LoadError):
        read(sandbox, tmp_path, name, data)


@pytest.mark.parametrize(
    "cells",
    [
        f"<td rowspan=65534>{'word ' * 20_000}</td><td>b</td>",
        "<td rowspan=65534>word</td>" * 900,
        f"<td rowspan={'9' * 5000} colspan={'9' * 5000}></td>" * 300 + "<td>word</td>",
    ],
)
def test_a_cell_that_spans_very_many_rows_does_not_fill_the_memory(tmp_path: Path, cells: str) -> None:
    page = f"<table><tr>{cells}</tr>{'<tr><td>x</td></tr>' * 1_500}</table>"
    with Sandbox(Limits(seconds=20, memory=LIMITS.memory)) as opened:
        text = text_of(read(opened, tmp_path, "a.html", page.encode()))
    assert "word" in text
    assert len(text) < 3_000_000


def test_a_long_line_is_read_in_time(tmp_path: Path) -> None:
    with Sandbox(Limits(seconds=15)) as opened:
        text = text_of(read(opened, tmp_path, "a.txt", b"word " * (60 * MEGABYTE // 5)))
    assert len(text) == 60 * MEGABYTE // 5 * 5


def test_a_page_full_of_scattered_words_is_read_in_time(sandbox: Sandbox, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for i in range(20_000):
            write(canvas, i % 500, (i * 7) % 800, "word")

    assert "word" in text_of(read(sandbox, tmp_path, "a.pdf", pdf(draw)))
