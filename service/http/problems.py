"""Errors as RFC 9457 problem details, and on OpenAI's addresses as OpenAI's clients read them."""

import logging
import re
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from index.errors import (
    AccessRefused,
    AddressUnusable,
    CitationBroken,
    CitewiseError,
    DocumentDeleted,
    DocumentTooLarge,
    ExtraMissing,
    GeneratorFailed,
    HostRefused,
    IndexDamaged,
    IndexExists,
    IndexLocked,
    IndexMismatch,
    IndexNotBuilt,
    IndexStateError,
    InvalidFilter,
    InvalidInput,
    InvalidQuestion,
    KeyRequired,
    KeysMissing,
    LoadError,
    ModelUnavailable,
    NotFound,
    Overloaded,
    RateLimited,
    ServerUnusable,
    UnsupportedFormat,
)
from service.schemas.problems import Problem

log = logging.getLogger(__name__)

# The first class that fits decides, so the narrow ones stand above the wide ones.
STATUS: tuple[tuple[type[CitewiseError], HTTPStatus], ...] = (
    (DocumentTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UnsupportedFormat, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (LoadError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFound, HTTPStatus.NOT_FOUND),
    (DocumentDeleted, HTTPStatus.GONE),
    (KeyRequired, HTTPStatus.UNAUTHORIZED),
    (HostRefused, HTTPStatus.MISDIRECTED_REQUEST),
    (RateLimited, HTTPStatus.TOO_MANY_REQUESTS),
    (AccessRefused, HTTPStatus.FORBIDDEN),
    (KeysMissing, HTTPStatus.SERVICE_UNAVAILABLE),
    (AddressUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexMismatch, HTTPStatus.CONFLICT),
    (IndexExists, HTTPStatus.CONFLICT),
    (IndexLocked, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexNotBuilt, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexDamaged, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexStateError, HTTPStatus.SERVICE_UNAVAILABLE),
    (Overloaded, HTTPStatus.SERVICE_UNAVAILABLE),
    (ServerUnusable, HTTPStatus.BAD_GATEWAY),
    (GeneratorFailed, HTTPStatus.BAD_GATEWAY),
    (ModelUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (ExtraMissing, HTTPStatus.NOT_IMPLEMENTED),
    (CitationBroken, HTTPStatus.INTERNAL_SERVER_ERROR),
)
_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "5"},
}
# These addresses are for clients that parse OpenAI's errors.
_OPENAI_PATHS = ("/v1/chat/completions", "/v1/models")
# Whoever sends more that is wrong has to look at all of it anyway.
_MOST_PLACES = 20
_OPENAI_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


def install(app: FastAPI) -> None:
    """Make every error of the app a problem body."""
    for kind in (CitewiseError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    # Also within what is put around the routes later, so that its headers are on a fault as well.
    app.add_middleware(ExceptionMiddleware, handlers={Exception: _on_error})


def status_of(error: CitewiseError) -> HTTPStatus:
    """The status that an error of the tree is answered with."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def problem_of(request: Request, error: Exception) -> Problem:
    """What a client is told of an error; one that is a defect is logged under the id that it is told."""
    if isinstance(error, RequestValidationError) and _is_of_another_type(request, error):
        sent = request.headers.get("content-type") or "none"
        detail = f"The body's Content-Type is {sent}. Send application/json."
        return _problem(request, 415, UnsupportedFormat.slug, UnsupportedFormat.title, detail)
    if isinstance(error, RequestValidationError):
        places = [
            {"loc": [p for p in e["loc"] if _is_place(p)], "msg": e["msg"]}
            for e in error.errors()[:_MOST_PLACES]
        ]
        detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in places)
        return _problem(request, 422, InvalidInput.slug, InvalidInput.title, detail, places)
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.BAD_REQUEST:
        detail = f"The body cannot be read ({error.detail}). Send what the API reference at /docs describes."
        places = [{"loc": ["body"], "msg": detail}]
        return _problem(request, 422, InvalidInput.slug, InvalidInput.title, detail, places)
    if isinstance(error, HTTPException):
        phrase = HTTPStatus(error.status_code).phrase
        said = error.detail if error.detail != phrase else f"{phrase}."
        slug = phrase.lower().replace(" ", "-")
        detail = f"{request.method} {request.url.path}: {said}"
        return _problem(request, error.status_code, slug, phrase, detail)
    if isinstance(error, CitewiseError) and not isinstance(error, CitationBroken):
        status = status_of(error)
        wrong = [{"loc": _place_of(request, error), "msg": str(error)}] if status == 422 else None
        return _problem(request, status, error.slug, error.title, str(error), wrong)
    fault = uuid.uuid4().hex[:12]
    log.error("fault %s in %s %s", fault, request.method, request.url.path, exc_info=error)
    detail = f"Something failed here. The log names it as fault {fault}."
    return _problem(request, 500, "internal-error", "Internal error", detail)


def response_to(request: Request, error: Exception) -> JSONResponse:
    """The response that tells of an error."""
    problem = problem_of(request, error)
    headers = {**_HEADERS.get(problem.status, {}), **(getattr(error, "headers", None) or {})}
    if isinstance(error, RateLimited | Overloaded):
        headers["Retry-After"] = str(error.retry_after)
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    if request.url.path.startswith(_OPENAI_PATHS):
        return JSONResponse(openai_error(problem), problem.status, headers)
    body = problem.model_dump(exclude_none=True)
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


def openai_error(problem: Problem) -> dict[str, Any]:
    """A problem as OpenAI's clients read it."""
    kind = "server_error" if problem.status >= 500 else "invalid_request_error"
    return {
        "error": {
            "message": problem.detail,
            "type": _OPENAI_TYPES.get(problem.status, kind),
            "code": problem.type.rsplit("/", 1)[-1].replace("-", "_"),
            "param": None,
        }
    }


def _methods(request: Request) -> list[str]:
    """What an address can be asked, by all of its routes: the router names those of the first."""
    routes = iter_route_contexts(request.app.routes)
    here = [r.methods or () for r in routes if r.matches(request.scope)[0] != Match.NONE]
    methods = set(chain.from_iterable(here))
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _place_of(request: Request, error: CitewiseError) -> list[str]:
    """Where what only the store or the pipeline can judge stands in a request."""
    if isinstance(error, InvalidFilter):
        return ["query", "filter"] if request.method == "GET" else ["body", "filters"]
    if isinstance(error, LoadError):
        return ["body"]
    return ["body", "question"] if isinstance(error, InvalidQuestion) else []


def _is_of_another_type(request: Request, error: RequestValidationError) -> bool:
    """Whether the body was not read as JSON, since it is not called so."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    unread = any(e["loc"] == ("body",) and e["type"] == "model_attributes_type" for e in error.errors())
    return unread and not (kind == "application/json" or kind.endswith("+json"))


def _is_place(part: int | str) -> bool:
    """Whether a part of a location is one of the body's, and not a validator's own name."""
    return isinstance(part, int) or not re.search(r"[\[(]", part)


def _problem(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
) -> Problem:
    return Problem(
        type=f"{request.base_url}problems/{slug}",
        title=title,
        status=status,
        detail=detail,
        instance=quote(request.scope["path"], errors="replace"),
        errors=errors,
    )


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    return response_to(request, error)


async def _on_disconnect(request: Request, error: Exception) -> Response:
    log.debug("the client left during %s %s", request.method, request.url.path)
    return Response(status_code=499)  # nobody reads it but the log
