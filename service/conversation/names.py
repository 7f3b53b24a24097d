"""Names in a text, as ranges: runs of capitals, and what stands in quotation marks."""

import re
from collections.abc import Iterator

from service.answering.asked.mentions import mentions
from service.conversation.words import ABBREVIATED

Span = tuple[int, int]

_QUOTED = re.compile(r"“([^“”]{2,60})”|\"([^\"]{2,60})\"")
_HYPHENATED = re.compile(r"-\w+")
# "The Nordvarm 500", but not "Orrin 1912".
_NUMBERED = re.compile(
    r"\s(?!(?:1[0-9]|20)\d\d\b)\d{1,4}[A-Za-z]?(?=\s*(?:$|[?.,;:!)]|\s(?:is|was|and|or|do|does|did|has|had|will|can)\b))"
)
_INITIAL = re.compile(r"[A-Z]\.\s")
_ABBREVIATED = re.compile(rf"\b(?:{'|'.join(ABBREVIATED)})$")
_LETTERS = re.compile(r"(?:[A-Z]\.)+[A-Z]$")
_POSSESSIVE = re.compile(r"['’]s?$")
_FRONT = "a "  # With a word in front, what opens the text is seen as well.


def names(text: str) -> list[Span]:
    """Ranges of the names in a text, in order; dates and ordinals are none.

    What opens a sentence may be in capitals for that alone.
    """
    quoted = [m.span(m.lastindex or 0) for m in _QUOTED.finditer(text)]
    found = [span for span in quoted if text[span[0]].isupper()]
    for mention in mentions(_FRONT + text):
        capitals = [t for t in mention.tokens if t.surface[0].isupper()]
        if mention.date or all(t.term[0].isdigit() for t in capitals):
            continue
        start, end = mention.start - len(_FRONT), mention.end - len(_FRONT)
        if capitals[-1] is not mention.tokens[-1]:
            end = capitals[-1].end - len(_FRONT)  # "Orrin's first mill"
        if more := _HYPHENATED.match(text, end) or _NUMBERED.match(text, end):
            end = more.end()
        if not any(start < e and s < end for s, e in quoted):
            found.append((start, end))
    return list(_whole(text, sorted(found)))


def bare(name: str) -> str:
    """A name without the possessive and the marks around it."""
    return _POSSESSIVE.sub("", name.strip(' ,.;:?!()"“”'))


def bare_words(text: str) -> list[str]:
    """Words in lower case without articles and possessives, to compare names by."""
    words = (bare(word) for word in text.lower().split())
    return [word for word in words if word and word not in ("the", "a", "an")]


def within(words: list[str], longer: list[str]) -> bool:
    """Whether words stand in a row among others."""
    span = len(words)
    return any(longer[i : i + span] == words for i in range(len(longer) - span + 1))


def _whole(text: str, found: list[Span]) -> Iterator[Span]:
    """Where initials in the middle and the full stop of an abbreviation do not part a name."""
    last: Span | None = None
    for start, stop in found:
        abbreviated = text[stop : stop + 1] == "." and _LETTERS.search(text[start:stop])
        end = stop + 1 if abbreviated else stop
        if last and _goes_on(text, last, start):
            last = (last[0], end)
            continue
        if last and not _ABBREVIATED.match(text[slice(*last)]):
            yield last
        last = (start, end)
    if last and not _ABBREVIATED.match(text[slice(*last)]):
        yield last


def _goes_on(text: str, last: Span, start: int) -> bool:
    between = text[last[1] : start]
    if between.strip() == "." and _ABBREVIATED.search(text[slice(*last)]):
        return True
    return not between.strip() and bool(_INITIAL.match(text, start))
