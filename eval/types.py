"""Gold cases, as the contract's JSONL states them."""

from dataclasses import dataclass


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
        answers: Accepted short answers; any one is right.
        answer: A reference text.
        evidence: Places that answer. Each one suffices, except in a case tagged
            ``multi_document``, which needs one place in every document named.
    """

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    answer: str | None = None
    evidence: tuple[GoldEvidence, ...] = ()
    tags: tuple[str, ...] = ()
