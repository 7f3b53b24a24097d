"""``/v1/citations/verify``: do citations hold what they cite?"""

from collections.abc import Callable
from functools import cache, partial
from typing import Literal, TypeAlias

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from index.errors import DocumentDeleted, DocumentNotFound, RevisionNotFound
from index.store.sqlite import SqliteStore
from service.http.responses import PROBLEMS
from service.schemas import CollectionName, KnownId, Position, Text
from service.wiring import App

Reason = Literal["document_not_found", "revision_not_found", "deleted", "out_of_range", "text_differs"]
_Fault: TypeAlias = tuple[Reason, str]
_Read: TypeAlias = Callable[[str, str], str | _Fault]


class _Lenient(BaseModel):
    # What an answer cited may be sent back as it came.
    model_config = ConfigDict(extra="ignore")


class SourceIn(_Lenient):
    """A place in a document and the text that is cited from it, as an answer's sources are."""

    document_id: KnownId
    revision: Text
    start_char_index: Position
    end_char_index: Position
    cited_text: str


class CitationIn(_Lenient):
    """A citation of an answer."""

    id: Text | None = None
    sources: list[SourceIn] = Field(max_length=100)


class VerifyRequest(BaseModel):
    """Citations as an answer has them, or their sources alone."""

    model_config = ConfigDict(extra="forbid")

    citations: list[CitationIn | SourceIn] = Field(max_length=1000)
    collection: CollectionName | None = None


class VerifiedSource(BaseModel):
    """Whether a place holds the text that is cited from it, and if not, why."""

    document_id: str
    revision: str
    start_char_index: int
    end_char_index: int
    verified: bool
    reason: Reason | None
    detail: str | None


class VerifiedCitation(BaseModel):
    """A citation is verified if every one of its sources is; the reason is the first that fails."""

    id: str | None
    verified: bool
    reason: Reason | None
    detail: str | None
    sources: list[VerifiedSource]


class VerifyResponse(BaseModel):
    """The citations in the order in which they came, all looked up at one version."""

    citations: list[VerifiedCitation]
    index_version: int


def citations_router(app: App) -> APIRouter:
    """The route that checks citations."""
    router = APIRouter(prefix="/v1/citations", tags=["answers"], responses=PROBLEMS)
    store = app.index.store

    @router.post("/verify")
    def verify(body: VerifyRequest) -> VerifyResponse:
        """Check that each citation's text stands where it says; one that does not says why."""
        collection = body.collection or app.settings.collection
        with store.snapshot() as version:
            # Many citations are of few documents.
            read = cache(partial(_read, store, collection))
            return VerifyResponse(
                citations=[_verified(read, citation) for citation in body.citations], index_version=version
            )

    return router


def _verified(read: _Read, citation: CitationIn | SourceIn) -> VerifiedCitation:
    given = [citation] if isinstance(citation, SourceIn) else citation.sources
    sources = [_source(read, source) for source in given]
    wrong = next((source for source in sources if not source.verified), None)
    return VerifiedCitation(
        id=citation.id if isinstance(citation, CitationIn) else None,
        verified=wrong is None and bool(sources),
        reason=wrong.reason if wrong else None,
        detail=wrong.detail if wrong else None if sources else "It names no source.",
        sources=sources,
    )


def _source(read: _Read, source: SourceIn) -> VerifiedSource:
    reason, detail = _fault(read(source.document_id, source.revision), source)
    place = source.model_dump(exclude={"cited_text"})
    return VerifiedSource(**place, verified=reason is None, reason=reason, detail=detail)


def _fault(text: str | _Fault, source: SourceIn) -> _Fault | tuple[None, None]:
    if not isinstance(text, str):
        return text
    start, end = source.start_char_index, source.end_char_index
    if not start < end <= len(text):
        return (
            "out_of_range",
            f"The range {start}:{end} is not in the text, which has {len(text)} code points.",
        )
    if text[start:end] != source.cited_text:
        return "text_differs", f"The text at {start}:{end} is not the cited one."
    return None, None


def _read(store: SqliteStore, collection: str, document_id: str, revision: str) -> str | _Fault:
    try:
        return store.text(collection, document_id, revision)
    except DocumentNotFound as error:
        return "document_not_found", str(error)
    except RevisionNotFound as error:
        return "revision_not_found", str(error)
    except DocumentDeleted as error:
        return "deleted", str(error)
