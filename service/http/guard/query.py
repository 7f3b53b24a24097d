"""A parameter that an address does not have is refused, as an unknown field of a body is."""

from typing import Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError


def _known(request: Request) -> None:
    """Refuse a request whose query names what the API reference does not, such as a misspelt collection.

    Raises:
        RequestValidationError: Naming each.
    """
    if not request.query_params:
        return
    described: dict[str, Any] = request.app.openapi()["paths"][request.scope["route"].path_format]
    parameters = described[request.method.lower()].get("parameters", ())
    known = sorted(p["name"] for p in parameters if p["in"] == "query")
    said = f"This address has no such parameter. It has: {', '.join(known) or 'none'}."
    unknown = sorted(set(request.query_params).difference(known))
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "msg": said} for name in unknown]
        )


KNOWN_QUERY = Depends(_known)
