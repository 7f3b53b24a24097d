"""``/v1/feedback``: what people say of answers."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from index.store.feedback import Rating
from service.feedback import FeedbackIn, FeedbackKept, FeedbackList, FeedbackOut
from service.http.responses import PROBLEMS
from service.schemas import CollectionName
from service.wiring import App


def feedback_router(app: App) -> APIRouter:
    """Routes for what people say of answers."""
    router = APIRouter(prefix="/v1/feedback", tags=["feedback"], responses=PROBLEMS)
    store = app.index.store

    @router.post("", status_code=201)
    def give(body: FeedbackIn) -> FeedbackKept:
        """Keep what a person says of an answer.

        Quotes that stand in their documents are kept as ranges of them, so their text goes
        with the document. Other words stay until the feedback or the collection is deleted.
        """
        with app.index.writing():
            kept = store.feedback.add(body.collection or app.settings.collection, body.said())
        return FeedbackKept(id=kept.id, created_at=kept.created_at)

    @router.get("")
    def list_feedback(
        collection: CollectionName | None = None,
        rating: Rating | None = None,
        cursor: Annotated[int, Query(ge=0, lt=2**63, description="`next_cursor` of the page before.")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> FeedbackList:
        """List feedback in the order in which it came, a page at a time."""
        name = collection or app.settings.collection
        with store.snapshot():
            store.require_collection(name)
            found = store.feedback.page(name, rating=rating, after=cursor, limit=limit + 1)
            page = found[:limit]
            return FeedbackList(
                feedback=[FeedbackOut.of(feedback, store) for feedback in page],
                next_cursor=str(page[-1].number) if len(found) > limit else None,
            )

    @router.delete("/{feedback_id}", status_code=204)
    def delete(feedback_id: str) -> Response:
        """Delete one feedback with every word in it."""
        with app.index.writing():
            store.feedback.delete(feedback_id)
        return Response(status_code=204)

    return router
