"""The shapes of the contract: what HTTP sends and ``--json`` prints."""

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
)

from index.store.filters import Filters
from index.store.reader import CollectionRecord
from index.text.canonical import canonical
from index.types import Change, DocumentRecord, Hit, Outcome
from service import types
from service.types import Answer, Ask, Citation, ComposerName, Conflict, SearchResult, Source


def _usable_id(given: str) -> str:
    if "\ufffd" in given or not given.isprintable():
        raise ValueError("an id has no control characters, and is UTF-8")
    if given.endswith("/text"):
        raise ValueError("an id does not end in /text, which is the address of a document's text")
    return given


# JSON can escape lone surrogates, which are no text and which nothing can store.
Text = Annotated[str, AfterValidator(canonical)]
# As a client names a document that is there; equal however its characters are composed.
KnownId = Annotated[str, AfterValidator(canonical)]
DocumentId = Annotated[Text, Field(min_length=1, max_length=1000), AfterValidator(_usable_id)]
CollectionName = Annotated[Text, Field(min_length=1, max_length=200)]
Position = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
_Integer = Annotated[StrictInt, Field(ge=-(2**63), lt=2**63)]
_Number = Annotated[StrictFloat, Field(allow_inf_nan=False)]
Scalar = StrictBool | _Integer | _Number | Text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Range(_Strict):
    """Bounds of a filter, within strings or within numbers."""

    gt: Scalar | None = None
    gte: Scalar | None = None
    lt: Scalar | None = None
    lte: Scalar | None = None


FilterValue = Scalar | Annotated[list[Scalar], Field(max_length=1000)] | Range
FilterMap = Annotated[dict[Text, FilterValue], Field(max_length=50)]


class Turn(_Strict):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[Text, Field(max_length=100_000)]


class SearchRequest(_Strict):
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


class DocumentOut(BaseModel):
    """A document without its text; ``revisions`` are oldest first."""

    id: str
    collection: str
    revision: str
    title: str | None
    metadata: dict[str, Any]
    revisions: list[str]
    characters: int
    chunks: int
    index_version: int
    updated_at: str

    @classmethod
    def of(cls, record: DocumentRecord) -> "DocumentOut":
        """Shape a record."""
        return cls(
            id=record.id,
            collection=record.collection,
            revision=record.revision,
            title=record.title,
            metadata=dict(record.metadata),
            revisions=list(record.revisions),
            characters=record.characters,
            chunks=record.chunks,
            index_version=record.index_version,
            updated_at=record.updated_at,
        )


class StoredOut(DocumentOut):
    """A document with what became of it."""

    outcome: Outcome

    @classmethod
    def of_change(cls, record: DocumentRecord, change: Change) -> "StoredOut":
        """Shape a change."""
        return cls(**DocumentOut.of(record).model_dump(), outcome=change.outcome)


class DocumentIn(_Strict):
    """A document's text; ``media_type`` says how its headings are found."""

    text: Text
    metadata: dict[Text, Any] = Field(default_factory=dict)
    id: DocumentId | None = None
    media_type: Literal["text/plain", "text/markdown", "text/html"] = "text/plain"


class FailureOut(BaseModel):
    """A file inside an upload that could not be read."""

    document_id: str
    reason: str


class UploadOut(BaseModel):
    """What became of an upload."""

    documents: list[StoredOut]
    failed: list[FailureOut]
    index_version: int


class DeletedOut(BaseModel):
    """A deleted document; from ``index_version`` on it cannot be retrieved."""

    id: str
    index_version: int


class DeletedCollectionOut(BaseModel):
    """A deleted collection; from ``index_version`` on nothing of it can be retrieved."""

    name: str
    index_version: int


class DocumentList(BaseModel):
    """One page of documents; ``next_cursor`` gets the next one, null at the end."""

    documents: list[DocumentOut]
    next_cursor: str | None


class CollectionOut(BaseModel):
    """A collection; ``index_version`` is that of its last change."""

    name: str
    documents: int
    chunks: int
    index_version: int

    @classmethod
    def of(cls, record: CollectionRecord) -> "CollectionOut":
        """Shape a record."""
        return cls(**record._asdict())


class CollectionList(BaseModel):
    """All collections, by name."""

    collections: list[CollectionOut]


class TextOut(BaseModel):
    """A range of a revision's canonical text; indices are code points."""

    document_id: str
    revision: str
    start: int
    end: int
    text: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, Any]] | None = None


def _rounded(timings: Any) -> dict[str, float]:
    return {stage: round(ms, 2) for stage, ms in timings.items()}
