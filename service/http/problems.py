"""Errors as RFC 9457 problem details."""

import logging
import uuid
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from index.errors import (
    CitationBroken,
    CitewiseError,
    DocumentDeleted,
    DocumentTooLarge,
    ExtraMissing,
    IndexDamaged,
    IndexExists,
    IndexLocked,
    IndexMismatch,
    IndexNotBuilt,
    IndexStateError,
    InvalidInput,
    LoadError,
    ModelUnavailable,
    NotFound,
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
    (IndexMismatch, HTTPStatus.CONFLICT),
    (IndexExists, HTTPStatus.CONFLICT),
    (IndexLocked, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexNotBuilt, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexDamaged, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexStateError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ServerUnusable, HTTPStatus.BAD_GATEWAY),
    (ModelUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (ExtraMissing, HTTPStatus.NOT_IMPLEMENTED),
    (CitationBroken, HTTPStatus.INTERNAL_SERVER_ERROR),
)
_RETRY_AFTER_SECONDS = "5"


def install(app: FastAPI) -> None:
    """Make every error of the app a problem body."""
    app.add_exception_handler(CitewiseError, _on_citewise_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_fault)


def status_of(error: CitewiseError) -> HTTPStatus:
    """The status that an error of the tree is answered with."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def _problem(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    errors: list[dict[str, object]] | None = None,
) -> JSONResponse:
    body = Problem(
        type=f"{request.base_url}problems/{slug}",
        title=title,
        status=status,
        detail=detail,
        instance=request.url.path,
        errors=errors,
    )
    headers = {"Retry-After": _RETRY_AFTER_SECONDS} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return JSONResponse(
        body.model_dump(exclude_none=True), status, headers, media_type="application/problem+json"
    )


async def _on_citewise_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, CitewiseError) or isinstance(error, CitationBroken):
        return await _on_fault(request, error)
    return _problem(request, status_of(error), error.slug, error.title, str(error))


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
