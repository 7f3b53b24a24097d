"""``/v1/documents``: what is in the index, and its texts."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from service.excerpt import stop_of
from service.filters import parse_filters
from service.http.guard.access import Reader
from service.http.responses import PROBLEMS, UNCHANGED, is_current
from service.schemas.documents import DocumentList, DocumentOut, TextOut
from service.schemas.fields import CollectionName, KnownId
from service.wiring import App

_NAMED = {"description": "The range of the text.", "content": {"text/plain": {}}, "model": TextOut}


def documents_router(app: App) -> APIRouter:
    """Routes that read documents. Ids may contain ``/``, escaped or not."""
    router = APIRouter(prefix="/v1/documents", tags=["documents"], responses=PROBLEMS)
    store = app.index.store

    @router.get("")
    def list_documents(
        caller: Reader,
        collection: CollectionName | None = None,
        cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        filters: Annotated[
            list[str] | None,
            Query(alias="filter", max_length=50, description="`source=NAME`, `published_at>=2024-01-01`, …"),
        ] = None,
    ) -> DocumentList:
        """List documents by id, a page at a time; only those whose metadata match all filters."""
        name = caller.collection(collection)
        with store.snapshot():
            store.require_collection(name)
            found = store.documents(name, filters=parse_filters(filters), after=cursor, limit=limit + 1)
        page = found[:limit]
        return DocumentList(
            documents=[DocumentOut.of(record) for record in page],
            next_cursor=page[-1].id if len(found) > limit else None,
        )

    @router.get("/{document_id:path}/text", responses={200: _NAMED, 304: UNCHANGED})
    def text(
        document_id: KnownId,
        caller: Reader,
        collection: CollectionName | None = None,
        revision: str | None = None,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int | None, Query(ge=0)] = None,
        accept: Annotated[str, Header()] = "*/*",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """The canonical text of a revision or a range of it: plain, or JSON if that is accepted.

        Without `revision` it is the current one.
        """
        name = caller.collection(collection)
        with store.snapshot():
            document = store.source(name, document_id, revision)
        stop = stop_of(document.text, start, end)
        part = document.text[start:stop]
        shape = "json" if "application/json" in accept else "plain"
        headers = {
            "Citewise-Revision": document.revision,
            "ETag": f'"{document.revision}:{start}-{stop}:{shape}"',
            # A text never changes, but it may have been deleted: ask again before showing it.
            "Cache-Control": "private, no-cache",
            "Vary": "Accept",
        }
        if is_current(headers["ETag"], if_none_match):
            return Response(status_code=304, headers=headers)
        if shape == "json":
            shaped = TextOut(
                document_id=document_id, revision=document.revision, start=start, end=stop, text=part
            )
            return JSONResponse(shaped.model_dump(), headers=headers)
        return PlainTextResponse(part, headers=headers)

    @router.get("/{document_id:path}")
    def document(
        document_id: KnownId, caller: Reader, collection: CollectionName | None = None
    ) -> DocumentOut:
        """What is known of a document, and its revisions."""
        name = caller.collection(collection)
        with store.snapshot():
            return DocumentOut.of(store.document(name, document_id))

    return router
