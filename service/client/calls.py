"""Each call of the API, once: what is sent, and what is made of the response. No input or output.

All paths, parameters and events of the API that the client needs stand here.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Generic, Literal, TypeAlias, TypeVar
from urllib.parse import quote

import httpx
from httpx_sse import ServerSentEvent
from pydantic import BaseModel

from index.store.feedback import Rating
from index.store.filters import Filters
from index.types import Json
from service.client.problems import ProblemError
from service.schemas.answers import (
    AnswerResponse,
    CitationOut,
    DeltaOut,
    PassagesOut,
    SearchResponse,
    SourceOut,
    Turn,
)
from service.schemas.citations import VerifyResponse
from service.schemas.documents import (
    CollectionList,
    CollectionOut,
    DeletedCollectionOut,
    DeletedOut,
    DocumentList,
    DocumentOut,
    StoredOut,
    TextOut,
    UploadOut,
)
from service.schemas.feedback import EvidenceIn, FeedbackIn, FeedbackKept, FeedbackList, OpinionIn
from service.schemas.problems import Problem
from service.types import ComposerName

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
# What a stream tells: the passages, then text and the citations of it in turn, then the whole answer.
Event: TypeAlias = PassagesOut | DeltaOut | CitationOut | AnswerResponse

_EVENTS: Mapping[str, type[Event]] = {
    "passages": PassagesOut,
    "delta": DeltaOut,
    "citation": CitationOut,
    "answer": AnswerResponse,
}
_ERROR = "error"
ADDRESS = "http://127.0.0.1:8000"


def headers(api_key: str | None) -> dict[str, str]:
    """What every request says of its sender."""
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request and how its response is read.

    Attributes:
        read: Makes the result of a successful response.
        more: Query, body and headers, as ``httpx`` takes them.
    """

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    more: Mapping[str, Any] = field(default_factory=dict)


class Ready(BaseModel):
    """A server that can answer."""

    status: str
    index_version: int
    collections: list[str]


def answer(
    question: str,
    *,
    collection: str | None = None,
    filters: Filters | None = None,
    history: Sequence[Turn] = (),
    top_k: int | None = None,
    max_sentences: int | None = None,
    composer: ComposerName | None = None,
) -> Call[AnswerResponse]:
    """Answer a question from the documents, every sentence cited, or say that they do not.

    Args:
        question: In plain words.
        collection: The server's default if it is not given, as everywhere.
        filters: Only documents whose metadata match:
            ``{"source": "NAME", "published_at": {"gte": "2024-01-01"}}``.
        history: The conversation before the question, oldest turn first.
        top_k: Passages to retrieve.
        max_sentences: Most sentences that the answer quotes.
        composer: Who words the answer.
    """
    body = _given(
        question=question,
        collection=collection,
        filters=filters,
        history=[turn.model_dump() for turn in history] or None,
        top_k=top_k,
        max_sentences=max_sentences,
        composer=composer,
    )
    return Call("POST", "/v1/answers", _as(AnswerResponse), {"json": body})


def streamed(call: Call[AnswerResponse]) -> Call[AnswerResponse]:
    """The same answer, to be told while it is made."""
    return Call(call.method, call.path, call.read, {"json": {**call.more["json"], "stream": True}})


def told(event: ServerSentEvent) -> Event | None:
    """What an event of a stream tells; None for one that tells nothing, such as its end.

    Raises:
        ProblemError: Something failed after the answer had begun.
    """
    if event.event == _ERROR:
        raise ProblemError(Problem.model_validate_json(event.data))
    kind = _EVENTS.get(event.event)
    return kind.model_validate_json(event.data) if kind else None


def require_answer(last: Event | None) -> None:
    """Raise ``httpx.RemoteProtocolError`` unless the last event of a stream was the answer."""
    if not isinstance(last, AnswerResponse):
        raise httpx.RemoteProtocolError("The stream ended before the answer was whole.")


def search(
    question: str,
    *,
    collection: str | None = None,
    filters: Filters | None = None,
    top_k: int | None = None,
) -> Call[SearchResponse]:
    """Find the passages nearest to a question; the arguments are those of ``answer``."""
    body = _given(question=question, collection=collection, filters=filters, top_k=top_k)
    return Call("POST", "/v1/search", _as(SearchResponse), {"json": body})


def put_document(
    document_id: str,
    text: str,
    *,
    metadata: Mapping[str, Json] | None = None,
    media_type: Literal["text/plain", "text/markdown", "text/html"] = "text/plain",
    collection: str | None = None,
) -> Call[StoredOut]:
    """Create or replace a document by your own id; the same again changes nothing."""
    body = _given(text=text, metadata=metadata, media_type=media_type)
    return Call(
        "PUT", _document(document_id), _as(StoredOut), {"json": body, **_query(collection=collection)}
    )


def upload(
    name: str,
    file: bytes | BinaryIO,
    *,
    document_id: str | None = None,
    metadata: Mapping[str, Json] | None = None,
    collection: str | None = None,
) -> Call[UploadOut]:
    """Upload a file in any format that the server reads; an archive becomes several documents.

    Args:
        name: The file's name, which tells its format.
        file: What it holds.
        document_id: Its id, if not its name.
        metadata: What is known of it.
        collection: Where it belongs.
    """
    form = _given(id=document_id, metadata=None if metadata is None else json.dumps(metadata))
    more = {"files": {"file": (name, file)}, "data": form, **_query(collection=collection)}
    return Call("POST", "/v1/documents", _as(UploadOut), more)


def documents_page(
    *, filters: Sequence[str] = (), collection: str | None = None, cursor: str | None = None, limit: int = 100
) -> Call[DocumentList]:
    """List documents by id, one page of them.

    Args:
        filters: Only documents whose metadata match all: ``source=NAME``, ``published_at>=2024-01-01``.
        collection: Which one.
        cursor: ``next_cursor`` of the page before.
        limit: Most documents of the page, at most 1,000.
    """
    query = _query(filter=list(filters) or None, collection=collection, cursor=cursor, limit=limit)
    return Call("GET", "/v1/documents", _as(DocumentList), query)


def document(document_id: str, *, collection: str | None = None) -> Call[DocumentOut]:
    """What is known of a document, and its revisions."""
    return Call("GET", _document(document_id), _as(DocumentOut), _query(collection=collection))


def text(
    document_id: str,
    *,
    revision: str | None = None,
    start: int | None = None,
    end: int | None = None,
    collection: str | None = None,
) -> Call[TextOut]:
    """The canonical text of a revision, by default the current one, or a range of its code points."""
    query = _query(revision=revision, start=start, end=end, collection=collection)
    headers = {"Accept": "application/json"}
    return Call("GET", f"{_document(document_id)}/text", _as(TextOut), {**query, "headers": headers})


def delete_document(document_id: str, *, collection: str | None = None) -> Call[DeletedOut]:
    """Delete a document with all its revisions; from the returned version on it is gone."""
    return Call("DELETE", _document(document_id), _as(DeletedOut), _query(collection=collection))


def verify_citations(
    citations: Sequence[CitationOut | SourceOut], *, collection: str | None = None
) -> Call[VerifyResponse]:
    """Check that the cited texts stand where citations, or single sources of them, say."""
    body = _given(citations=[c.model_dump(mode="json") for c in citations], collection=collection)
    return Call("POST", "/v1/citations/verify", _as(VerifyResponse), {"json": body})


def feedback(
    answer_id: str,
    rating: Rating,
    *,
    comment: str | None = None,
    correction: str | None = None,
    evidence: Sequence[EvidenceIn] = (),
) -> Call[FeedbackKept]:
    """Keep what a person says of an answer that the server gave and still remembers.

    Args:
        answer_id: The answer's id.
        rating: Whether it was good.
        comment: Anything.
        correction: The text of a better answer.
        evidence: Where a better answer stands.
    """
    said = OpinionIn(rating=rating, comment=comment, correction=correction, evidence=list(evidence))
    path = f"/v1/answers/{quote(answer_id, safe='')}/feedback"
    return Call("POST", path, _as(FeedbackKept), {"json": said.model_dump(exclude_none=True)})


def submit_feedback(said: FeedbackIn) -> Call[FeedbackKept]:
    """Keep what a person says of an answer that they describe, whether the server remembers it or not."""
    return Call("POST", "/v1/feedback", _as(FeedbackKept), {"json": said.model_dump(exclude_none=True)})


def feedback_page(
    *,
    rating: Rating | None = None,
    collection: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Call[FeedbackList]:
    """List feedback in the order in which it came, a page at a time, as ``documents_page`` does."""
    query = _query(rating=rating, collection=collection, cursor=cursor, limit=limit)
    return Call("GET", "/v1/feedback", _as(FeedbackList), query)


def delete_feedback(feedback_id: str) -> Call[None]:
    """Delete one feedback with every word in it."""
    return Call("DELETE", f"/v1/feedback/{quote(feedback_id, safe='')}", lambda _: None)


def collections() -> Call[list[CollectionOut]]:
    """List the collections, by name."""
    read = _as(CollectionList)
    return Call("GET", "/v1/collections", lambda response: read(response).collections)


def delete_collection(name: str) -> Call[DeletedCollectionOut]:
    """Delete a collection with all its documents and the feedback on its answers."""
    return Call("DELETE", f"/v1/collections/{quote(name, safe='')}", _as(DeletedCollectionOut))


def live() -> Call[None]:
    """Whether the process answers at all."""
    return Call("GET", "/health/live", lambda _: None)


def ready() -> Call[Ready]:
    """Whether the index is open and can be read."""
    return Call("GET", "/health/ready", _as(Ready))


def version() -> Call[str]:
    """The server's version."""
    return Call("GET", "/openapi.json", lambda response: str(response.json()["info"]["version"]))


def _document(document_id: str) -> str:
    return f"/v1/documents/{quote(document_id, safe='')}"


def _as(model: type[M]) -> Callable[[httpx.Response], M]:
    return lambda response: model.model_validate_json(response.content)


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _query(**values: object) -> dict[str, object]:
    return {"params": _given(**values)}
