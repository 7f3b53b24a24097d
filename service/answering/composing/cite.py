"""Statements into an answer with checked citations. Pure functions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from index.errors import CitationBroken
from index.text.sentences import NOTE_MARKS
from index.types import Hit
from service.answering.composing import conflicts
from service.answering.composing.compose import Statement
from service.answering.evidence import Evidence
from service.types import Citation, Conflict, Side, Source

Quote: TypeAlias = Callable[[str, str, int, int], str | None]
Page: TypeAlias = Callable[[str, str, int], int | None]

# The source's own, behind a stop or a comma: in an answer they would read as marks of citations.
_NOTES = re.compile(rf"(?<=[.,;:!?…)”\"’']){NOTE_MARKS}(?=\s|$)")


def cite(statements: Sequence[Statement]) -> tuple[str, tuple[Citation, ...]]:
    """Word the answer: each statement's sentence, then its mark.

    Returns:
        The text (``"First sentence. [1] [A title] Second sentence. [2]"``), and for each
        mark the range of the text in front of it with its sources; a statement's title is
        not in that range. White space inside a sentence is folded in the answer, and the
        marks of the source's own footnotes are left out; ``cited_text`` keeps both.
    """
    text = ""
    citations = []
    for number, statement in enumerate(statements, start=1):
        if text:
            text += " "
        if statement.title:
            text += f"[{statement.title}] "
        start = len(text)
        text += " ".join(_NOTES.sub("", statement.best.text).split())
        sources = tuple(_source(e) for e in statement.evidence)
        citations.append(Citation(str(number), start, len(text), text[start:], sources))
        text += f" [{number}]"
    return text, tuple(citations)


def oppose(disagreeing: Sequence[Sequence[conflicts.Side]]) -> tuple[Conflict, ...]:
    """Name the source of each side of each disagreement; one that was found twice is named once."""
    found = (Conflict(tuple(Side(s.text, _source(s.evidence)) for s in sides)) for sides in disagreeing)
    return tuple({tuple(_place(side) for side in conflict.sides): conflict for conflict in found}.values())


def _place(side: Side) -> tuple[str, int, str]:
    return side.source.document_id, side.source.start, side.figure


def check(citations: Sequence[Citation], quote: Quote, page: Page) -> tuple[Citation, ...]:
    """Verify every source against the text of its revision, or withhold the answer.

    Args:
        citations: Citations to check.
        quote: The text of a range (document id, revision, start, end), None if there is none.
        page: The page of a position (document id, revision, position), if there are pages.

    Returns:
        The same citations, each source marked as verified, with the page it begins on.

    Raises:
        CitationBroken: A source's range does not hold the text that it cites.
    """
    return tuple(
        replace(citation, sources=tuple(_checked(source, quote, page) for source in citation.sources))
        for citation in citations
    )


def check_sides(found: Sequence[Conflict], quote: Quote, page: Page) -> tuple[Conflict, ...]:
    """Verify every side of conflicts as ``check`` verifies citations, with the same arguments.

    Raises:
        CitationBroken: A side's range does not hold the text that it cites.
    """
    return tuple(
        Conflict(tuple(replace(s, source=_checked(s.source, quote, page)) for s in conflict.sides))
        for conflict in found
    )


def _checked(source: Source, quote: Quote, page: Page) -> Source:
    found = quote(source.document_id, source.revision, source.start, source.end)
    if not source.cited_text or found != source.cited_text:
        raise CitationBroken(
            f"{source.document_id}[{source.start}:{source.end}] does not hold the text cited from it.",
            "Run: citewise index verify",
        )
    return replace(source, verified=True, page=page(source.document_id, source.revision, source.start))


def _source(evidence: Evidence) -> Source:
    sentence = evidence.sentence
    return source_of(evidence.hit, sentence.start, sentence.end, evidence.text, evidence.support)


def source_of(hit: Hit, start: int, end: int, cited_text: str, support: float) -> Source:
    """A range of the text that a passage is from, not yet checked."""
    document = hit.document
    published = document.metadata.get("published_at")
    return Source(
        document_id=document.id,
        revision=hit.chunk.revision,
        title=document.title,
        published_at=published if isinstance(published, str) else None,
        start=start,
        end=end,
        cited_text=cited_text,
        support=support,
    )
