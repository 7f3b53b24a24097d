"""Documents and collections."""

from typing import Any, Literal

from pydantic import (
    BaseModel,
    Field,
)

from index.store.reader import CollectionRecord
from index.types import Change, DocumentRecord, Outcome
from service.schemas.fields import DocumentId, Strict, Text


class DocumentOut(BaseModel):
    """A document without its text; ``revisions`` are oldest first."""

    id: str
    collection: str
    revision: str
    title: str | None
    metadata: dict[str, Any]
    revisions: list[str]
    characters: int
    chunks: int
    index_version: int
    updated_at: str

    @classmethod
    def of(cls, record: DocumentRecord) -> "DocumentOut":
        """Shape a record."""
        return cls(
            id=record.id,
            collection=record.collection,
            revision=record.revision,
            title=record.title,
            metadata=dict(record.metadata),
            revisions=list(record.revisions),
            characters=record.characters,
            chunks=record.chunks,
            index_version=record.index_version,
            updated_at=record.updated_at,
        )


class StoredOut(DocumentOut):
    """A document with what became of it."""

    outcome: Outcome

    @classmethod
    def of_change(cls, record: DocumentRecord, change: Change) -> "StoredOut":
        """Shape a change."""
        return cls(**DocumentOut.of(record).model_dump(), outcome=change.outcome)


class DocumentIn(Strict):
    """A document's text; ``media_type`` says how its headings are found."""

    text: Text
    metadata: dict[Text, Any] = Field(default_factory=dict)
    id: DocumentId | None = None
    media_type: Literal["text/plain", "text/markdown", "text/html"] = "text/plain"


class FailureOut(BaseModel):
    """A file inside an upload that could not be read."""

    document_id: str
    reason: str


class UploadOut(BaseModel):
    """What became of an upload."""

    documents: list[StoredOut]
    failed: list[FailureOut]
    index_version: int


class DeletedOut(BaseModel):
    """A deleted document; from ``index_version`` on it cannot be retrieved."""

    id: str
    index_version: int


class DeletedCollectionOut(BaseModel):
    """A deleted collection; from ``index_version`` on nothing of it can be retrieved."""

    name: str
    index_version: int


class DocumentList(BaseModel):
    """One page of documents; ``next_cursor`` gets the next one, null at the end."""

    documents: list[DocumentOut]
    next_cursor: str | None


class CollectionOut(BaseModel):
    """A collection; ``index_version`` is that of its last change."""

    name: str
    documents: int
    chunks: int
    index_version: int

    @classmethod
    def of(cls, record: CollectionRecord) -> "CollectionOut":
        """Shape a record."""
        return cls(**record._asdict())


class CollectionList(BaseModel):
    """All collections, by name.

    ``default`` is the one that is meant where a request names none, whether it is there or not.
    """

    collections: list[CollectionOut]
    default: str


class TextOut(BaseModel):
    """A range of a revision's canonical text; indices are code points."""

    document_id: str
    revision: str
    start: int
    end: int
    text: str
