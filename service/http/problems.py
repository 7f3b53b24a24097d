"""Errors as RFC 9457 problem details."""

import logging
import uuid
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect

from index.errors import (
    AccessRefused,
    CitationBroken,
    CitewiseError,
    DocumentDeleted,
    DocumentTooLarge,
    HostRefused,
    IndexDamaged,
    IndexExists,
    IndexLocked,
    IndexMismatch,
    IndexNotBuilt,
    IndexStateError,
    InvalidInput,
    KeyRequired,
    KeysMissing,
    LoadError,
    ModelUnavailable,
    NotFound,
    RateLimited,
    ServerUnusable,
    UnsupportedFormat,
)
from service.schemas import Problem

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
    (IndexMismatch, HTTPStatus.CONFLICT),
    (IndexExists, HTTPStatus.CONFLICT),
    (IndexLocked, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexNotBuilt, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexDamaged, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexStateError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ServerUnusable, HTTPStatus.BAD_GATEWAY),
    (ModelUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (CitationBroken, HTTPStatus.INTERNAL_SERVER_ERROR),
)
_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}
# Addresses whose clients read errors as OpenAI words them.
_LIKE_OPENAI = ("/v1/chat/completions", "/v1/models")
_OPENAI_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


def install(app: FastAPI) -> None:
    """Make every error of the app a problem body."""
    app.add_exception_handler(CitewiseError, _on_citewise_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_fault)
    # Also within what is put around the routes later, so that its headers are on a fault as well.
    app.add_middleware(ExceptionMiddleware, handlers={Exception: _on_fault})


def status_of(error: CitewiseError) -> HTTPStatus:
    """The status that an error of the tree is answered with."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def problem_of(request: Request, error: CitewiseError) -> JSONResponse:
    """The response that says an error of the tree."""
    response = _problem(request, status_of(error), error.slug, error.title, str(error))
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _problem(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    errors: list[dict[str, object]] | None = None,
) -> JSONResponse:
    headers = _HEADERS.get(HTTPStatus(status), {})
    if request.url.path.startswith(_LIKE_OPENAI):
        fallback = "invalid_request_error" if status < 500 else "server_error"
        said = {
            "message": detail,
            "type": _OPENAI_TYPES.get(HTTPStatus(status), fallback),
            "code": slug.replace("-", "_"),
            "param": None,
        }
        return JSONResponse({"error": said}, status, headers)
    body = Problem(
        type=f"{request.base_url}problems/{slug}",
        title=title,
        status=status,
        detail=detail,
        instance=request.url.path,
        errors=errors,
    )
    return JSONResponse(
        body.model_dump(exclude_none=True), status, headers, media_type="application/problem+json"
    )


async def _on_citewise_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, CitewiseError) or isinstance(error, CitationBroken):
        return await _on_fault(request, error)
    return problem_of(request, error)


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    places = [{"loc": list(e["loc"]), "msg": e["msg"]} for e in problems]
    detail = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in problems)
    return _problem(request, 422, InvalidInput.slug, InvalidInput.title, detail, places)


async def _on_disconnect(request: Request, error: Exception) -> Response:
    log.debug("the client left during %s %s", request.method, request.url.path)
    return Response(status_code=400)  # nobody reads it


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    phrase = HTTPStatus(status).phrase
    slug = phrase.lower().replace(" ", "-")
    said = error.detail if isinstance(error, HTTPException) and error.detail != phrase else f"{phrase}."
    response = _problem(request, status, slug, phrase, f"{request.method} {request.url.path}: {said}")
    response.headers.update(getattr(error, "headers", None) or {})
    return response


async def _on_fault(request: Request, error: Exception) -> JSONResponse:
    fault = uuid.uuid4().hex[:12]
    log.error("fault %s in %s %s", fault, request.method, request.url.path, exc_info=error)
    return _problem(
        request,
        500,
        "internal-error",
        "Internal error",
        f"Something failed here. The log names it as fault {fault}.",
    )
