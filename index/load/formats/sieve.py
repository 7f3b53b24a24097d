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
        """Collect a table's row; its longest cell tells where it comes from."""
        longest = max((value for _, value in cells), key=len, default="")
        self._collect(longest, lambda to: to.row(cells))

    def release(self, extract: str, into: Blocks) -> int:
        """Add what is content, and say how many characters that is.

        Short blocks count only between long ones, headings only above what is kept.
        """
        words = _words(extract)
        found = [_words(block.text) in words for block in self._blocks]
        long = [i for i, block in enumerate(self._blocks) if found[i] and self._telling(block)]
        if not long:
            return 0
        kept = 0
        headings: list[_Block] = []
        for i, block in enumerate(self._blocks[: long[-1] + 1]):
            if block.level is not None:
                while headings and (headings[-1].level or 0) >= block.level:
                    headings.pop()
                headings.append(block)
            elif found[i] and i >= long[0]:
                for heading in headings:
                    heading.add(into)
                headings.clear()
                block.add(into)
                kept += len(block.text)
        return kept

    def _collect(self, text: str, add: Callable[[Blocks], None]) -> None:
        self._blocks.append(_Block(text, None, add))

    @staticmethod
    def _telling(block: _Block) -> bool:
        return len(_WORD.findall(block.text)) >= _TELLING


def _words(text: str) -> str:
    return " ".join(("", *_WORD.findall(text.casefold()), ""))
