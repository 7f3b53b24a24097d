"""``/v1/answers`` and ``/v1/search``."""

from fastapi import APIRouter

from service.http.responses import PROBLEMS
from service.schemas import AnswerRequest, AnswerResponse, SearchRequest, SearchResponse
from service.types import Ask
from service.wiring import App


def answers_router(app: App) -> APIRouter:
    """Routes that ask."""
    router = APIRouter(prefix="/v1", tags=["answers"], responses=PROBLEMS)
    settings = app.settings

    @router.post("/answers")
    def answers(body: AnswerRequest) -> AnswerResponse:
        """Answer a question from the documents, every sentence cited, or say that they do not."""
        ask = Ask(
            question=body.question,
            collection=body.collection or settings.collection,
            filters=body.plain_filters(),
            top_k=body.top_k or settings.top_k,
            max_sentences=body.max_sentences or settings.max_sentences,
            history=body.turns(),
            composer=body.composer or settings.composer,
        )
        return AnswerResponse.of(ask, app.asker.answer(ask))

    @router.post("/search")
    def search(body: SearchRequest) -> SearchResponse:
        """Find the passages nearest to a question."""
        ask = Ask(
            question=body.question,
            collection=body.collection or settings.collection,
            filters=body.plain_filters(),
            top_k=body.top_k or settings.top_k,
        )
        return SearchResponse.of(ask, app.asker.search(ask))

    return router
