"""Gold cases, what a system answered to them, and how that was scored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from service.types import Turn

Outcome: TypeAlias = Literal["right", "wrong", "missed", "refused", "invented", "failed", "searched"]

# The tag of a case that needs a place in every one of its documents.
MULTI_DOCUMENT = "multi_document"


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """A place that answers: a quote, or a range of code points, in a document."""

    document_id: str
    quote: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One gold question.

    Attributes:
        answerable: Whether the documents answer it; None in a set that only judges
            retrieval, whose questions are searched for and not asked.
        answers: Accepted short answers; any one is right.
        answer: A reference text.
        evidence: Places that answer. Each one suffices, except in a case tagged
            ``multi_document``, which needs one place in every document named.
        relevance: Graded relevance by document id, where a set states it.
        document_id: The one document that it was asked about, where a set states it; also of
            a question that this document does not answer.
    """

    id: str
    question: str
    answerable: bool | None
    answers: tuple[str, ...] = ()
    answer: str | None = None
    evidence: tuple[GoldEvidence, ...] = ()
    tags: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    relevance: Mapping[str, int] = field(default_factory=dict)
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved passage, in the order of retrieval."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """A place that an answer cites."""

    document_id: str
    revision: str
    start: int
    end: int
    cited_text: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A range of the answer with its sources."""

    start: int
    end: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """What a system answered.

    Attributes:
        answerable: Whether it answered; None if it does not say.
        confidence: Its own probability that it is right; None if it gives none.
        citations: None if it cites no ranges.
        seconds: What the one who asks waited.
        timings_ms: By stage, as the system reports them.
    """

    text: str
    seconds: float
    short_answer: str | None = None
    answerable: bool | None = None
    confidence: float | None = None
    abstention: str | None = None
    citations: tuple[Citation, ...] | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[Source, ...]:
        """All sources, in the order of the citations."""
        return tuple(source for citation in self.citations or () for source in citation.sources)

    @classmethod
    def of_contract(cls, body: Mapping[str, Any], seconds: float) -> "Response":
        """Read an answer of the HTTP contract."""
        return cls(
            text=body["answer"],
            seconds=seconds,
            short_answer=body["short_answer"],
            answerable=body["answerable"],
            confidence=body["confidence"],
            abstention=body["abstention"]["reason"] if body["abstention"] else None,
            citations=tuple(
                Citation(
                    citation["start"],
                    citation["end"],
                    tuple(
                        Source(
                            source["document_id"],
                            source["revision"],
                            source["start_char_index"],
                            source["end_char_index"],
                            source["cited_text"],
                            source["title"],
                        )
                        for source in citation["sources"]
                    ),
                )
                for citation in body["citations"]
            ),
            timings_ms=body["timings_ms"],
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """A cited or a gold range with the text around it, for a person to look at."""

    document_id: str
    start: int
    end: int
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case.

    Attributes:
        scores: By measure; a measure that does not apply to the case is not there. What
            applies and could not be had is zero.
        why: How the outcome came about, one sentence each.
        gold, cited: Places to show.
        failure: Why there is no answer, or why the gold does not resolve. Such a case scores
            zero wherever a score applies.
    """

    case: Case
    outcome: Outcome
    scores: Mapping[str, float]
    why: tuple[str, ...]
    response: Response | None
    gold: tuple[Quote, ...] = ()
    cited: tuple[Quote, ...] = ()
    failure: str | None = None
