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
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

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


def _in_one_message(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    try:
        return validate(value)
    except ValidationError as error:
        unknown = sorted(set(value) - set(Range.model_fields)) if isinstance(value, dict) else []
        raise PydanticCustomError(
            "filter",
            "{wrong}a filter is a string, a number, true or false, a list of at most 1,000 of these, or an"
            " object of bounds: gt, gte, lt, lte",
            {"wrong": f"{unknown[0]!r} is no bound; " if unknown else ""},
        ) from error


FilterValue = Annotated[
    Scalar | Annotated[list[Scalar], Field(max_length=1000)] | Range, WrapValidator(_in_one_message)
]


FilterMap = Annotated[dict[Text, FilterValue], Field(max_length=50)]
