"""Blocks into sentences with exact ranges."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from nupunkt import sent_spans

from index.text import cjk
from index.text.blocks import Block, split_blocks
from index.types import Heading, Sentence

# nupunkt knows Latin-script stops only; CJK stops end a sentence wherever they stand, and so
# do an ellipsis and narrow marks that follow a CJK character. A semicolon ends a clause that
# is a statement by itself, and is taken for a stop as the segmenters of Chinese do.
_CJK_STOP = re.compile(rf"(?:[。！？｡；]|(?<=[{cjk.CHARACTERS}])[?!…])[。！？｡；?!…]*[”’」』）)〉》】]*")

# Marks of footnotes, as pages of reference have them: they belong to what stands before them.
NOTE_MARKS = r"(?:\[(?:\d{1,3}|[a-z]|note \d{1,3}|citation needed)\])+"
_NOTES = re.compile(rf"[”\"’')]*{NOTE_MARKS}")

# Words that tables shorten and nupunkt does not know: "Max. head: 8 m".
_SHORTENED = re.compile(r"\b(?:approx|avg|dept|excl|ext|incl|max|min|qty|ref|temp)\.\s*$", re.I)
_MOST_SHORTENED = 12
# And one that it knows, but not behind a hyphen: "Trinity-St. Paul's".
_JOINED = re.compile(r"\w[-–](?:Ft|Mt|St|Ste)\.\s*$")
_GOES_ON = re.compile(r"\s*[a-z\d]")

# nupunkt reads the rest of a word again for each stop in it that a mark follows, so the time that
# a word without end takes is held down by cutting it after so many of them.
_ENDLESS_WORD = re.compile(r"(?<!\S)\S{1000,}")
_STOP_WITHIN = re.compile(r"[.!?…](?=[^\w\s.…])[\"'”’»)\]}*]*")
_STOPS_AT_ONCE = 200


def split_sentences(text: str, headings: Sequence[Heading]) -> list[Sentence]:
    """Split canonical text into sentences, in order and without overlap.

    Each range starts and ends on a character that is not white space. Sentences never
    cross a block (paragraph, list item, heading); a heading is one "sentence".
    """
    sentences = []
    for block in split_blocks(text, headings):
        spans = [(block.start, block.end)] if block.kind == "heading" else _spans(text, block)
        for start, end in spans:
            quoted = text[start:end]
            first = start + len(quoted) - len(quoted.lstrip())
            last = start + len(quoted.rstrip())
            if any(c.isalnum() for c in quoted):
                sentences.append(Sentence(first, last, block.kind))
    return sentences


def _spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    body = text[block.start : block.end]
    for start, end in _with_notes(body):
        cut = start
        for stop in _CJK_STOP.finditer(body, start, end):
            yield block.start + cut, block.start + stop.end()
            cut = stop.end()
        if cut < end:
            yield block.start + cut, block.start + end


def _with_notes(body: str) -> Iterator[tuple[int, int]]:
    """Sentences, each with the marks of its footnotes, which nupunkt takes for the next one's beginning."""
    begun = 0
    for start, end in _nupunkt_spans(body):
        notes = _NOTES.match(body, start, end) if start and not body[start - 1].isspace() else None
        cut = notes.end() if notes else start
        if cut > begun:
            yield begun, cut
        begun = cut
    if begun < len(body):
        yield begun, len(body)


def _nupunkt_spans(body: str) -> Iterator[tuple[int, int]]:
    for start, end in _stopped(body):
        before = max(0, start - _MOST_SHORTENED)
        shortened = _SHORTENED.search(body, before, start) and _GOES_ON.match(body, start)
        if not (shortened or _JOINED.search(body, before, start)):
            yield start, end


def _stopped(body: str) -> Iterator[tuple[int, int]]:
    cuts = [0]
    for word in _ENDLESS_WORD.finditer(body):
        stops = _STOP_WITHIN.finditer(body, *word.span())
        cuts += (stop.end() for stop in islice(stops, _STOPS_AT_ONCE, None, _STOPS_AT_ONCE))
    for cut, until in pairwise([*cuts, len(body)]):
        for start, end in sent_spans(body[cut:until]):
            yield cut + start, cut + end
