"""Blocks of a structured format into one canonical text with headings and pages."""

from collections.abc import Sequence
from typing import Protocol

from index.errors import EmptyDocument
from index.text.canonical import canonical
from index.types import Document, Heading, Metadata, Page


class Blocks(Protocol):
    """What blocks can be added to."""

    def heading(self, text: str, level: int) -> None:
        """Add a heading."""
        ...

    def paragraph(self, text: str) -> None:
        """Add a paragraph."""
        ...

    def lines(self, text: str) -> None:
        """Add lines."""
        ...

    def item(self, text: str, depth: int = 0) -> None:
        """Add a list item."""
        ...

    def row(self, cells: Sequence[tuple[str, str]]) -> None:
        """Add a table's row."""
        ...


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

    def lines(self, text: str) -> None:
        """Add a paragraph whose line breaks and indents may mean something, as one block."""
        kept = [canonical(line.replace("\ufeff", "")).rstrip() for line in text.splitlines()]
        block = "\n".join(line for line in kept if line.strip())
        if block:
            self._add(block.lstrip())

    def resume(self, text: str, glue: str = " ") -> None:
        """Go on with the block before, as a paragraph does that runs over a page's end."""
        line = one_line(text)
        if line:
            self._add(line, glue)

    def item(self, text: str, depth: int = 0) -> None:
        """Add a list item, behind a mark of its own."""
        line = one_line(text)
        if line:
            last = self._parts[-1].lstrip() if self._parts else ""
            self._add(f"{'  ' * depth}- {line}", "\n" if last.startswith("- ") else "\n\n")

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

    def made(self) -> list[str]:
        """The lines so far."""
        return "".join(self._parts).split("\n")

    def document(self, document_id: str, metadata: Metadata) -> Document:
        """The document made of all blocks; a level 1 heading that opens it is its title if none is given.

        Raises:
            EmptyDocument: No block has a letter or a digit.
        """
        self._end_page()
        text = "".join(self._parts)
        if not any(c.isalnum() for c in text):
            raise EmptyDocument(f"{document_id} holds no text.", "Check that the right file was given.")
        headings = tuple(self._headings)
        return Document(document_id, text, with_title(metadata, text, headings), headings, tuple(self._pages))

    def _add(self, line: str, separator: str = "\n\n") -> int:
        if self._parts and separator:
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


def with_title(metadata: Metadata, text: str, headings: Sequence[Heading]) -> Metadata:
    """The metadata with a level 1 heading that opens the text as the title, if there is none."""
    if "title" in metadata or not headings or headings[0].level != 1:
        return metadata
    opening = text[: headings[0].start]
    return metadata if any(c.isalnum() for c in opening) else {**metadata, "title": headings[0].title}


def one_line(text: str) -> str:
    """Canonical text with every run of white space as one space."""
    # A byte order mark inside a text is no character of it, and would be lost at its start.
    return " ".join(canonical(text.replace("\ufeff", "")).split())
