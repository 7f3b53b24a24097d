"""``/v1/collections``."""

from fastapi import APIRouter

from service.http.guard.access import Admin, Reader
from service.http.responses import PROBLEMS
from service.schemas.documents import CollectionList, CollectionOut, DeletedCollectionOut
from service.wiring import App


def collections_router(app: App) -> APIRouter:
    """Routes for whole collections."""
    router = APIRouter(prefix="/v1/collections", tags=["collections"], responses=PROBLEMS)

    @router.get("")
    def list_collections(caller: Reader) -> CollectionList:
        """List the collections that the key is for, by name."""
        with app.index.store.snapshot():
            records = app.index.store.collections()
        return CollectionList(
            collections=[CollectionOut.of(record) for record in records if caller.sees(record.name)]
        )

    @router.delete("/{name:path}")
    def delete(name: str, caller: Admin) -> DeletedCollectionOut:
        """Delete a collection with all its documents and the feedback on its answers."""
        known = caller.collection(name)
        return DeletedCollectionOut(name=known, index_version=app.builder.delete_collection(known))

    return router
