"""The shapes of a check of citations: those that are to be checked, and what was found."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.fields import CollectionName, KnownId, Position, Text

Reason = Literal["document_not_found", "revision_not_found", "deleted", "out_of_range", "text_differs"]


class _Lenient(BaseModel):
    # What an answer cited may be sent back as it came.
    model_config = ConfigDict(extra="ignore")


class SourceIn(_Lenient):
    """A place in a document and the text that is cited from it, as an answer's sources are."""

    document_id: KnownId
    revision: Text
    start_char_index: Position
    end_char_index: Position
    cited_text: str


class CitationIn(_Lenient):
    """A citation of an answer."""

    id: Text | None = None
    sources: list[SourceIn] = Field(max_length=100)


class VerifyRequest(BaseModel):
    """Citations as an answer has them, or their sources alone."""

    model_config = ConfigDict(extra="forbid")

    citations: list[CitationIn | SourceIn] = Field(max_length=1000)
    collection: CollectionName | None = None


class VerifiedSource(BaseModel):
    """Whether a place holds the text that is cited from it, and if not, why."""

    document_id: str
    revision: str
    start_char_index: int
    end_char_index: int
    verified: bool
    reason: Reason | None
    detail: str | None


class VerifiedCitation(BaseModel):
    """A citation is verified if every one of its sources is; the reason is the first that fails."""

    id: str | None
    verified: bool
    reason: Reason | None
    detail: str | None
    sources: list[VerifiedSource]


class VerifyResponse(BaseModel):
    """The citations in the order in which they came, all looked up at one version."""

    citations: list[VerifiedCitation]
    index_version: int
