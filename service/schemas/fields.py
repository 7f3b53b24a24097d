"""What fields have in common: texts, names, numbers, filters."""

from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
)

from index.text.canonical import canonical


def _usable_id(given: str) -> str:
    if "\ufffd" in given or not given.isprintable():
        raise ValueError("an id has no control characters, and is UTF-8")
    if {".", ".."} & set(given.split("/")):
        raise ValueError("an id has no part . or .., which an address drops")
    if given.endswith("/text"):
        raise ValueError("an id does not end in /text, which is the address of a document's text")
    return given


# JSON can escape lone surrogates, which are no text and which nothing can store.
Text = Annotated[str, AfterValidator(canonical)]


# As a client names a document that is there; equal however its characters are composed.
KnownId = Annotated[str, AfterValidator(canonical)]


DocumentId = Annotated[Text, Field(min_length=1, max_length=1000), AfterValidator(_usable_id)]


CollectionName = Annotated[Text, Field(min_length=1, max_length=200)]


Position = Annotated[int, Field(strict=True, ge=0, lt=2**63)]


_Integer = Annotated[StrictInt, Field(ge=-(2**63), lt=2**63)]


_Number = Annotated[StrictFloat, Field(allow_inf_nan=False)]


Scalar = StrictBool | _Integer | _Number | Text


class Strict(BaseModel):
    """A body in which an unknown field is an error, not a field that is quietly ignored."""

    model_config = ConfigDict(extra="forbid")


class Range(Strict):
    """Bounds of a filter, within strings or within numbers."""

    gt: Scalar | None = None
    gte: Scalar | None = None
    lt: Scalar | None = None
    lte: Scalar | None = None


FilterValue = Scalar | Annotated[list[Scalar], Field(max_length=1000)] | Range


FilterMap = Annotated[dict[Text, FilterValue], Field(max_length=50)]
