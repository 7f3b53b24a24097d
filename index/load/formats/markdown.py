"""Markdown. The source is the canonical text, so a quote is found as the author typed it.

Only a table's rows are put under the names of their columns, as those of every format are.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.load.formats.composing import Composer
from index.load.formats.grid import compose_grid
from index.load.formats.text import decode, titled
from index.load.reading import Reading
from index.text.blocks import bold_title
from index.types import Document, Heading, Metadata

# Tokens of a paragraph: opened, its content, closed.
_PARAGRAPH = 3


class MarkdownLoader:
    """Loads Markdown; a CommonMark parser finds headings (``#``, underlined, and lines bold throughout)."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Decode, bring into canonical form, name the cells of tables and locate the headings."""
        text = _with_rows_named(decode(data, document_id))
        yield titled(document_id, text, metadata, _headings(text))


def _with_rows_named(text: str) -> str:
    lines = text.split("\n")
    kept: list[str] = []
    done = 0
    for opening, rows in _tables(MarkdownIt("commonmark").enable("table").parse(text)):
        start, end = opening.map or (0, 0)
        composer = Composer()
        compose_grid(rows, composer, header=True)
        # A table need not have empty lines around it, a row that is a paragraph does.
        above, below = ([""] * bool("".join(lines[i : i + 1]).strip()) for i in (start - 1, end))
        kept += [*lines[done:start], *above, *composer.made(), *below]
        done = end
    return "\n".join([*kept, *lines[done:]])


def _tables(tokens: Sequence[Token]) -> Iterator[tuple[Token, list[list[str]]]]:
    """The tables that stand in no list or quotation: the token that opens each, and its cells."""
    opening: Token | None = None
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "table_open" and token.level == 0:
            opening, rows = token, []
        elif token.type == "tr_open" and opening:
            rows.append([])
        elif token.type == "inline" and opening:
            rows[-1].append(token.content)
        elif token.type == "table_close" and opening:
            yield opening, rows
            opening = None


def _headings(text: str) -> tuple[Heading, ...]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    tokens = MarkdownIt("commonmark").parse(text)
    headings = []
    marked = 1
    for position, (token, content) in enumerate(pairwise(tokens)):
        if token.map is None:
            continue
        if token.type == "heading_open":
            level = marked = int(token.tag[1:])
            title = content.content.split("\n")[0].strip()
        elif token.type == "paragraph_open" and token.level == 0 and position + _PARAGRAPH < len(tokens):
            level = marked + 1 if position else 1
            title = bold_title(content.content)
        else:
            continue
        start = text.find(title, starts[token.map[0]], starts[token.map[1]])
        if title and start >= 0:
            headings.append(Heading(start, start + len(title), level, title))
    return tuple(headings)
