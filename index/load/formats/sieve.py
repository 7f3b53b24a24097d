"""Of a page's blocks those whose words an extractor found to be its content.

Extractors tell content from boilerplate well, but lose structure on the way: headings,
code within sentences, the names of columns. So the extract only says what is kept, and
the page itself how it reads.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.load.formats.composing import Blocks

_WORD = re.compile(r"\w+")
# Fewer words than this occur in any text, and tell nothing of where they come from.
_TELLING = 5


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    level: int | None
    add: Callable[[Blocks], None]


class Sieve:
    """Collects blocks as a ``Composer`` does, and hands on those that are content."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def heading(self, text: str, level: int) -> None:
        """Collect a heading."""
        self._blocks.append(_Block(text, level, lambda to: to.heading(text, level)))

    def paragraph(self, text: str) -> None:
        """Collect a paragraph."""
        self._collect(text, lambda to: to.paragraph(text))

    def lines(self, text: str) -> None:
        """Collect lines."""
        self._collect(text, lambda to: to.lines(text))

    def item(self, text: str, depth: int = 0) -> None:
        """Collect a list item."""
        self._collect(text, lambda to: to.item(text, depth))

    def row(self, cells: Sequence[tuple[str, str]]) -> None:
        """Collect a table's row."""
        self._collect(" ".join(value for _, value in cells), lambda to: to.row(cells))

    def release(self, extract: str, into: Blocks) -> int:
        """Add what is content, and say how many characters that is.

        All between the first and the last long block that the extract has is content, since extractors leave
        out lists of links and rows of numbers; so is what stands beside these in the extract as on the page.
        Headings are kept only above what is.
        """
        words = _words(extract)
        long = [i for i, block in enumerate(self._blocks) if _tells(block) and _words(block.text) in words]
        if not long:
            return 0
        first, last = self._reached(long[0], -1, words), self._reached(long[-1], 1, words)
        kept = 0
        headings: list[_Block] = []
        for i, block in enumerate(self._blocks[: last + 1]):
            if block.level is not None:
                while headings and (headings[-1].level or 0) >= block.level:
                    headings.pop()
                headings.append(block)
            elif i >= first:
                for heading in headings:
                    heading.add(into)
                headings.clear()
                block.add(into)
                kept += len(block.text)
        return kept

    def _reached(self, at: int, step: int, words: str) -> int:
        """The last block, from one on, up to which each has the one before beside it in the extract, too."""
        near = self._blocks[at]
        passed: list[_Block] = []
        for i in range(at + step, len(self._blocks) if step > 0 else -1, step):
            passed.append(block := self._blocks[i])
            if block.level is not None:
                continue
            # The extract may have left out the headings between them.
            if not any(_in_a_row(row[::step], words) for row in ([near, *passed], [near, block])):
                break
            at, near, passed = i, block, []
        return at

    def _collect(self, text: str, add: Callable[[Blocks], None]) -> None:
        self._blocks.append(_Block(text, None, add))


def _tells(block: _Block) -> bool:
    return block.level is None and len(_WORD.findall(block.text)) >= _TELLING


def _in_a_row(blocks: Sequence[_Block], words: str) -> bool:
    return _words(" ".join(block.text for block in blocks)) in words


def _words(text: str) -> str:
    return " ".join(("", *_WORD.findall(text.casefold()), ""))
