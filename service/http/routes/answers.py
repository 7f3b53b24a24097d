"""``/v1/answers`` and ``/v1/search``."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel

from index.types import sha256_hex
from service.http.guard.access import Reader
from service.http.leaving import while_connected
from service.http.responses import PROBLEMS, UNCHANGED, is_current
from service.http.streams import AnswerStream
from service.schemas.answers import (
    AnswerRequest,
    AnswerResponse,
    CitationOut,
    DeltaOut,
    PassageOut,
    PassagesOut,
    SearchRequest,
    SearchResponse,
)
from service.schemas.problems import Problem
from service.serving.desk import Desk
from service.settings import Settings
from service.types import Answer, Ask, Citation, Delta, Event, Passages

_STREAM = {
    "description": "The answer, or with `stream` server-sent events: `passages` once, `delta` and `citation`"
    " in turn, `answer` (the whole), `done`; after a failure `error` with a problem.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
    "headers": {"ETag": {"description": "Names the answer.", "schema": {"type": "string"}}},
}


def answers_router(settings: Settings, desk: Desk) -> APIRouter:
    """Routes that ask."""
    router = APIRouter(prefix="/v1", tags=["answers"], responses=PROBLEMS)

    @router.post("/answers", response_model=AnswerResponse, responses={200: _STREAM, 304: UNCHANGED})
    async def answers(
        body: AnswerRequest,
        request: Request,
        caller: Reader,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Answer a question from the documents, every sentence cited, or say that they do not.

        Asking changes nothing, so an answer can be asked for again with `If-None-Match`, as with
        GET: while the documents and the configuration are as they were it is 304.
        """
        ask = Ask(
            question=body.question,
            collection=caller.collection(body.collection),
            filters=body.plain_filters(),
            top_k=body.top_k or settings.top_k,
            max_sentences=body.max_sentences or settings.max_sentences,
            history=body.turns(),
            composer=body.composer or settings.composer,
        )
        if body.stream:
            return _Events(request, desk, ask)
        answer = await while_connected(request.receive, lambda gone: desk.answer(ask, gone))
        shaped = AnswerResponse.of(ask, answer)
        # Weak, since it says nothing of the timings.
        headers = {"ETag": f'W/"{sha256_hex(shaped.model_dump_json(exclude={"timings_ms"}))[:32]}"'}
        if is_current(headers["ETag"], if_none_match):
            return Response(status_code=304, headers=headers)
        return JSONResponse(shaped.model_dump(mode="json"), headers=headers)

    @router.post("/search")
    async def search(body: SearchRequest, request: Request, caller: Reader) -> SearchResponse:
        """Find the passages nearest to a question."""
        ask = Ask(
            question=body.question,
            collection=caller.collection(body.collection),
            filters=body.plain_filters(),
            top_k=body.top_k or settings.top_k,
        )
        found = await while_connected(request.receive, lambda _: desk.search(ask))
        return SearchResponse.of(ask, found)

    return router


class _Events(AnswerStream):
    """The contract's events."""

    def told(self, event: Event) -> Iterator[bytes]:
        if isinstance(event, Passages):
            passages = [PassageOut.of(hit, event.rerank.get(hit.chunk.id)) for hit in event.hits]
            yield _event("passages", PassagesOut(passages=passages))
        elif isinstance(event, Delta):
            yield _event("delta", DeltaOut(text=event.text))
        elif isinstance(event, Citation):
            yield _event("citation", CitationOut.of(event, self._ask.collection))
        elif isinstance(event, Answer):
            yield _event("answer", AnswerResponse.of(self._ask, event))

    def finished(self) -> Iterator[bytes]:
        yield format_sse_event(event="done", data_str="{}")

    def failed(self, problem: Problem) -> Iterator[bytes]:
        yield format_sse_event(event="error", data_str=problem.model_dump_json(exclude_none=True))


def _event(name: str, body: BaseModel) -> bytes:
    return format_sse_event(event=name, data_str=body.model_dump_json())
