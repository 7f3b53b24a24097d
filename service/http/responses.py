"""What the API reference says about errors."""

from typing import Any

from service.schemas import Problem

_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "model": Problem, "content": _CONTENT}
    for status, description in {
        401: "The request has no API key, or none that is valid.",
        403: "The key has not the right, or not for this collection.",
        404: "There is no such document, revision, collection or feedback.",
        409: "The index was built with another embedder or chunker.",
        410: "The document was deleted, or the revision has expired.",
        413: "The request or the document is too large.",
        415: "The format is not supported.",
        422: "The request is not valid.",
        429: "Too many requests; `Retry-After` says when to come back, in seconds.",
        503: "The index is not ready or is being written.",
    }.items()
}
