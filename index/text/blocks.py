"""Lines into blocks: paragraphs, list items and headings, by layout alone.

A paragraph may be wrapped over several lines, or be a single line; a text may leave
out final stops. What decides is how the lines look beside each other, never the words.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from index.text import cjk
from index.text.analysis import FUNCTION_WORDS
from index.text.fields import fields
from index.types import Heading, SentenceKind

_BULLET = re.compile(r"[ \t]*(?:[-*+•◦▪‣–—·●○]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])[ \t\u00a0]+")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_BOLD = re.compile(r"[ \t]*(\*\*|__)(?P<title>[^\s*_](?:[^*_]*[^\s*_:：])?)[:：]?\1[:：]?[ \t]*")
_TERMINAL = re.compile(r"[.!?…。！？:;：；)）][\"'”’»)\]*_]*$")
_OPEN_END = re.compile(r"[,，、(\-–][\"'”’]?$")
_VALUE = re.compile(r"[^:：]{1,40}[:：]\s*\S")
_MAX_HEADING, _MAX_CJK_HEADING = 120, 40
# Words of a label, and letters of a word that may be written small in it.
_MAX_LABEL, _PARTICLE = 6, 3
_WRAP_WIDTHS = range(40, 121)
# Who wraps by hand leaves lines that a word more would have fitted on.
_FULL, _MIN_BROKEN = 0.8, 5
# "It was late. After two" ends one sentence and begins another.
_STOP_WITHIN = re.compile(r"[a-z]{3}[.!?] +[A-Z]")


@dataclass(frozen=True, slots=True)
class Block:
    """A range of the text that no sentence crosses.

    ``start`` lies behind a bullet mark or ``#``.
    """

    start: int
    end: int
    kind: SentenceKind


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def bullet(self) -> re.Match[str] | None:
        return _BULLET.match(self.text)

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())


def split_blocks(text: str, headings: Sequence[Heading]) -> list[Block]:
    """Split canonical text into blocks, in order and without overlap.

    Args:
        text: Canonical text.
        headings: The document's headings, as its loader knows or infers them.
    """
    ranges = {text.rfind("\n", 0, h.start) + 1: h for h in headings}
    blocks: list[Block] = []
    for group in _groups(text, ranges.keys()):
        first, last = group[0], group[-1]
        heading = ranges.get(first.start)
        if heading:
            blocks.append(Block(heading.start, heading.end, "heading"))
        else:
            bullet = first.bullet
            start = first.start + (bullet.end() if bullet else first.indent)
            end = last.start + len(last.text.rstrip())
            blocks.append(Block(start, end, "item" if bullet else "prose"))
    return [b for b in blocks if b.end > b.start]


def infer_headings(text: str) -> tuple[Heading, ...]:
    """Find headings by layout, for a format that does not mark them.

    A heading is a ``#`` line; a short line that is bold throughout; a short line of its own with no
    final stop that something longer follows; or a label ("Past History:") that opens a paragraph and
    stands there alone on its line, unless it comes again, as who speaks does. The first, when the
    text opens with it, is level 1.
    """
    groups = list(_groups(text, frozenset()))
    seen = Counter(group[0].text.strip() for group in groups)
    headings = []
    marked = 1
    for position, group in enumerate(groups):
        line = group[0]
        before, rest = groups[max(0, position - 1) : position], groups[position + 1 : position + 2]
        atx = _ATX.match(line.text)
        if atx:
            level = marked = len(atx.group(1))
            title = line.text[atx.end() :].rstrip().rstrip("#").rstrip()
        else:
            level = marked + 1 if position else 1
            title = _unmarked_title(group, before, rest, once=seen[line.text.strip()] == 1)
        if title:
            start = line.text.index(title, atx.end() if atx else 0)
            headings.append(Heading(line.start + start, line.start + start + len(title), level, title))
    return tuple(headings)


def bold_title(line: str) -> str:
    """The words of a line that is bold throughout, as a heading is where none are marked; "" if it is none.

    A bold sentence is none, nor is a value ("Deadline: 5 May"), which may be what somebody asks for.
    """
    bold = _BOLD.fullmatch(line) if len(line) <= _MAX_HEADING else None
    title = bold["title"] if bold else ""
    return "" if _TERMINAL.search(title) or _VALUE.match(title) else title


def _unmarked_title(
    group: list[_Line], before: Sequence[list[_Line]], rest: Sequence[list[_Line]], *, once: bool
) -> str:
    """The words of a group of lines, between the ones right before and after it, that reads as a heading."""
    line = group[0]
    words = line.text.strip()
    if not rest:
        return ""
    if title := bold_title(line.text):
        return title
    opens = not before or before[0][-1].end + 1 < line.start
    if opens and once and _reads_as_label(group, rest[0]):
        return words[:-1].rstrip()
    return words if _reads_as_heading(group, rest[0]) and not _is_of_a_form(line, [*before, *rest]) else ""


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for line in text.split("\n"):
        yield _Line(start, start + len(line), line)
        start += len(line) + 1


def _groups(text: str, known: Set[int]) -> Iterator[list[_Line]]:
    """Lines that belong to one block: consecutive lines where the break is only a wrap."""
    paragraphs = list(_paragraphs(text))
    full = _full_line(paragraphs)
    for paragraph in paragraphs:
        width = max(len(line.text) for line in paragraph)
        wrapped = len(paragraph) > 1 and width in _WRAP_WIDTHS and _may_be_wrapped(paragraph, width)
        group: list[_Line] = []
        for line in paragraph:
            form = group and fields(group[0].text.strip()) and fields(line.text.strip())
            if form or (group and not _continues(group[-1], line, width if wrapped else 0, full, known)):
                yield group
                group = []
            group.append(line)
        yield group


def _full_line(paragraphs: Sequence[Sequence[_Line]]) -> int | None:
    """From how many characters on a line is full, where a text is prose wrapped by hand; else None."""
    broken = [pair for paragraph in paragraphs for pair in pairwise(paragraph)]
    width = max((len(line.text) for line, _ in broken), default=0)
    full = round(_FULL * width)
    filled = sum(len(line.text) >= full for line, _ in broken)
    # In prose most lines begin within a sentence; in lists, records and logs they do not.
    within = sum(following.text.lstrip()[0].islower() for _, following in broken)
    prose = len(broken) >= _MIN_BROKEN and 2 * filled >= len(broken) and 3 * within >= len(broken)
    return full if prose and width in _WRAP_WIDTHS else None


def _may_be_wrapped(paragraph: Sequence[_Line], width: int) -> bool:
    """CJK text is wrapped after any character, only not before a stop: all lines are full."""
    if not cjk.prevails(paragraph[0].text):
        return True
    return all(len(line.text) >= width - 2 for line in paragraph[:-1])


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    paragraph: list[_Line] = []
    for line in _lines(text):
        if line.text.strip():
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _continues(previous: _Line, line: _Line, width: int, full: int | None, known: Set[int]) -> bool:
    if line.start in known or previous.start in known:
        return False
    if line.bullet or _is_marked(line) or _is_marked(previous):
        return False
    stripped = previous.text.rstrip()
    if line.text.lstrip()[0].islower() or _OPEN_END.search(stripped):
        return True
    first = line.text.lstrip()[0]
    if full is not None and len(stripped) >= full and first.isalpha() and not _TERMINAL.search(stripped):
        return True
    # The next word would not have fitted on the line before: a wrap, not a new line.
    next_word = line.text.split(maxsplit=1)[0]
    needed = 3 if cjk.is_cjk(first) else 1 + len(next_word)
    return width > 0 and len(stripped) + needed > width


def _is_marked(line: _Line) -> bool:
    return bool(_ATX.match(line.text) or bold_title(line.text))


def _reads_as_label(group: list[_Line], following: list[_Line]) -> bool:
    line = group[0]
    words = line.text.strip()
    if len(group) != 1 or words[-1] not in ":：" or line.bullet or not words[0].isalnum():
        return False
    if following[0].start != line.end + 1 or following[0].bullet:
        return False
    # What is written as a name is; "The following towns were named:" is a sentence.
    named = not any(word[0].islower() and len(word) > _PARTICLE for word in words.split())
    return named and len(words) <= _MAX_CJK_HEADING and len(words.split()) <= _MAX_LABEL


def _is_of_a_form(line: _Line, beside: Sequence[list[_Line]]) -> bool:
    """Whether it states a value ("Born: 1809") as a line right above or below it does."""
    near = (x for group in beside for x in group if x.end + 1 == line.start or line.end + 1 == x.start)
    return bool(_VALUE.match(line.text)) and any(_VALUE.match(x.text) for x in near)


def _reads_as_heading(group: list[_Line], following: list[_Line]) -> bool:
    if len(group) != 1:
        return False
    line = group[0]
    words = line.text.strip()
    if line.bullet or len(words) > _MAX_HEADING or _TERMINAL.search(words) or _STOP_WITHIN.search(words):
        return False
    if words.split()[-1] in FUNCTION_WORDS:
        return False
    if cjk.is_cjk(words[0]):
        if len(words) > _MAX_CJK_HEADING:
            return False
    elif not (words[0].isupper() or words[0].isdigit()) or len(words.split()) > 16:
        return False
    return sum(len(x.text) for x in following) > max(60, len(words))
