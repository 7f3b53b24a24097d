"""Do the citations rest on the right places?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.measures.gold import Place, by_document, overlap
from eval.types import Passage, Source

# A citation and a gold place are of one another when they share half of the shorter one.
_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class CitationScore:
    """Sources of one answer against the gold places.

    Attributes:
        precision: Share of sources that are at a gold place.
        recall: Share of gold places that a source is at.
        verified: Share of sources whose range holds the cited text, looked up anew.
        hit: The sources suffice: one is at a gold place, or, where all documents are
            needed, one in every gold document.
    """

    precision: float
    recall: float
    verified: float
    hit: bool


def score_citations(
    sources: Sequence[Source],
    places: Sequence[Place],
    text_of: Callable[[str, str], str | None],
    *,
    needs_all: bool,
) -> CitationScore:
    """Score the sources of an answer; no source at all scores zero.

    Args:
        sources: What the answer cites.
        places: The gold places.
        text_of: The text of a revision (document id, revision), None if there is none.
        needs_all: Every gold document has to be cited.
    """
    if not sources:
        return CitationScore(0.0, 0.0, 0.0, hit=False)
    right = [at_gold(source, places) for source in sources]
    found = [any(_at(source, place) for source in sources) for place in places]
    documents = [
        any(_at(source, place) for source in sources for place in of_document)
        for of_document in by_document(list(places)).values()
    ]
    return CitationScore(
        precision=sum(right) / len(right),
        recall=sum(found) / len(found) if found else 0.0,
        verified=sum(_holds(source, text_of) for source in sources) / len(sources),
        hit=bool(documents) and (all(documents) if needs_all else any(documents)),
    )


def evidence_recall(passages: Sequence[Passage], places: Sequence[Place], k: int) -> float:
    """The share of gold places of which the first ``k`` passages hold at least half."""
    held = [
        any(
            p.document_id == place.document_id
            and overlap(place, p.start, p.end) >= _SHARED * (place.end - place.start)
            for p in passages[:k]
        )
        for place in places
    ]
    return sum(held) / len(held)


def at_gold(source: Source, places: Sequence[Place]) -> bool:
    """Whether a source is at one of the gold places."""
    return any(_at(source, place) for place in places)


def _holds(source: Source, text_of: Callable[[str, str], str | None]) -> bool:
    text = text_of(source.document_id, source.revision)
    return (
        bool(source.cited_text) and text is not None and text[source.start : source.end] == source.cited_text
    )


def _at(source: Source, place: Place) -> bool:
    if source.document_id != place.document_id:
        return False
    shorter = min(source.end - source.start, place.end - place.start)
    return overlap(place, source.start, source.end) >= _SHARED * shorter
