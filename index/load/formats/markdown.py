"""Markdown. The source is the canonical text, so a quote is found as the author typed it."""

from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

from index.load.formats.text import decode, titled
from index.load.reading import Reading
from index.text.blocks import bold_title
from index.types import Document, Heading, Metadata


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
    headings: list[Heading] = []
    marked = 1
    for token, content in pairwise(tokens):
        if token.map is None:
            continue
        title = content.content.split("\n")[0].strip()
        if token.type == "heading_open":
            level = marked = int(token.tag[1:])
        elif token.type == "paragraph_open" and token.level == 0 and (bold := bold_title(content.content)):
            opens = not text[: starts[token.map[0]]].strip()
            title, level = bold["title"], 1 if opens else marked + 1
        else:
            continue
        start = text.find(title, starts[token.map[0]], starts[token.map[1]])
        if title and start >= 0:
            headings.append(Heading(start, start + len(title), level, title))
    return tuple(headings)
