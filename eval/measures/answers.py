"""Is the answer right, and does it rest on the right places?"""

import re
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.measures.gold import Place, by_document, overlap
from eval.types import Case
from service.types import Answer, Source

# A citation and a gold place are of one another when they share half of the shorter one.
_SHARED = 0.5
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "’‘“”–—…•")


def normalise(text: str) -> str:
    """The SQuAD evaluation's normal form: lower case, no punctuation, articles, extra space.

    Source: Rajpurkar et al. (2016), evaluate-v1.1.py; typographic punctuation is dropped
    with the ASCII one.
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def contains_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether an accepted answer occurs in the text as a run of whole words."""
    padded = f" {normalise(text)} "
    return any(normalise(answer) and f" {normalise(answer)} " in padded for answer in answers)


def exact_match(short_answer: str | None, answers: Sequence[str]) -> float:
    """SQuAD's exact match: 1 if the short answer equals an accepted one in normal form."""
    return float(short_answer is not None and normalise(short_answer) in {normalise(a) for a in answers})


@dataclass(frozen=True, slots=True)
class CitationScore:
    """Citations of one answer against the gold places.

    Attributes:
        precision: Share of cited sources that are at a gold place.
        recall: Share of gold documents' places found: of the places, those that a source
            is at.
        verified: Share of sources whose range holds the cited text, looked up anew.
        hit: The sources suffice: one is at a gold place, or, for a case tagged
            ``multi_document``, one in every gold document.
    """

    precision: float
    recall: float
    verified: float
    hit: bool


def score_citations(
    case: Case, answer: Answer, places: Sequence[Place], quote: Callable[[str, str, int, int], str | None]
) -> CitationScore:
    """Score the sources of an answer; no source at all scores zero.

    Args:
        case: The case.
        answer: Its answer.
        places: The gold places.
        quote: The text of a range (document id, revision, start, end) in the index.
    """
    sources = [source for citation in answer.citations for source in citation.sources]
    if not sources:
        return CitationScore(0.0, 0.0, 0.0, hit=False)
    right = [any(_at(source, place) for place in places) for source in sources]
    found = [any(_at(source, place) for source in sources) for place in places]
    documents = [
        any(_at(source, place) for source in sources for place in of_document)
        for of_document in by_document(list(places)).values()
    ]
    needs_all = "multi_document" in case.tags
    return CitationScore(
        precision=sum(right) / len(right),
        recall=sum(found) / len(found) if found else 0.0,
        verified=sum(quote(s.document_id, s.revision, s.start, s.end) == s.cited_text for s in sources)
        / len(sources),
        hit=bool(documents) and (all(documents) if needs_all else any(documents)),
    )


def is_right(case: Case, answer: Answer, citations: CitationScore) -> bool:
    """Answered, containing an accepted answer (if any is stated), from a right source."""
    worded = not case.answers or contains_answer(answer.text, case.answers)
    return answer.answerable and worded and citations.hit


def _at(source: Source, place: Place) -> bool:
    if source.document_id != place.document_id:
        return False
    shorter = min(source.end - source.start, place.end - place.start)
    return overlap(place, source.start, source.end) >= _SHARED * shorter
