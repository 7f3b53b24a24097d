"""Questions, passages, citations and answers."""

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from pydantic import (
    BaseModel,
    Field,
)

from index.store.filters import Filters
from index.types import Hit
from service import types
from service.schemas.fields import (
    CollectionName,
    FilterMap,
    Strict,
    Text,
)
from service.types import Answer, Ask, Citation, ComposerName, Conflict, SearchResult, Source


class Turn(Strict):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[Text, Field(max_length=100_000)]


class SearchRequest(Strict):
    """A question to find passages for."""

    question: Text
    collection: CollectionName | None = None
    filters: FilterMap = Field(default_factory=dict)
    top_k: Annotated[int, Field(ge=1, le=100)] | None = None

    def plain_filters(self) -> Filters:
        """The filters as the store takes them."""
        dumped: Filters = self.model_dump(include={"filters"}, exclude_none=True)["filters"]
        return dumped


class AnswerRequest(SearchRequest):
    """A question to answer."""

    history: Annotated[list[Turn], Field(max_length=200)] = Field(default_factory=list)
    max_sentences: Annotated[int, Field(ge=1, le=10)] | None = None
    composer: ComposerName | None = None
    stream: bool = False

    def turns(self) -> tuple[types.Turn, ...]:
        """The history as answering takes it."""
        return tuple(types.Turn(turn.role, turn.content) for turn in self.history)


class PassageScores(BaseModel):
    """The parts of a passage's score; null where a stage did not see it."""

    dense: float
    lexical: float | None
    rerank: float | None


class PassageOut(BaseModel):
    """A retrieved passage; ``start`` and ``end`` are code points of its revision's text."""

    chunk_id: str
    document_id: str
    revision: str
    title: str | None
    text: str
    start: int
    end: int
    score: float
    scores: PassageScores

    @classmethod
    def of(cls, hit: Hit, rerank: float | None = None) -> "PassageOut":
        """Shape a hit."""
        chunk = hit.chunk
        return cls(
            chunk_id=chunk.id,
            document_id=chunk.document_id,
            revision=chunk.revision,
            title=hit.document.title,
            text=chunk.text,
            start=chunk.start,
            end=chunk.end,
            score=hit.score,
            scores=PassageScores(dense=hit.dense, lexical=hit.lexical, rerank=rerank),
        )


class PassagesOut(BaseModel):
    """The passages that an answer is being composed from."""

    passages: list[PassageOut]


class DeltaOut(BaseModel):
    """The next characters of an answer."""

    text: str


class SearchResponse(BaseModel):
    """Passages, best first."""

    question: str
    passages: list[PassageOut]
    index_version: int
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, ask: Ask, result: SearchResult) -> "SearchResponse":
        """Shape a search result."""
        return cls(
            question=ask.question,
            passages=[PassageOut.of(hit) for hit in result.hits],
            index_version=result.index_version,
            timings_ms=_rounded(result.timings_ms),
        )


class SourceOut(BaseModel):
    """A place in a document; the indices are code points of its revision's text."""

    type: Literal["char_location"] = "char_location"
    document_id: str
    revision: str
    title: str | None
    start_char_index: int
    end_char_index: int
    cited_text: str
    page: int | None
    published_at: str | None
    url: str
    verified: bool
    support: float

    @classmethod
    def of(cls, source: Source, collection: str) -> "SourceOut":
        """Shape a source."""
        place = {
            "revision": source.revision,
            "start": source.start,
            "end": source.end,
            "collection": collection,
        }
        return cls(
            document_id=source.document_id,
            revision=source.revision,
            title=source.title,
            start_char_index=source.start,
            end_char_index=source.end,
            cited_text=source.cited_text,
            page=source.page,
            published_at=source.published_at,
            url=f"/v1/documents/{quote(source.document_id, safe='')}/text?{urlencode(place)}",
            verified=source.verified,
            support=round(source.support, 4),
        )


class CitationOut(BaseModel):
    """A range of the answer and the sources that it rests on."""

    id: str
    start: int
    end: int
    text: str
    sources: list[SourceOut]

    @classmethod
    def of(cls, citation: Citation, collection: str) -> "CitationOut":
        """Shape a citation."""
        return cls(
            id=citation.id,
            start=citation.start,
            end=citation.end,
            text=citation.text,
            sources=[SourceOut.of(s, collection) for s in citation.sources],
        )


class ConflictSideOut(BaseModel):
    """What one document states: ``figure`` is its number, amount or date, as the source words it."""

    figure: str
    source: SourceOut


class ConflictOut(BaseModel):
    """A fact that documents state with different figures.

    There is one side for each document, those that agree with another side included, newest
    by ``published_at`` first; documents without a date come last. No side is taken to be right.
    """

    sides: list[ConflictSideOut]

    @classmethod
    def of(cls, conflict: Conflict, collection: str) -> "ConflictOut":
        """Shape a conflict."""
        return cls(
            sides=[
                ConflictSideOut(figure=side.figure, source=SourceOut.of(side.source, collection))
                for side in conflict.sides
            ]
        )


class AbstentionOut(BaseModel):
    """Why there is no answer."""

    reason: Literal["no_match", "low_support", "entity_missing", "filtered_out"]
    detail: str


class AnswerResponse(BaseModel):
    """A cited answer, or an abstention with the nearest passages.

    In ``answer`` each cited sentence is followed by its mark; a title in brackets in front of
    a sentence says what it is about and is not cited. ``conflicts`` are the facts asked for on
    which the documents differ, empty where none was found. ``composer`` says who worded it: it is
    ``extractive``, whatever was asked for, where a generator failed or nothing that it wrote was
    supported. ``withheld`` counts its sentences that were not passed on.
    """

    id: str
    question: str
    standalone_question: str
    answerable: bool
    abstention: AbstentionOut | None
    confidence: float
    short_answer: str | None
    answer: str
    citations: list[CitationOut]
    passages: list[PassageOut]
    conflicts: list[ConflictOut]
    index_version: int
    composer: str
    models: dict[str, str | None]
    timings_ms: dict[str, float]
    withheld: int = 0

    @classmethod
    def of(cls, ask: Ask, answer: Answer) -> "AnswerResponse":
        """Shape an answer."""
        refusal = answer.abstention
        return cls(
            id=answer.id,
            question=answer.question,
            standalone_question=answer.standalone_question,
            answerable=answer.answerable,
            abstention=AbstentionOut(reason=refusal.reason, detail=refusal.detail) if refusal else None,
            confidence=round(answer.confidence, 4),
            short_answer=answer.short_answer,
            answer=answer.text,
            citations=[CitationOut.of(c, ask.collection) for c in answer.citations],
            passages=[PassageOut.of(h, answer.rerank.get(h.chunk.id)) for h in answer.hits],
            conflicts=[ConflictOut.of(c, ask.collection) for c in answer.conflicts],
            index_version=answer.index_version,
            composer=answer.composer,
            models=dict(answer.models),
            timings_ms=_rounded(answer.timings_ms),
            withheld=answer.withheld,
        )


def _rounded(timings: Any) -> dict[str, float]:
    return {stage: round(ms, 2) for stage, ms in timings.items()}
