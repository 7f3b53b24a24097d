"""Lines into paragraphs and headings, without what repeats on every page."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.load.formats.pdf.columns import Line, Region

_BULLET = re.compile(r"(?:[•◦▪‣●○■□➢➤✓\uf0b7\uf0a7\u2013\u2014*-])\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\[\d{1,3}\])\s+(?=\S)")
_TERMINAL = re.compile(r"[.!?:;。！？：；…][\"'”’»)\]]*$")
_LEADERS = re.compile(r"(?:\s*\.){4,}\s*|(?:\s*…){2,}\s*")
_COMPOUND = re.compile(r"\b\w+(?:-\w+)+")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:\w{1,9}\W+)?(?:#|[ivxlc]+)\W*(?:(?:/|of|von|de|sur|di)?\W*#)?\W*", re.IGNORECASE
)
_SOFT_HYPHENS = ("-", "\u00ad", "\u2010")
_EDGE_ROWS = 2
_MAX_HEADING = 160
_MAX_LEVELS = 4
# A font this much larger than the body's makes a heading.
_LARGER = 1.12
_SAME_SIZE = 0.08
# From line to line, in font sizes, and how much more parts paragraphs.
_USUAL_PITCH = 1.2
_WIDE_PITCH = 1.3


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together.

    Attributes:
        kind: Level of a heading from 1; 0 for a list item; None for prose.
        fills: Whether its last line reaches the end of its column, so that it may go on
            in the next.
        opens: Whether it is the first of its column.
    """

    page: int
    lines: list[Line]
    kind: int | None = None
    fills: bool = False
    opens: bool = False
    text: str = field(default="")


class Reader:
    """Turns the regions of all pages into paragraphs.

    Args:
        pages: By page, its regions in reading order.
    """

    def __init__(self, pages: Sequence[Sequence[Region]]) -> None:
        self._pages = _without_repeated(pages)
        lines = [line for page in self._pages for region in page for line in region.lines]
        self._compounds = {word.lower() for line in lines for word in _COMPOUND.findall(line.text[:-1])}
        sizes = Counter[float]()
        weights = Counter[bool]()
        for line in lines:
            sizes[line.size] += len(line.text)
            weights[line.bold] += len(line.text)
        self._body = max(sizes, key=sizes.__getitem__) if sizes else 0.0
        self._levels = self._heading_sizes(lines)
        self._bold_tells = weights[True] < weights[False] / 4

    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield them in reading order."""
        for number, page in enumerate(self._pages, start=1):
            for region in page:
                for position, group in enumerate(_groups(region)):
                    paragraph = Paragraph(number, group, opens=position == 0)
                    paragraph.text = _LEADERS.sub(" … ", self.join([line.text for line in group]))
                    paragraph.fills = group[-1].right > region.right - 0.15 * (region.right - region.left)
                    paragraph.kind = self._kind(paragraph)
                    if paragraph.kind == 0:
                        paragraph.text = _BULLET.sub("", paragraph.text, count=1)
                    yield paragraph

    def goes_on(self, before: Paragraph, paragraph: Paragraph) -> bool:
        """Whether a paragraph at the top of a column or page continues the one before."""
        if not paragraph.opens or paragraph.kind is not None or before.kind not in (None, 0):
            return False
        if abs(before.lines[-1].size - paragraph.lines[0].size) > _SAME_SIZE * self._body:
            return False
        if before.lines[-1].tabular or paragraph.lines[0].tabular or _NUMBERED.match(paragraph.text):
            return False
        if paragraph.text[:1].islower():
            return not _TERMINAL.search(before.text) or before.text.endswith((";", ":"))
        return before.fills and not _TERMINAL.search(before.text)

    def join(self, texts: Sequence[str]) -> str:
        """Wrapped lines as one, words that were broken at a line's end whole again."""
        joined = texts[0]
        for text in texts[1:]:
            joined = self.glue(joined, text)
        return joined

    def glue(self, before: str, after: str) -> str:
        """Two wrapped lines as one."""
        before, after = before.rstrip(), after.lstrip()
        if not (before[-1:] in _SOFT_HYPHENS and before[-2:-1].isalpha() and after[:1].isalpha()):
            return f"{before} {after}"
        first, second = before[:-1].split()[-1], after.split()[0]
        compound = f"{first}-{second}".lower().strip(".,;:()“”\"'")
        if not after[0].islower() or compound in self._compounds or "-" in first:
            return f"{before[:-1]}-{after}"
        return before[:-1] + after

    def part(self, before: str, after: str) -> tuple[str, str]:
        """The first of two wrapped lines as it stands when they are one, and what lies between."""
        glued = self.glue(before, after)
        first = glued[: len(glued) - len(after.lstrip())]
        return first.rstrip(), " " if first.endswith(" ") else ""

    def _kind(self, paragraph: Paragraph) -> int | None:
        first = paragraph.lines[0]
        if _BULLET.match(paragraph.text):
            return 0
        short = len(paragraph.text) <= _MAX_HEADING and len(paragraph.lines) <= 3
        if not short or not any(c.isalpha() for c in paragraph.text) or first.tabular:
            return None
        if first.size in self._levels:
            return self._levels[first.size]
        ends = _TERMINAL.search(paragraph.text)
        bold = self._bold_tells and all(line.bold for line in paragraph.lines)
        return len(self._levels) + 1 if bold and not ends and first.size >= self._body else None

    def _heading_sizes(self, lines: Sequence[Line]) -> dict[float, int]:
        larger = {line.size for line in lines if line.size >= _LARGER * self._body}
        return {
            size: min(rank, _MAX_LEVELS) for rank, size in enumerate(sorted(larger, reverse=True), start=1)
        }


def _groups(region: Region) -> Iterator[list[Line]]:
    pitches = [
        (before.bottom - line.bottom) / line.size
        for before, line in pairwise(region.lines)
        if _like(before, line) and before.bottom - line.bottom < 2.5 * line.size
    ]
    pitch = median(pitches) if pitches else _USUAL_PITCH
    left = Counter(round(line.left) for line in region.lines).most_common(1)[0][0]
    group: list[Line] = []
    for line in region.lines:
        if group and _breaks(group, line, region, pitch, left):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _like(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def _breaks(group: Sequence[Line], line: Line, region: Region, pitch: float, left: float) -> bool:
    """Whether a line begins a new paragraph; ``pitch`` and its usual ``left`` are the column's."""
    before, first = group[-1], group[0]
    if (
        not _like(before, line)
        or (before.bold != line.bold and (line.bold or all(x.bold for x in group)))
        or before.bottom - line.bottom > _WIDE_PITCH * pitch * line.size
        or before.tabular
        or line.tabular
        or _marked(line)
    ):
        return True
    if _marked(first):
        # An item's further lines hang under its words, not under its mark.
        return len(group) > 1 and line.left < before.left - line.size / 2
    room = region.right - before.right
    if not _TERMINAL.search(before.text):
        return room > 0.4 * (region.right - region.left) and not line.text[:1].islower()
    indented = line.left > max(left, before.left) + 0.8 * line.size
    word = len(line.text.split()[0]) * (line.right - line.left) / len(line.text)
    return indented or room > word + line.size


def _marked(line: Line) -> bool:
    return _BULLET.match(line.text) is not None or _NUMBERED.match(line.text) is not None


def _without_repeated(pages: Sequence[Sequence[Region]]) -> list[list[Region]]:
    """Pages without running headers, footers and page numbers: lines at an edge that many pages share."""
    edges = [_edges(page) for page in pages]
    counts = Counter(key for page in edges for key in set(page.values()))
    enough = 2 if len(pages) < 6 else 3

    def stays(number: int, line: Line) -> bool:
        key = edges[number].get(id(line))
        return key is None or counts[key] < enough

    kept = []
    for number, page in enumerate(pages):
        remaining = [[line for line in region.lines if stays(number, line)] for region in page]
        kept.append([Region.of(lines) for lines in remaining if lines])
    return kept


def _edges(page: Sequence[Region]) -> dict[int, tuple[str, str]]:
    """By line at the top or bottom of a page, what it has in common with others of its kind."""
    lines = sorted((line for region in page for line in region.lines), key=lambda line: -line.bottom)
    found = {}
    for zone, ordered in (("top", lines), ("bottom", lines[::-1])):
        rows: list[float] = []
        for line in ordered:
            if not rows or abs(line.bottom - rows[-1]) > line.size / 2:
                rows.append(line.bottom)
            if len(rows) > _EDGE_ROWS:
                break
            shape = " ".join(_DIGITS.sub("#", line.text).split())
            if any(c.isalpha() for c in shape) or _PAGE_NUMBER.fullmatch(shape):
                found[id(line)] = (zone, "#" if _PAGE_NUMBER.fullmatch(shape) else shape)
    return found
