"""Blocks of a structured format into one canonical text with headings and pages."""

from collections.abc import Sequence

from index.errors import EmptyDocument
from index.text.canonical import canonical
from index.types import Document, Heading, Metadata, Page


class Composer:
    """Collects headings, paragraphs, items and pages in reading order.

    Each block becomes one line with an empty line between blocks, so that what follows
    sees the same blocks as the author did.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._pages: list[Page] = []
        self._page: int | None = None
        self._page_start: int | None = None

    def heading(self, text: str, level: int) -> None:
        """Add a heading; level 1 is the outermost."""
        line = one_line(text)
        if line:
            start = self._add(line)
            self._headings.append(Heading(start, start + len(line), level, line))

    def paragraph(self, text: str) -> None:
        """Add a paragraph; its line breaks are only wraps."""
        line = one_line(text)
        if line:
            self._add(line)

    def item(self, text: str, depth: int = 0) -> None:
        """Add a list item, behind a mark of its own."""
        line = one_line(text)
        if line:
            self._add(f"{'  ' * depth}- {line}", tight=True)

    def row(self, cells: Sequence[tuple[str, str]]) -> None:
        """Add a table's row: each cell that is not empty behind the name of its column."""
        shown = [(one_line(name), one_line(value)) for name, value in cells]
        line = "; ".join(f"{name}: {value}" if name else value for name, value in shown if value)
        if line:
            self._add(line)

    def page(self, number: int) -> None:
        """Begin a page; what is added from here on lies on it."""
        self._end_page()
        self._page = number

    def document(self, document_id: str, metadata: Metadata) -> Document:
        """The document made of all blocks.

        Raises:
            EmptyDocument: No block has a letter or a digit.
        """
        self._end_page()
        text = "".join(self._parts)
        if not any(c.isalnum() for c in text):
            raise EmptyDocument(f"{document_id} holds no text.", "Check that the right file was given.")
        return Document(document_id, text, metadata, tuple(self._headings), tuple(self._pages))

    def _add(self, line: str, *, tight: bool = False) -> int:
        if self._parts:
            separator = "\n" if tight and self._parts[-1].lstrip().startswith("- ") else "\n\n"
            self._parts.append(separator)
            self._length += len(separator)
        self._parts.append(line)
        start = self._length
        if self._page is not None and self._page_start is None:
            self._page_start = start
        self._length += len(line)
        return start

    def _end_page(self) -> None:
        # A page without text has no range to lie on.
        if self._page is not None and self._page_start is not None:
            self._pages.append(Page(self._page_start, self._length, self._page))
        self._page = self._page_start = None


def one_line(text: str) -> str:
    """Canonical text with every run of white space as one space."""
    return " ".join(canonical(text).split())
