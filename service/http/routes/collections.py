"""``/v1/collections``."""

from functools import partial

from fastapi import APIRouter

from service.http.guard.access import Admin, Reader
from service.http.responses import PROBLEMS
from service.schemas.documents import CollectionList, CollectionOut, DeletedCollectionOut
from service.schemas.fields import KnownId
from service.serving.admission import Admission
from service.wiring import App


def collections_router(app: App, changes: Admission) -> APIRouter:
    """Routes for whole collections."""
    router = APIRouter(prefix="/v1/collections", tags=["collections"], responses=PROBLEMS)

    @router.get("")
    def list_collections(caller: Reader) -> CollectionList:
        """List the collections that the key is for, by name."""
        with app.index.store.snapshot():
            records = app.index.store.collections()
        return CollectionList(
            collections=[CollectionOut.of(record) for record in records if caller.sees(record.name)],
            default=caller.default,
        )

    @router.delete("/{name:path}")
    async def delete(name: KnownId, caller: Admin) -> DeletedCollectionOut:
        """Delete a collection with all its documents and the feedback on its answers."""
        known = caller.collection(name)
        version = await changes.run(partial(app.builder.delete_collection, known))
        return DeletedCollectionOut(name=known, index_version=version)

    return router
