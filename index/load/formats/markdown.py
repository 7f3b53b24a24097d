"""Markdown. The source is the canonical text, so a quote is found as the author typed it."""

from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

from index.load.formats.text import decode, titled
from index.load.reading import Reading
from index.types import Document, Heading, Metadata


class MarkdownLoader:
    """Loads Markdown; headings (``#`` and underlined) come from a CommonMark parser."""

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
    for token, content in pairwise(tokens):
        if token.type != "heading_open" or token.map is None:
            continue
        title = content.content.split("\n")[0].strip()
        start = text.find(title, starts[token.map[0]], starts[token.map[1]])
        if title and start >= 0:
            headings.append(Heading(start, start + len(title), int(token.tag[1:]), title))
    return tuple(headings)
