"""Markdown. The source is the canonical text, so a quote is found as the author typed it."""

from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

from index.load.formats.text import decode, titled
from index.load.reading import Reading
from index.text.blocks import bold_title
from index.types import Document, Heading, Metadata

# Tokens of a paragraph: opened, its content, closed.
_PARAGRAPH = 3


class MarkdownLoader:
    """Loads Markdown; a CommonMark parser finds headings (``#``, underlined, and lines bold throughout)."""

    def load(self, data: bytes, document_id: str, metadata: Metadata, reading: Reading) -> Iterator[Document]:
        """Decode, bring into canonical form and locate the headings."""
        text = decode(data, document_id)
        yield titled(document_id, text, metadata, _headings(text))


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
