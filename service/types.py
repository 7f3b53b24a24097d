"""What answering works with and gives back. All ranges are half-open, in code points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from index.store.filters import Filters
from index.types import DEFAULT_COLLECTION, Hit

MAX_QUESTION = 4000  # characters
Reason: TypeAlias = Literal["no_match", "low_support", "entity_missing", "filtered_out"]
ComposerName: TypeAlias = Literal["extractive", "generative"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the conversation before a question; ``role`` is user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question with everything that decides its answer.

    Attributes:
        history: The conversation before it, oldest turn first.
        composer: Who words the answer.
        top_k: Passages to retrieve.
        max_sentences: Most sentences that the answer quotes.
    """

    question: str
    collection: str = DEFAULT_COLLECTION
    filters: Filters = field(default_factory=dict)
    top_k: int = 8
    max_sentences: int = 4
    history: tuple[Turn, ...] = ()
    composer: ComposerName = "extractive"


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why there is no answer, and what was looked for, in words."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a document: ``text(revision)[start:end] == cited_text``.

    Attributes:
        page: The number of the page that it begins on, in a document with pages.
        verified: The citation check found the text there.
        support: Probability that the cited text answers, in [0, 1]; of a generated sentence, how
            well the cited text supports it.
    """

    document_id: str
    revision: str
    title: str | None
    published_at: str | None
    start: int
    end: int
    cited_text: str
    support: float
    page: int | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A range of the answer and the sources that it rests on."""

    id: str
    start: int
    end: int
    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What one document states of a fact that others state otherwise.

    Attributes:
        figure: The number, amount or date, as its source words it.
    """

    figure: str
    source: Source


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact that documents state with different figures: one side a document, newest first."""

    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """Passages for a question, best first, at one version."""

    hits: Sequence[Hit]
    index_version: int
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An answer whose citations have all been checked, or an abstention.

    Attributes:
        question: As it was asked.
        standalone_question: As it was understood, with what the conversation adds to it.
        confidence: Calibrated probability that the answer is right, in [0, 1].
        conflicts: Facts on which the documents differ; checked as citations are.
        hits: The passages it was composed from.
        rerank: By chunk id, the best support of a sentence of that passage.
        composer: Who worded it; where a generator had nothing to say that the passages support,
            this is ``extractive`` although another was asked for.
        withheld: Sentences that a generator wrote and that were not passed on.
        complete: Nothing was broken off while it was made, so that it would be the same again.
    """

    id: str
    question: str
    standalone_question: str
    text: str
    short_answer: str | None
    abstention: Abstention | None
    confidence: float
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...]
    hits: Sequence[Hit]
    rerank: Mapping[str, float]
    index_version: int
    composer: ComposerName
    models: Mapping[str, str | None]
    timings_ms: Mapping[str, float]
    withheld: int = 0
    complete: bool = True

    @property
    def answerable(self) -> bool:
        """Whether there is an answer."""
        return self.abstention is None


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """The passages that an answer is being composed from: the first event of an answer."""

    hits: Sequence[Hit]
    rerank: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Delta:
    """The next characters of an answer's text."""

    text: str


# What happens while an answer is made: the passages, then text and the citations of it in turn,
# and at the end the whole answer.
Event: TypeAlias = Passages | Delta | Citation | Answer
