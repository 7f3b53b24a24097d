"""Word documents: headings by style, paragraphs, lists, tables and notes, in their order."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree

from index.errors import LoadError
from index.load.formats.composing import Composer
from index.load.formats.grid import compose_grid
from index.load.formats.packages import open_package, parse_xml
from index.load.formats.properties import stated_properties
from index.load.reading import Reading
from index.types import Document, Metadata

_BODY_LEVEL = 9
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MAX_SPAN = 100


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says of its paragraphs."""

    level: int | None
    listed: bool
    contents: bool


class DocxLoader:
    """Loads a Word document."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Walk the body in document order; notes follow at the end."""
        open_package(data, document_id, reading).close()
        try:
            document = docx.Document(io.BytesIO(data))
        except (KeyError, ValueError, PackageNotFoundError) as error:
            raise LoadError(
                f"{document_id} is not a Word document ({error}).", "Save it again as DOCX."
            ) from error
        composer = Composer()
        _Body(composer, _styles(document)).read(document.element.body)
        for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES):
            for number, text in _notes(document, kind):
                composer.paragraph(f"[{number}] {text}")
        yield composer.document(document_id, stated_properties(document.core_properties, metadata))


class _Body:
    def __init__(self, composer: Composer, styles: Mapping[str, _Style]) -> None:
        self._composer = composer
        self._styles = styles

    def read(self, container: etree._Element) -> None:
        for element in container:
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
            elif element.tag in _WRAPPERS:
                self.read(element)

    def _paragraph(self, paragraph: etree._Element) -> None:
        properties = paragraph.find(qn("w:pPr"))
        style = self._styles.get(_value(properties, "w:pStyle") or "", _PLAIN)
        text = _text(paragraph)
        level = _outline_level(properties)
        level = style.level if level is None else level
        if level is not None and level < _BODY_LEVEL:
            self._composer.heading(text, level + 1)
        elif style.contents:
            pass  # the table of contents repeats the headings
        elif style.listed or _numbered(properties):
            depth = (
                _value(properties.find(qn("w:numPr")) if properties is not None else None, "w:ilvl") or "0"
            )
            self._composer.item(text, min(int(depth), _BODY_LEVEL) if depth.isdigit() else 0)
        elif "\n" in text.strip():
            self._composer.lines(text)
        else:
            self._composer.paragraph(text)
        for box in paragraph.iter(qn("w:txbxContent")):
            if not any(above.tag == _ALTERNATIVE for above in box.iterancestors()):
                self.read(box)

    def _table(self, table: etree._Element) -> None:
        rows = [
            list(row.iter(qn("w:tc"))) for row in table.iter(qn("w:tr")) if _nearest(row, "w:tbl") is table
        ]
        rows = [[cell for cell in row if _nearest(cell, "w:tbl") is table] for row in rows]
        if len(rows) < 2 or max(len(row) for row in rows) < 2:
            # It only places or frames what is in it.
            for row in rows:
                for cell in row:
                    self.read(cell)
        else:
            compose_grid(_grid(rows), self._composer)


_PLAIN = _Style(None, listed=False, contents=False)
_WRAPPERS = frozenset(
    qn(f"w:{tag}") for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
)


def _grid(rows: list[list[etree._Element]]) -> list[list[str]]:
    grid: list[list[str]] = []
    for row in rows:
        cells: list[str] = []
        for cell in row:
            properties = cell.find(qn("w:tcPr"))
            merged = properties.find(qn("w:vMerge")) if properties is not None else None
            if merged is not None and merged.get(qn("w:val")) != "restart" and grid:
                above = grid[-1]
                text = above[len(cells)] if len(cells) < len(above) else ""
            else:
                text = " ".join(_text(paragraph) for paragraph in cell.iter(qn("w:p")))
            span = _value(properties, "w:gridSpan") or "1"
            cells += [text, *[""] * (min(int(span), _MAX_SPAN) - 1 if span.isdigit() else 0)]
        grid.append(cells)
    return grid


def _text(paragraph: etree._Element) -> str:
    """A paragraph's text with what was inserted and without what was deleted."""
    parts: list[str] = []
    for element in _within(paragraph):
        if element.tag == qn("w:t"):
            parts.append(element.text or "")
        elif element.tag in (qn("w:tab"), qn("w:ptab")):
            parts.append("\t")
        elif element.tag in (qn("w:br"), qn("w:cr")):
            parts.append("\n")
        elif element.tag == qn("w:noBreakHyphen"):
            parts.append("-")
        elif element.tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
            parts.append(f"[{element.get(qn('w:id'))}]")
    return "".join(parts)


def _within(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        # Text boxes hold paragraphs of their own; a fallback repeats what it stands for.
        if child.tag not in (qn("w:txbxContent"), qn("w:pPr"), qn("w:moveFrom"), qn("w:del"), _ALTERNATIVE):
            yield child
            yield from _within(child)


def _nearest(element: etree._Element, tag: str) -> etree._Element | None:
    return next(element.iterancestors(qn(tag)), None)


def _value(properties: etree._Element | None, tag: str) -> str | None:
    found = properties.find(qn(tag)) if properties is not None else None
    return found.get(qn("w:val")) if found is not None else None


def _outline_level(properties: etree._Element | None) -> int | None:
    level = _value(properties, "w:outlineLvl")
    return int(level) if level is not None and level.isdigit() else None


def _numbered(properties: etree._Element | None) -> bool:
    numbering = properties.find(qn("w:numPr")) if properties is not None else None
    return numbering is not None and _value(numbering, "w:numId") != "0"


def _styles(document: WordDocument) -> dict[str, _Style]:
    """Paragraph styles by id. Word keeps the English names of its own styles in every language."""
    elements: dict[str, BaseOxmlElement] = {
        style.get(qn("w:styleId"), ""): style for style in document.styles.element.iter(qn("w:style"))
    }
    return {name: _style(name, elements) for name in elements}


def _style(name: str, elements: Mapping[str, etree._Element]) -> _Style:
    level, listed, contents = None, False, False
    seen: set[str] = set()
    # Each style goes back to the one that it is based on.
    while name in elements and name not in seen:
        seen.add(name)
        element = elements[name]
        properties = element.find(qn("w:pPr"))
        called = (_value(element, "w:name") or "").lower()
        own = _outline_level(properties)
        if level is None and own is not None:
            level = own
        elif level is None and called == "title":
            level = 0
        elif level is None and called.startswith("heading ") and called[8:].isdigit():
            level = int(called[8:]) - 1
        listed = listed or _numbered(properties) or called.startswith(("list bullet", "list number"))
        contents = contents or called.startswith(("toc ", "table of figures"))
        name = _value(element, "w:basedOn") or ""
    return _Style(level, listed, contents)


def _notes(document: WordDocument, kind: str) -> Iterator[tuple[str, str]]:
    for relation in document.part.rels.values():
        if relation.reltype == kind and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                # Separators between text and notes are notes with a type.
                if isinstance(note.tag, str) and note.get(qn("w:type")) is None:
                    yield note.get(qn("w:id"), ""), " ".join(_text(p) for p in note.iter(qn("w:p")))
