"""HTML trees into blocks."""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring, xhtml_to_html

from index.errors import EmptyDocument
from index.load.formats.composing import Blocks, one_line
from index.load.formats.grid import compose_grid
from index.load.formats.packages import xml_parser
from index.load.formats.text import decode_bytes

# Bytes in which this can be found are in no encoding of two or four bytes a character, whatever they say.
_CHARSET = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*(?!utf-?_?(?:16|32))([\w.:-]+)""", re.IGNORECASE
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[a-zA-Z]\w{1,31};")
_SUSPECT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNSEEN = frozenset(
    "script style template noscript head title meta link svg math iframe frame object embed applet canvas "
    "audio video map select datalist option button input textarea dialog progress meter rp rt".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q ruby rb s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
# What a site shows beside a heading so that one can link to it.
_ANCHORS = frozenset("¶#§🔗")
_MAX_SPAN = 100
# HTML allows no more rows; what one page may repeat in them is bounded, as one cell could fill the memory.
_MAX_ROWSPAN = 65_534
_MAX_REPEATED_COLUMNS = 1_000
_MAX_REPEATED = 1_000_000


def parse_markup(data: bytes, name: str) -> HtmlElement:
    """Parse HTML or XHTML; nothing outside it is read, and no entity of its own is expanded.

    Raises:
        UnsupportedFormat: It is in no encoding that can be told.
        EmptyDocument: There is no element in it.
    """
    return parse_text(decode_bytes(data, name, declared_charset(data)), name)


def declared_charset(data: bytes) -> str | None:
    """The encoding that HTML or XHTML names for itself, if it does."""
    declared = _CHARSET.search(data[:4096])
    return declared.group(1).decode("ascii", "replace") if declared else None


def parse_text(text: str, name: str) -> HtmlElement:
    """Parse decoded HTML or XHTML.

    Raises:
        EmptyDocument: There is no element in it.
    """
    text = _SUSPECT.sub(" ", text.lstrip("\ufeff"))
    if _DECLARATION.match(text):
        strict = _strict(_DECLARATION.sub("", text))
        if strict is not None:
            return strict
    try:
        return document_fromstring(
            text.encode(), parser=HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        )
    except etree.ParserError as error:
        raise EmptyDocument(f"{name} holds no text.", "Check that the right file was given.") from error


def compose_markup(root: HtmlElement, composer: Blocks) -> None:
    """Add every block of text below ``root``, in order."""
    _Flow(composer).read(root)


def visible_text(root: HtmlElement) -> str:
    """All text below ``root`` that a reader would see, on one line."""
    return one_line("".join(_texts(root)))


def _strict(text: str) -> HtmlElement | None:
    """Parse XHTML, in which ``<title/>`` is a whole element; None if it is not well-formed."""
    named = _ENTITY.sub(lambda entity: html.escape(html.unescape(entity.group())), text)
    parser = xml_parser()
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    try:
        root = etree.fromstring(named.encode(), parser=parser)
    except etree.XMLSyntaxError:
        return None
    xhtml_to_html(root)
    return root if isinstance(root, HtmlElement) and root.tag == "html" else None


def _texts(element: HtmlElement) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _UNSEEN:
            gap = "" if child.tag in _INLINE else " "
            yield gap
            yield from _texts(child)
            yield gap
        if child.tail:
            yield child.tail


class _Spanning(NamedTuple):
    """A cell that goes on below: the rows that it still fills, this one included."""

    rows: int
    text: str


class _Flow:
    """Walks a tree and cuts its text into blocks where an element begins or ends one."""

    def __init__(self, composer: Blocks) -> None:
        self._composer = composer
        self._inline: list[str] = []
        self._lists = 0
        self._marked = False
        self._repeats = _MAX_REPEATED

    def read(self, root: HtmlElement) -> None:
        self._children(root)
        self._flush()

    def _children(self, element: HtmlElement) -> None:
        self._add(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self._element(child)
            self._add(child.tail)

    def _element(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _UNSEEN:
            return
        if tag == "br":
            self._inline.append("\n")
        elif tag in _INLINE:
            if not (tag == "a" and (element.text or "").strip() in _ANCHORS and len(element) == 0):
                self._children(element)
        elif tag in _HEADINGS:
            self._flush()
            self._heading(element)
        elif tag == "pre":
            self._flush()
            self._composer.lines("".join(_texts(element)))
        elif tag == "table" and _is_data(element):
            self._flush()
            self._table(element)
        else:
            self._block(element)

    def _heading(self, element: HtmlElement) -> None:
        title = visible_text(element)
        while title and title[-1] in _ANCHORS:
            title = title[:-1].rstrip()
        self._composer.heading(title, _HEADINGS[element.tag])

    def _table(self, element: HtmlElement) -> None:
        caption = element.find("caption")
        if caption is not None:
            self._composer.paragraph(visible_text(caption))
        rows = list(element.iter("tr"))
        named = all(cell.tag == "th" for cell in rows[0].iterchildren("td", "th"))
        in_head = rows[0].getparent() is not None and rows[0].getparent().tag == "thead"
        # A table without a header cell anywhere was made by hand: look at its words.
        header = True if named or in_head else None if element.find(".//th") is None else False
        compose_grid(self._grid(rows, named=header is True), self._composer, header)

    def _grid(self, rows: list[HtmlElement], *, named: bool) -> list[list[str]]:
        """The cells of rows, each in its column; what spans several rows stands in each of them.

        A name of a column only keeps its place in the rows below.
        """
        grid: list[list[str]] = []
        spanning: dict[int, _Spanning] = {}
        group = None
        for row in rows:
            if row.getparent() is not group:
                group, spanning = row.getparent(), {}  # a cell ends with its group of rows
            spanning = self._afforded(spanning)
            cells: list[str] = []
            begun: dict[int, _Spanning] = {}
            for cell in row.iterchildren("td", "th"):
                while len(cells) in spanning:
                    cells.append(spanning[len(cells)].text)
                height = _span(cell, "rowspan", _MAX_ROWSPAN) or _MAX_ROWSPAN
                for text in (visible_text(cell), *[""] * (_span(cell, "colspan", _MAX_SPAN) - 1)):
                    if height > 1 and len(cells) < _MAX_REPEATED_COLUMNS:
                        begun[len(cells)] = _Spanning(height, text if grid or not named else "")
                    cells.append(text)
            for column in range(len(cells), max(spanning, default=-1) + 1):
                cells.append(spanning[column].text if column in spanning else "")
            grid.append(cells)
            spanning = {
                column: _Spanning(cell.rows - 1, cell.text)
                for column, cell in {**spanning, **begun}.items()
                if cell.rows > 1
            }
        return grid

    def _afforded(self, spanning: dict[int, _Spanning]) -> dict[int, _Spanning]:
        """The cells that go on in one more row; none once the page has repeated too much."""
        cost = max(spanning, default=-1) + 1 + sum(len(cell.text) for cell in spanning.values())
        if cost > self._repeats:
            return {}
        self._repeats -= cost
        return spanning

    def _block(self, element: HtmlElement) -> None:
        self._flush()
        listed = element.tag in _LISTS
        self._lists += listed
        if element.tag == "li":
            self._marked = True
        self._children(element)
        self._flush()
        if element.tag == "li":
            self._marked = False
        self._lists -= listed

    def _add(self, text: str | None) -> None:
        if text:
            # In markup a line break is a space; one that is meant is a ``br``.
            self._inline.append(text.replace("\n", " ").replace("\r", " "))

    def _flush(self) -> None:
        text = "".join(self._inline)
        self._inline.clear()
        for part in re.split(r"\n\s*\n", text.strip()):
            if not part.strip():
                continue
            if self._marked:
                self._composer.item(part, max(0, self._lists - 1))
                self._marked = False
            elif "\n" in part:
                self._composer.lines("\n".join(one_line(line) for line in part.split("\n")))
            else:
                self._composer.paragraph(part)


def _is_data(table: HtmlElement) -> bool:
    """Whether a table holds values; others only place blocks side by side."""
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return False
    rows = list(table.iter("tr"))
    if any(True for _ in table.iter("h1", "h2", "h3", "pre")) or len(rows) < 2:
        return False
    return any(sum(1 for _ in row.iterchildren("td", "th")) > 1 for row in rows)


def _span(cell: HtmlElement, name: str, most: int) -> int:
    stated = cell.get(name, "1").strip()
    return min(int(stated[: len(str(most)) + 1]), most) if stated.isascii() and stated.isdigit() else 1
