"""A generated sentence to the places that it rests on, or why it is withheld. Pure."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeAlias

from index.types import Hit, Vector
from service.answering.composing.cite import source_of
from service.answering.language.claims import asks
from service.generation.marked import Marked
from service.generation.support import SUPPORTED, support
from service.types import Source

Embed: TypeAlias = Callable[[Sequence[str]], Vector]


class Withheld(StrEnum):
    """Why a generated sentence is not passed on."""

    UNFINISHED = "it was not written to its end"
    LEADS_OUT = "it holds a link, an image, an address, HTML or a bracket"
    UNMARKED = "it names no passage"
    UNRESOLVED = "it names a passage that was not shown"
    UNSUPPORTED = "no passage that it names supports it"
    GONE = "what it rests on was deleted meanwhile"


def ground(sentence: Marked, shown: Sequence[Hit], embed: Embed) -> tuple[Source, ...] | Withheld:
    """Find what supports a sentence in the passages that it names.

    Args:
        sentence: As it was written.
        shown: The passages of the prompt; mark ``n`` names ``shown[n - 1]``.
        embed: Texts to unit vectors, as the passages' sentences were embedded.

    Returns:
        For each named passage that supports it, the exact range of the sentences that do, in the order
        of the marks, not yet checked against the store; or why there is none.
    """
    if not sentence.finished:
        return Withheld.UNFINISHED
    if sentence.leads_out:
        return Withheld.LEADS_OUT
    if not sentence.marks:
        return Withheld.UNMARKED
    if not all(1 <= mark <= len(shown) for mark in sentence.marks):
        return Withheld.UNRESOLVED
    vector = embed([sentence.text])[0]
    named = (_source(sentence.text, vector, shown[mark - 1]) for mark in sentence.marks)
    return tuple(source for source in named if source) or Withheld.UNSUPPORTED


def _source(text: str, vector: Vector, hit: Hit) -> Source | None:
    chunk = hit.chunk
    texts = [chunk.quote(s.start, s.end) for s in chunk.sentences]
    # A heading says what a text is about, and a question leaves open whether it is so.
    kept = [i for i, s in enumerate(chunk.sentences) if s.kind != "heading" and not asks(texts[i])]
    above = f"{hit.document.title or ''}\n{chunk.context}"
    vectors = hit.embedded.sentence_vectors[kept]
    found = support(text, vector, [texts[i] for i in kept], vectors, above)
    if found.score < SUPPORTED:
        return None
    start, end = chunk.sentences[kept[found.first]].start, chunk.sentences[kept[found.last]].end
    cited = chunk.quote(start, end)
    return source_of(hit, start, end, cited, found.score)
