"""``/v1/citations/verify``: do citations hold what they cite?"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeAlias

from fastapi import APIRouter

from index.errors import DocumentDeleted, DocumentNotFound, RevisionNotFound
from index.store.sqlite import SqliteStore
from service.http.guard.access import Reader
from service.http.responses import PROBLEMS
from service.schemas.citations import (
    CitationIn,
    Reason,
    SourceIn,
    VerifiedCitation,
    VerifiedSource,
    VerifyRequest,
    VerifyResponse,
)
from service.wiring import App

_Fault: TypeAlias = tuple[Reason, str]
_Read: TypeAlias = Callable[[str, str], str | _Fault]

_KEPT = 8


def citations_router(app: App) -> APIRouter:
    """The route that checks citations."""
    router = APIRouter(prefix="/v1/citations", tags=["answers"], responses=PROBLEMS)
    store = app.index.store

    @router.post("/verify")
    def verify(body: VerifyRequest, caller: Reader) -> VerifyResponse:
        """Check that each citation's text stands where it says; one that does not says why."""
        collection = caller.collection(body.collection)
        with store.snapshot() as version:
            # Many citations are of few documents; texts may be large.
            read = lru_cache(_KEPT)(partial(_read, store, collection))
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
