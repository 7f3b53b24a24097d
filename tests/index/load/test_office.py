import io
from datetime import datetime, time
from typing import Any

import docx
import pptx
import pytest
import xlsxwriter
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE

from index.errors import DocumentTooLarge, EmptyDocument, LoadError
from index.load.reading import Limits
from tests.index.load.making import (
    load,
    load_all,
    outline_docx,
    page_text,
    repacked,
    saved,
    simple_docx,
    simple_pptx,
    simple_xlsx,
)


def test_word_headings_lists_and_tables_in_document_order() -> None:
    document = load(simple_docx(), "a.docx")
    assert document.text == (
        "Aims\n\nFirst paragraph.\n\n- One item\n- Another item\n\nName: Bob; Age: 12\n\n"
        "Name: Eve; Age: 34\n\n"
        "Means\n\nLast paragraph."
    )
    assert [(h.level, h.title) for h in document.headings] == [(1, "Aims"), (2, "Means")]
    assert document.metadata == {
        "title": "The Plan",
        "author": "Ann Author",
        "published_at": "2024-05-01",
    } | {k: v for k, v in document.metadata.items() if k == "language"}


def test_word_headings_by_localised_style_and_outline_level() -> None:
    document = load(outline_docx(), "a.docx")
    assert document.text == "Ziele\n\nLevelled\n\nKept added"
    assert [(h.level, h.title) for h in document.headings] == [(1, "Ziele"), (2, "Levelled")]


def test_word_footnotes_follow_with_their_marks() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("A claim")
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "2")
    paragraph.add_run()._r.append(reference)
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = (
        f'<w:footnotes {namespace}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>Its source.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = saved(document)
    related = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
        ' Target="footnotes.xml"/></Relationships>'
    )
    rels = part(data, "word/_rels/document.xml.rels").replace("</Relationships>", related)
    data = repacked(data, "word/_rels/document.xml.rels", rels.encode())
    data = repacked(data, "word/footnotes.xml", notes.encode())
    assert load(data, "a.docx").text == "A claim[2]\n\n[2] Its source."


def part(data: bytes, name: str) -> str:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name).decode()


def test_word_merged_cells_and_tables_that_only_frame() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for i, text in enumerate(("Region", "Town", "North", "A", "", "B")):
        table.cell(i // 2, i % 2).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_table(1, 1).cell(0, 0).text = "A framed note."
    assert load(saved(document), "a.docx").text == (
        "Region: North; Town: A\n\nRegion: North; Town: B\n\nA framed note."
    )


def test_each_slide_is_a_page_with_its_notes() -> None:
    document = load(simple_pptx(), "a.pptx")
    assert page_text(document, 1) == "Results\n\n- Sales grew.\n  - Most in May.\n\nThank the team."
    assert page_text(document, 2) == "Figures\n\nRegion: North; Sales: 12"
    assert [h.title for h in document.headings] == ["Results", "Figures"]
    with pytest.raises(DocumentTooLarge, match="2 pages"):
        load_all(simple_pptx(), "a.pptx", limits=Limits(pages=1))


def _chart(kind: XL_CHART_TYPE, data: Any) -> Any:
    """A presentation with one chart, and the chart's element."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    frame: Any = slide.shapes.add_chart(kind, 0, 0, 100, 100, data)
    return presentation, frame.chart.element


def _sales() -> Any:
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["North", "007"]
    data.add_series("Sales", (12, 3.5))  # type: ignore[no-untyped-call]
    data.add_series("Costs", (4, None))  # type: ignore[no-untyped-call]
    return data


@pytest.mark.parametrize("kind", ["barChart", "bar3DChart", "pie3DChart", "stockChart", "surfaceChart"])
def test_a_chart_of_any_kind_is_read_by_its_numbers(kind: str) -> None:
    presentation, element = _chart(XL_CHART_TYPE.COLUMN_CLUSTERED, _sales())
    (plot,) = element.xpath("//c:barChart")
    plot.tag = plot.tag.replace("barChart", kind)
    assert load(saved(presentation), "a.pptx").text == "North; Sales: 12; Costs: 4\n\n007; Sales: 3.5"


def test_categories_in_levels_are_named_by_the_innermost() -> None:
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    year = data.add_category("2024")  # type: ignore[no-untyped-call]
    year.add_sub_category("May")
    year.add_sub_category("June")
    data.add_series("Sales", (0.1 + 0.2, 2))  # type: ignore[no-untyped-call]
    presentation, _ = _chart(XL_CHART_TYPE.COLUMN_CLUSTERED, data)
    assert load(saved(presentation), "a.pptx").text == "May; Sales: 0.3\n\nJune; Sales: 2"


def test_a_chart_of_points_is_read_series_by_series() -> None:
    data = XyChartData()  # type: ignore[no-untyped-call]
    for name, x, y in [("Left", 1, 2.5), ("Right", 5, 6)]:
        data.add_series(name).add_data_point(x, y)  # type: ignore[no-untyped-call]
    presentation, _ = _chart(XL_CHART_TYPE.XY_SCATTER, data)
    assert load(saved(presentation), "a.pptx").text == "1; Left: 2.5\n\n5; Right: 6"


def test_each_row_of_a_sheet_stands_under_its_columns() -> None:
    document = load(simple_xlsx(), "a.xlsx")
    assert document.text == (
        "People\n\nName: Bob; Born: 2001-05-01; Score: 12\n\nName: Eve; Born: 1999-01-02; Score: 3.5"
    )
    assert [h.title for h in document.headings] == ["People"]


def test_sheets_with_titles_gaps_and_ragged_rows() -> None:
    sheets: dict[str, list[list[object]]] = {
        "Costs": [
            [],
            ["Costs of the bridge"],
            [],
            ["Part", "Paid", "Note"],
            ["Steel", 12.0],
            ["Stone", 0.1 + 0.2, "x"],
        ],
        "Empty": [],
        "Bare": [[1, 2], [3, 4]],
    }
    assert load(simple_xlsx(sheets), "a.xlsx").text == (
        "Costs\n\nCosts of the bridge\n\nPart: Steel; Paid: 12\n\nPart: Stone; Paid: 0.3; Note: x\n\n"
        "Bare\n\n1; 2\n\n3; 4"
    )


def test_dates_times_and_truth_are_shown_as_people_read_them() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["When", "Hour", "Done"])
    sheet.write_datetime(
        1, 0, datetime(2024, 5, 1, 13, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    )
    sheet.write_datetime(1, 1, time(8, 15), book.add_format({"num_format": "hh:mm"}))
    sheet.write_boolean(1, 2, True)
    book.close()
    assert "When: 2024-05-01 13:30; Hour: 08:15; Done: yes" in load(out.getvalue(), "a.xlsx").text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Name,Age\nBob,12\nEve,34\n", "Name: Bob; Age: 12\n\nName: Eve; Age: 34"),
        (b"\n\nName;Note\nBob;a, b\nEve;c, d\n", "Name: Bob; Note: a, b\n\nName: Eve; Note: c, d"),
        (b"Name\tAge\nBob\t12\n", "Name: Bob; Age: 12"),
        (b'Name,Note\nBob,"two\nlines, ""quoted"""\n', 'Name: Bob; Note: two lines, "quoted"'),
        (b"Name,Age\nBob\nEve,34,extra\n", "Name: Bob\n\nName: Eve; Age: 34; extra"),
        (b"1,2\n3,4\n", "1; 2\n\n3; 4"),
        (b"Country,2019,2020\nPeru,1,2\n", "Country: Peru; 2019: 1; 2020: 2"),
    ],
)
def test_delimited_tables(data: bytes, text: str) -> None:
    assert load(data, "a.csv").text == text


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.ods", "a.xls"])
def test_what_is_no_office_file_is_refused(name: str) -> None:
    for data in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), simple_docx()[:900]):
        with pytest.raises(LoadError, match=name.replace(".", r"\.")):
            load(data, name)
    with pytest.raises(LoadError):
        load(simple_pptx() if name == "a.docx" else simple_docx(), name)


def test_an_office_file_without_text_is_refused() -> None:
    with pytest.raises(EmptyDocument, match=r"a\.docx"):
        load(saved(docx.Document()), "a.docx")
