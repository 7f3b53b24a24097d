"""Presentations: each slide is a page, its title a heading."""

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.text.text import TextFrame

from index.errors import LoadError
from index.load.formats.composing import Composer
from index.load.formats.grid import compose_grid
from index.load.formats.packages import open_package
from index.load.formats.properties import stated_properties
from index.load.reading import Reading
from index.types import Document, Metadata

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_LISTS = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
_AROUND = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER)


class PptxLoader:
    """Loads a presentation."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Read the slides in their order, each with its notes."""
        open_package(data, document_id, reading).close()
        try:
            presentation = pptx.Presentation(io.BytesIO(data))
        except (KeyError, ValueError, PackageNotFoundError) as error:
            raise LoadError(
                f"{document_id} is not a presentation ({error}).", "Save it again as PPTX."
            ) from error
        reading.require_pages(len(presentation.slides), document_id)
        composer = Composer()
        for number, slide in enumerate(presentation.slides, start=1):
            composer.page(number)
            _compose(slide, composer)
        yield composer.document(document_id, stated_properties(presentation.core_properties, metadata))


def _compose(slide: Slide, composer: Composer) -> None:
    shapes = list(_shapes(slide.shapes))
    for shape in sorted(shapes, key=lambda s: _placeholder(s) not in _TITLES):
        kind = _placeholder(shape)
        if shape.has_text_frame and kind in _TITLES:
            composer.heading(shape.text_frame.text, 1)
        elif shape.has_text_frame and kind not in _AROUND:
            _text(shape.text_frame, composer, listed=kind in _LISTS)
        elif shape.has_table:
            rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
            compose_grid(rows, composer, header=True if shape.table.first_row else None)
        elif shape.has_chart:
            _chart(shape.chart, composer)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        _text(slide.notes_slide.notes_text_frame, composer, listed=False)


def _chart(chart: Any, composer: Composer) -> None:
    if chart.has_title and chart.chart_title.has_text_frame:
        composer.paragraph(chart.chart_title.text_frame.text)
    # From the elements, since python-pptx knows only some kinds of charts.
    for plot in chart.element.iterfind("{*}chart/{*}plotArea/*"):
        together: dict[tuple[tuple[int, str], ...], list[Any]] = {}
        for series in plot.iterfind("{*}ser"):
            labels = _points(series, "cat") | _points(series, "xVal")
            together.setdefault(tuple(labels.items()), []).append(series)
        for labelled, several in together.items():
            labels, columns = dict(labelled), [_points(s, "val") | _points(s, "yVal") for s in several]
            names = ["", *(series.findtext("{*}tx//{*}v") or "" for series in several)]
            places = sorted(set[int]().union(labels, *columns))
            rows = [[labels.get(i, ""), *(column.get(i, "") for column in columns)] for i in places]
            compose_grid([names, *rows], composer, header=True)


def _points(series: Any, of: str) -> dict[int, str]:
    """What stands at each place; numbers without what binary fractions add, other text as it is."""
    points: dict[int, str] = {}
    for point in series.iterfind(f"{{*}}{of}//{{*}}pt"):
        text, around = point.findtext("{*}v") or "", point.getparent()
        if around.tag.endswith(("}numCache", "}numLit")):
            with suppress(ValueError):
                text = f"{float(text):.15g}"
        # Of categories in levels the first is the innermost.
        points.setdefault(int(point.get("idx")), text)
    return points


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _placeholder(shape: Any) -> PP_PLACEHOLDER | None:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _text(frame: TextFrame, composer: Composer, *, listed: bool) -> None:
    for paragraph in frame.paragraphs:
        if listed and len(frame.paragraphs) > 1:
            composer.item(paragraph.text, paragraph.level)
        else:
            composer.paragraph(paragraph.text)
