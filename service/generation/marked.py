"""Generated text, as it comes, into finished sentences with the marks that stand with them."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.text.sentences import split_sentences
from service.generation.seen import seen

_MARK = re.compile(r"\s*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\](?!\()")
_OPEN_MARK = re.compile(r"\s*(?:\[[\d,;\s]*|\[\d[\d,;\s]*\])$")
_STOP = re.compile(r"[.!?…。！？｡][\"'”’»)）」』]*$")
_MARKDOWN = re.compile(r"\*\*|__|`+|^\s*(?:#{1,6}|>)\s+|(?<!\w)[*_](?=\w)|(?<=[\w.,!?])[*_](?!\w)")
# What a page or a person could follow to a place elsewhere, or that a page could obey; once the marks
# are taken out, a square bracket is half of a link or a mark that was meant to deceive.
_LEADS_OUT = re.compile(
    r"[\[\]]|<[a-z/!?]|[a-z][a-z0-9+.-]*://|//\S|\bwww\.|\b(?:mailto|data|javascript|vbscript|file|tel|ftp):\S"
    r"|\S@[\w-]+\.\w|[\w-]\.[a-z]{2,}(?::\d+)?[/?#]\S|\b\d{1,3}(?:\.\d{1,3}){3}\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence that was written.

    Attributes:
        text: On one line, without its marks, Markdown and characters that cannot be seen.
        marks: Numbers of passages, in the order in which they were written, each once.
        leads_out: It holds a link, an image, an address, HTML, or a bracket.
        finished: It ends as a sentence does, or with a mark.
    """

    text: str
    marks: tuple[int, ...]
    leads_out: bool
    finished: bool


class Sentences:
    """Takes text piece by piece and gives each sentence once, when the next one has begun.

    The marks after a sentence's full stop are its own. How the text was cut makes no difference.
    """

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> list[Marked]:
        """Take the next piece; the sentences that are finished by it."""
        self._rest += piece
        # A mark that is still being written, or after which "(" may follow.
        held = _OPEN_MARK.search(self._rest)
        plain, marks = _without_marks(self._rest[: held.start()] if held else self._rest)
        spans = [(s.start, s.end) for s in split_sentences(plain, ())]
        # Where a sentence ends is known from the whole first word of the next one.
        begun = bool(spans) and any(c.isspace() for c in plain[spans[-1][0] : spans[-1][1]])
        known = spans[: -1 if begun else -2]
        if not known:
            return []
        following = spans[len(known)][0]
        done = list(_marked(plain, [*known, (following, following)], marks))
        self._rest = self._rest[following + sum(length for at, length, _ in marks if at <= following) :]
        return done

    def end(self) -> list[Marked]:
        """The sentences that are left when the text has come to its end."""
        plain, marks = _without_marks(self._rest)
        self._rest = ""
        spans = [(s.start, s.end) for s in split_sentences(plain, ())]
        return list(_marked(plain, [*spans, (len(plain) + 1, 0)], marks)) if spans else []


def _without_marks(text: str) -> tuple[str, list[tuple[int, int, tuple[int, ...]]]]:
    """The text without marks; for each where it stood in what is left, its length, its numbers."""
    plain, at = "", 0
    marks = []
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        at = mark.end()
        # Without the mark of "One.[1]Two." its sentences would be glued together.
        gap = " " if text[at : at + 1].isalnum() else ""
        numbers = tuple(int(number) for number in re.findall(r"\d+", mark[1]))
        marks.append((len(plain), at - mark.start() - len(gap), numbers))
        plain += gap
    return plain + text[at:], marks


def _marked(
    plain: str, spans: list[tuple[int, int]], marks: list[tuple[int, int, tuple[int, ...]]]
) -> Iterator[Marked]:
    for (start, end), (following, _) in pairwise(spans):
        own = [n for at, _, numbers in marks if start < at <= following for n in numbers]
        closed = any(end <= at <= following for at, _, _ in marks)
        shown = seen(plain[start:end])
        text = unicodedata.normalize("NFC", " ".join(_MARKDOWN.sub("", shown).split()))
        # An address may be spelled with entities, or with the wide letters of Chinese type.
        read = unicodedata.normalize("NFKC", html.unescape(html.unescape(shown)))
        yield Marked(
            text, tuple(dict.fromkeys(own)), bool(_LEADS_OUT.search(read)), closed or bool(_STOP.search(text))
        )
