"""The shapes of feedback: what people say of answers."""

from functools import partial
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from index.store.feedback import Feedback, Place, Quotation, Rating, Said
from index.store.reader import Reader
from service.schemas.fields import CollectionName, DocumentId, Position, Strict, Text
from service.types import MAX_QUESTION

_Words = Annotated[Text, Field(min_length=1, max_length=20_000)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]


class EvidenceIn(Strict):
    """Where a better answer stands, in a person's words or copied from the document."""

    document_id: DocumentId
    quote: _Words


class CitedIn(Strict):
    """A place that the answer cited; ``start`` and ``end`` are code points of the revision's text."""

    document_id: DocumentId
    revision: Name
    start: Position
    end: Position

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"start must be below end; given: {self.start} and {self.end}")
        return self

    def place(self) -> Place:
        """As the store keeps it."""
        return Place(self.document_id, self.revision, self.start, self.end)


class OpinionIn(Strict):
    """What a person says of an answer."""

    rating: Rating
    comment: _Words | None = None
    correction: _Words | None = None
    evidence: Annotated[list[EvidenceIn], Field(max_length=100)] = Field(default_factory=list)

    def of(self, answer: str, question: str, cited: tuple[Place, ...] | None) -> Said:
        """As the store keeps it."""
        return Said(
            answer=answer,
            question=question,
            rating=self.rating,
            comment=self.comment,
            correction=self.correction,
            evidence=tuple(Quotation(e.document_id, e.quote) for e in self.evidence),
            cited=cited,
        )


class FeedbackIn(OpinionIn):
    """What a person says of an answer that they describe.

    ``answer`` is the answer's id. ``cited`` is what it cited: an empty list says that it was
    an abstention, leaving it out says nothing.
    """

    answer: Name
    question: Annotated[Text, Field(min_length=1, max_length=MAX_QUESTION)]
    collection: CollectionName | None = None
    cited: Annotated[list[CitedIn], Field(max_length=1000)] | None = None

    def said(self) -> Said:
        """As the store keeps it."""
        places = None if self.cited is None else tuple(map(CitedIn.place, self.cited))
        return self.of(self.answer, self.question, places)


class FeedbackKept(BaseModel):
    """The name of a feedback that is kept."""

    id: str
    created_at: str


class PlaceOut(BaseModel):
    """A range of a revision's text, in code points."""

    document_id: str
    revision: str
    start: int
    end: int

    @classmethod
    def of(cls, place: Place) -> "PlaceOut":
        """Shape a place."""
        return cls(document_id=place.document_id, revision=place.revision, start=place.start, end=place.end)


class EvidenceOut(BaseModel):
    """A quote with its range, which is null where the quote stands in no text.

    The quote of a range is read from the document, and null once that is deleted.
    """

    document_id: str
    quote: str | None
    revision: str | None = None
    start: int | None = None
    end: int | None = None

    @classmethod
    def of(cls, evidence: Place | Quotation, store: Reader, collection: str) -> "EvidenceOut":
        """Shape evidence."""
        if isinstance(evidence, Quotation):
            return cls(document_id=evidence.document_id, quote=evidence.quote)
        place = PlaceOut.of(evidence)
        return cls(**place.model_dump(), quote=store.quote(collection, **place.model_dump()))


class FeedbackOut(FeedbackKept):
    """What a person said of an answer."""

    collection: str
    answer: str
    question: str
    rating: Rating
    comment: str | None
    correction: str | None
    evidence: list[EvidenceOut]
    cited: list[PlaceOut] | None

    @classmethod
    def of(cls, feedback: Feedback, store: Reader) -> "FeedbackOut":
        """Shape a feedback."""
        said = feedback.said
        shape_evidence = partial(EvidenceOut.of, store=store, collection=feedback.collection)
        return cls(
            id=feedback.id,
            created_at=feedback.created_at,
            collection=feedback.collection,
            answer=said.answer,
            question=said.question,
            rating=said.rating,
            comment=said.comment,
            correction=said.correction,
            evidence=[shape_evidence(e) for e in said.evidence],
            cited=None if said.cited is None else [PlaceOut.of(c) for c in said.cited],
        )


class FeedbackList(BaseModel):
    """One page of feedback; ``next_cursor`` gets the next one, null at the end."""

    feedback: list[FeedbackOut]
    next_cursor: str | None
