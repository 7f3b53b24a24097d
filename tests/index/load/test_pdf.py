import io

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from index.errors import DocumentTooLarge, EmptyDocument, LoadError, UnsupportedFormat
from index.load.reading import Limits
from index.text.sentences import split_sentences
from tests.index.load.making import load, load_all, page_text, pdf, raw_pdf, simple_pdf, stream, write

LEFT = """
The council met on Monday to talk about the bridge, and
it was agreed that work should begin in the spring. The
mayor said that the old bridge could not be saved, as an
inspection had found rust in all of its bearing members.
Nobody in the room voted against the plan that evening.
""".strip().split("\n")
RIGHT = """
Work will take four years. During this time a ferry will
carry people and cars over the river, free of any charge.
The region pays for most of it, and the town for the rest,
which comes to about ten million euros in the four years.
A new road will join the bridge to the motorway as well.
""".strip().split("\n")
IN_ORDER = " ".join(LEFT + RIGHT)


def columns(*, by_line: bool) -> bytes:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 780, "The new bridge over the river", 20)
        places = [
            (x, 740 - 12 * i, line) for x, lines in ((40, LEFT), (310, RIGHT)) for i, line in enumerate(lines)
        ]
        for x, y, line in sorted(places, key=lambda p: -p[1]) if by_line else places:
            write(canvas, x, y, line)

    return pdf(draw)


@pytest.mark.parametrize("by_line", [False, True])
def test_two_columns_are_read_one_after_the_other(by_line: bool) -> None:
    document = load(columns(by_line=by_line), "a.pdf")
    assert document.text.replace("\n\n", " ") == f"The new bridge over the river {IN_ORDER}"
    assert [h.title for h in document.headings] == ["The new bridge over the river"]


def test_a_text_line_that_holds_both_columns_is_parted() -> None:
    def draw(canvas: Canvas) -> None:
        for i, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            text = canvas.beginText(40, 740 - 12 * i)
            text.setFont("Helvetica", 10)
            text.textOut(left)
            text.setXPos(270)
            text.textOut(right)
            canvas.drawText(text)

    assert load(pdf(draw), "a.pdf").text.replace("\n\n", " ") == IN_ORDER


def test_a_table_is_read_row_by_row() -> None:
    def draw(canvas: Canvas) -> None:
        for i, row in enumerate(
            (("Year", "Cost"), ("2021", "12"), ("2022", "15"), ("2023", "9"), ("2024", "3"))
        ):
            for x, cell in zip((72, 300), row, strict=True):
                write(canvas, x, 700 - 14 * i, cell)

    assert load(pdf(draw), "a.pdf").text == "Year Cost\n\n2021 12\n\n2022 15\n\n2023 9\n\n2024 3"


def test_wrapped_lines_are_joined_and_broken_words_made_whole() -> None:
    def draw(canvas: Canvas) -> None:
        lines = (
            "A well-known rule says that words at the end of a line are bro-",
            "ken by a hyphen, which is taken out, but that one that is well-",
            "known keeps it, as does a name like the one of Jean-",
            "Pierre.",
            "Here begins another paragraph after a line that ended early on.",
        )
        for i, line in enumerate(lines):
            write(canvas, 72, 700 - 12 * i, line)

    assert load(pdf(draw), "a.pdf").text == (
        "A well-known rule says that words at the end of a line are broken by a hyphen, which is "
        "taken out, but "
        "that one that is well-known keeps it, as does a name like the one of Jean-Pierre.\n\n"
        "Here begins another paragraph after a line that ended early on."
    )


def test_a_sentence_runs_over_a_page_and_the_pages_stay_exact() -> None:
    def draw(canvas: Canvas) -> None:
        for number, lines in enumerate((LEFT[:3], RIGHT[:2], ["It ends."]), start=1):
            write(canvas, 72, 800, "The Daily Example, volume 12")
            for i, line in enumerate(lines):
                write(canvas, 72, 740 - 12 * i, line)
            write(canvas, 300, 40, f"Page {number} of 3")
            canvas.showPage()

    document = load(pdf(draw), "a.pdf")
    assert "Daily Example" not in document.text
    assert "Page" not in document.text
    assert page_text(document, 1) == " ".join(LEFT[:3])
    assert page_text(document, 2) == " ".join(RIGHT[:2])
    sentences = [document.text[s.start : s.end] for s in split_sentences(document.text, document.headings)]
    assert (
        "The mayor said that the old bridge could not be saved, as an Work will take four years." in sentences
    )


def test_a_word_broken_over_a_page_is_whole() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "This is the last line of the page, and it breaks a won-")
        canvas.showPage()
        write(canvas, 72, 700, "derful word.")

    document = load(pdf(draw), "a.pdf")
    assert document.text == "This is the last line of the page, and it breaks a wonderful word."
    assert page_text(document, 2) == "derful word."


def test_accents_that_are_printed_over_letters_belong_to_them() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "´")
        write(canvas, 72, 700, "etape")
        write(canvas, 72, 680, "Garc")
        write(canvas, 72 + canvas.stringWidth("Gar", "Helvetica", 10) + 1, 680, "¸")
        write(canvas, 72 + canvas.stringWidth("Garc", "Helvetica", 10), 680, "on")

    assert load(pdf(draw), "a.pdf").text == "étape Garçon"


def test_characters_of_more_than_16_bits_are_whole() -> None:
    meant = {b"A": "𝐀", b"B": "𠀀", b"C": "😀x", b"D": "\ud835"}
    table = b"".join(
        b"<%s> <%s> " % (code.hex().encode(), text.encode("utf-16-be", "surrogatepass").hex().encode())
        for code, text in meant.items()
    )
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(b"BT /F 12 Tf 50 200 Td (Let AB or C, D.) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        stream(
            b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
            b"4 beginbfchar %sendbfchar endcmap" % table
        ),
    )
    document = load(data, "a.pdf")
    assert document.text == "Let 𝐀𠀀 or 😀x, \ufffd."
    assert (document.pages[0].start, document.pages[0].end) == (0, len(document.text))


def test_bullets_and_numbers_open_items() -> None:
    def draw(canvas: Canvas) -> None:
        for i, line in enumerate(
            ("• First thing that is long enough", "  to be wrapped.", "• Second thing.")
        ):
            write(canvas, 72 if line.startswith("•") else 84, 700 - 12 * i, line.strip())
        write(canvas, 72, 640, "1. One step.")
        write(canvas, 72, 628, "2. Another step.")

    assert load(pdf(draw), "a.pdf").text == (
        "- First thing that is long enough to be wrapped.\n- Second thing.\n\n"
        "1. One step.\n\n2. Another step."
    )


def test_what_the_file_says_of_itself() -> None:
    document = load(simple_pdf(), "a.pdf")
    assert document.title == "A title"
    assert document.metadata["author"] == "Ann Author"
    assert document.metadata["published_at"] == "2000-01-01"
    assert [(h.level, h.title) for h in document.headings] == [(1, "A heading")]
    made_up = pdf(lambda canvas: write(canvas, 72, 700, "Words."), title="Microsoft Word - plan.docx")
    assert load(made_up, "a.pdf").title is None


def test_a_scan_says_that_it_needs_ocr() -> None:
    scan = pdf(lambda canvas: canvas.rect(10, 10, 100, 100, fill=1))
    with pytest.raises(EmptyDocument, match="ocrmypdf"):
        load(scan, "a.pdf")


def test_an_encrypted_file_says_so() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(72, 700, "Words.")
    canvas.save()
    with pytest.raises(UnsupportedFormat, match="encrypted"):
        load(out.getvalue(), "a.pdf")


def test_too_many_pages_and_damage_are_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="2 pages"):
        load_all(simple_pdf(), "a.pdf", limits=Limits(pages=1))
    with pytest.raises(LoadError, match=r"a\.pdf"):
        load(b"%PDF-1.7 nothing", "a.pdf")
