"""What routes have in common: their errors in the API reference, and conditional requests."""

from typing import Any

from pydantic import BaseModel

from service.schemas.problems import Problem

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "model": Problem, "content": _PROBLEM}
    for status, description in {
        401: "The request has no API key, or none that is valid.",
        403: "The key has not the right, or not for this collection.",
        404: "There is no such document, revision, collection or feedback.",
        408: "Nothing came for half a minute of a request that was not whole.",
        409: "The index was built with another embedder or chunker.",
        410: "The document was deleted, or the revision has expired.",
        413: "The request or the document is too large.",
        415: "The format is not supported.",
        421: "The service does not go by this host name.",
        422: "The request is not valid.",
        429: "Too many requests; `Retry-After` says when to come back, in seconds.",
        503: "The index is not ready or is being written, or too much is asked for; see `Retry-After`.",
    }.items()
}

UNCHANGED = {"description": "It is still the one that `If-None-Match` names."}


def is_current(etag: str, if_none_match: str | None) -> bool:
    """Whether the client has this already; weak and strong tags are compared alike (RFC 9110, 8.8.3.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return "*" in tags or etag.removeprefix("W/") in tags


class OpenAiFault(BaseModel):
    """What went wrong, in OpenAI's words."""

    message: str
    type: str
    code: str
    param: str | None


class OpenAiError(BaseModel):
    """An error on the addresses for OpenAI's clients."""

    error: OpenAiFault


OPENAI_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": PROBLEMS[status]["description"], "model": OpenAiError}
    for status in PROBLEMS
    if status != 410
}
