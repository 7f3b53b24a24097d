"""``/v1/collections``."""

from fastapi import APIRouter

from service.http.responses import PROBLEMS
from service.schemas import CollectionList, CollectionOut, DeletedCollectionOut
from service.wiring import App


def collections_router(app: App) -> APIRouter:
    """Routes for whole collections."""
    router = APIRouter(prefix="/v1/collections", tags=["collections"], responses=PROBLEMS)

    @router.get("")
    def list_collections() -> CollectionList:
        """List the collections, by name."""
        with app.index.store.snapshot():
            records = app.index.store.collections()
        return CollectionList(collections=[CollectionOut.of(record) for record in records])

    @router.delete("/{name:path}")
    def delete(name: str) -> DeletedCollectionOut:
        """Delete a collection with all its documents and the feedback on its answers."""
        return DeletedCollectionOut(name=name, index_version=app.builder.delete_collection(name))

    return router
