"""``/v1/feedback`` and ``/v1/answers/{id}/feedback``: what people say of answers."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from index.errors import AnswerNotFound
from index.store.feedback import Feedback, Place, Rating, Said
from service.http.guard.access import Admin, Reader
from service.http.responses import PROBLEMS
from service.schemas.feedback import FeedbackIn, FeedbackKept, FeedbackList, FeedbackOut, Name, OpinionIn
from service.schemas.fields import CollectionName
from service.serving.admission import Admission
from service.serving.memory import Memory
from service.serving.metrics import Metrics
from service.wiring import App


def feedback_router(app: App, memory: Memory, metrics: Metrics, changes: Admission) -> APIRouter:
    """Routes for what people say of answers."""
    router = APIRouter(prefix="/v1", tags=["feedback"], responses=PROBLEMS)
    store = app.index.store

    def add(collection: str, said: Said) -> Feedback:
        with app.index.writing():
            return store.feedback.add(collection, said)

    async def keep(collection: str, said: Said) -> FeedbackKept:
        kept = await changes.run(partial(add, collection, said))
        metrics.judged(said.rating)
        return FeedbackKept(id=kept.id, created_at=kept.created_at)

    @router.post("/answers/{answer_id}/feedback", status_code=201)
    async def judge(answer_id: Name, body: OpinionIn, caller: Reader) -> FeedbackKept:
        """Keep what a person says of an answer that this server gave and still remembers.

        What was asked and cited is taken from the answer. It is forgotten when the server stops, or
        10,000 answers later; then `POST /v1/feedback` takes both from the client.
        """
        given = memory.given(answer_id)
        if given is None or not caller.sees(given.collection):
            raise AnswerNotFound(
                f"This server does not remember an answer {answer_id!r}.",
                "Send the question with the feedback to POST /v1/feedback.",
            )
        places = tuple(Place(*place) for place in given.cited)
        return await keep(given.collection, body.of(answer_id, given.question, places))

    @router.post("/feedback", status_code=201)
    async def give(body: FeedbackIn, caller: Reader) -> FeedbackKept:
        """Keep what a person says of an answer.

        Quotes that stand in their documents are kept as ranges of them, so their text goes
        with the document. Other words stay until the feedback or the collection is deleted.
        """
        return await keep(caller.collection(body.collection), body.said())

    @router.get("/feedback")
    def list_feedback(
        caller: Admin,
        collection: CollectionName | None = None,
        rating: Rating | None = None,
        cursor: Annotated[int, Query(ge=0, lt=2**63, description="`next_cursor` of the page before.")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> FeedbackList:
        """List feedback in the order in which it came, a page at a time."""
        name = caller.collection(collection)
        with store.snapshot():
            store.require_collection(name)
            found = store.feedback.page(name, rating=rating, after=cursor, limit=limit + 1)
            page = found[:limit]
            return FeedbackList(
                feedback=[FeedbackOut.of(feedback, store) for feedback in page],
                next_cursor=str(page[-1].number) if len(found) > limit else None,
            )

    @router.delete("/feedback/{feedback_id}", status_code=204)
    async def delete(feedback_id: str, caller: Admin) -> Response:
        """Delete one feedback with every word in it."""

        def erase() -> None:
            with app.index.writing():
                store.feedback.delete(feedback_id, caller.collections)

        await changes.run(erase)
        return Response(status_code=204)

    return router
