"""``PUT``, ``POST`` and ``DELETE`` of documents."""

import json
import shutil
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from index.errors import InvalidInput, StorageFailed, UnsupportedFormat
from index.load.files import Source
from index.load.metadata import clean
from index.load.reading import Failure
from index.load.registry import Format, format_of_media_type, require_format
from index.types import Change, Document, Json
from service.http.guard.access import Writer
from service.http.responses import PROBLEMS
from service.schemas.documents import DeletedOut, DocumentIn, FailureOut, StoredOut, UploadOut
from service.schemas.fields import CollectionName, DocumentId, KnownId
from service.serving.admission import Admission
from service.wiring import App

_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "id": {"type": "string", "description": "The document's id, if not the file's name."},
        "metadata": {"type": "string", "description": "A JSON object."},
    },
    "required": ["file"],
}
_ID = TypeAdapter[str](DocumentId)


@dataclass(frozen=True, slots=True)
class _Upload:
    """What a request brought.

    Attributes:
        name: The name that the client gave the file, "" if it gave none.
        id: The id that the client asked for, if it did.
        mark: Put before the data to tell the loader their encoding.
    """

    data: BinaryIO
    name: str
    format: Format
    id: str | None
    metadata: Mapping[str, Json]
    mark: bytes = b""


def uploads_router(app: App, changes: Admission) -> APIRouter:
    """Routes that change documents."""
    router = APIRouter(prefix="/v1/documents", tags=["documents"], responses=PROBLEMS)

    @router.put(
        "/{document_id:path}",
        openapi_extra=_body(raw=True),
        responses={201: {"description": "The document is new.", "model": StoredOut}},
    )
    async def put(
        document_id: str,
        request: Request,
        response: Response,
        caller: Writer,
        collection: CollectionName | None = None,
    ) -> StoredOut:
        """Create or replace a document: JSON text, a file in a form, or the file itself.

        The same text with the same metadata, headings and pages changes nothing. A file that holds several
        documents (an archive, JSON lines) is for `POST`.
        """
        known, name = _valid_id(document_id), caller.collection(collection)
        async with _received(request) as upload:
            if upload.id and _valid_id(upload.id) != known:
                raise InvalidInput(
                    f"The address names {known!r}, and what was sent {upload.id!r}.",
                    "Leave the id to the address.",
                )
            stored = await changes.run(partial(_store, app, name, upload, known, single=True))
        response.status_code = 201 if stored.documents[0].outcome == "added" else 200
        return stored.documents[0]

    @router.post(
        "",
        openapi_extra=_body(raw=False),
        responses={201: {"description": "At least one document is new.", "model": UploadOut}},
    )
    async def post(
        request: Request, response: Response, caller: Writer, collection: CollectionName | None = None
    ) -> UploadOut:
        """Upload one file or JSON text; the id is the given one, the file's name, or made of the text.

        An archive, a mail with attachments or JSON lines become several documents, each
        under `<id>/<its name in there>`; one that cannot be read does not stop the others.
        """
        name = caller.collection(collection)
        async with _received(request) as upload:
            document_id = _valid_id(upload.id or upload.name or _content_id(upload.data))
            stored = await changes.run(partial(_store, app, name, upload, document_id, single=False))
        response.status_code = 201 if any(d.outcome == "added" for d in stored.documents) else 200
        return stored

    @router.delete("/{document_id:path}")
    async def delete(
        document_id: KnownId,
        caller: Writer,
        collection: CollectionName | None = None,
    ) -> DeletedOut:
        """Delete a document with all its revisions; from the returned version on it is gone."""
        version = await changes.run(partial(app.builder.delete, caller.collection(collection), document_id))
        return DeletedOut(id=document_id, index_version=version)

    return router


@asynccontextmanager
async def _received(request: Request) -> AsyncIterator[_Upload]:
    content_type = request.headers.get("content-type", "")
    media_type = _bare(content_type)
    if media_type == _JSON:
        # Off the event loop: it may be large.
        sent = await run_sync(_valid_body, await request.body())
        wanted = _of_media_type(sent.media_type)
        # JSON is UTF-8, whatever encoding a page inside it declares for itself.
        data, metadata = BytesIO(sent.text.encode()), _metadata(sent.metadata)
        yield _Upload(data, "", wanted, sent.id, metadata, BOM_UTF8)
    elif media_type == _MULTIPART:
        async with request.form() as form:
            yield await run_sync(_of_form, form)
    else:
        wanted = _of_media_type(media_type)
        # Off the event loop, as above.
        body: BinaryIO = BytesIO(await request.body())
        text, mark = await run_sync(_in_charset, body, content_type, wanted)
        yield _Upload(text, "", wanted, None, {}, mark)


def _of_form(form: FormData) -> _Upload:
    names = [name for name, _ in form.multi_items()]
    surplus = sorted({name for name in names if name not in _FORM["properties"] or names.count(name) > 1})
    if surplus:
        raise InvalidInput(
            f"The form has a part {surplus[0]!r} that is unknown, or there twice.",
            f"Its parts are {', '.join(_FORM['properties'])}; the collection goes into the address.",
        )
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidInput("The form has no file.", "Send it as the part `file`.")
    name = Path((file.filename or "").replace("\\", "/")).name
    # The name tells more than the type, which many clients guess.
    wanted = require_format(name) if Path(name).suffix else _of_media_type(_bare(file.content_type or ""))
    data, mark = _in_charset(file.file, file.content_type or "", wanted)
    return _Upload(data, name, wanted, _field(form.get("id")), _form_metadata(form.get("metadata")), mark)


def _store(app: App, collection: str, upload: _Upload, document_id: str, *, single: bool) -> UploadOut:
    uploads = app.index.layout.uploads
    try:
        uploads.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=uploads) as folder:
            path = Path(folder, f"upload{upload.format.extensions[0]}")
            with path.open("wb") as file:
                file.write(upload.mark)
                shutil.copyfileobj(upload.data, file)
            loaded = app.sandbox.read(Source(path, document_id, upload.metadata, upload.format))
    except OSError as error:
        raise StorageFailed(
            f"The file for {document_id!r} cannot be kept while it is read ({error.strerror}).",
            "Make room in the data directory, or let it be written.",
        ) from error
    documents = [found for found in loaded if isinstance(found, Document)]
    failures = [found for found in loaded if isinstance(found, Failure)]
    if single and ([d.id for d in documents] != [document_id] or failures):
        raise InvalidInput(
            f"The file for {document_id!r} holds {len(documents) + len(failures)} documents.",
            "Upload it with POST /v1/documents.",
        )
    if not documents:
        reasons = (
            "; ".join(f"{f.document_id}: {f.reason}" for f in failures)
            or "It holds no file that can be read."
        )
        raise UnsupportedFormat(f"Nothing in {document_id!r} could be stored. {reasons}")
    changes = [(d.id, app.builder.put(collection, d)) for d in documents]
    return UploadOut(
        documents=[_stored(app, collection, stored_id, change) for stored_id, change in changes],
        failed=[FailureOut(document_id=f.document_id, reason=f.reason) for f in failures],
        index_version=max(change.index_version for _, change in changes),
    )


def _stored(app: App, collection: str, document_id: str, change: Change) -> StoredOut:
    store = app.index.store
    with store.snapshot():
        return StoredOut.of_change(store.document(collection, document_id), change)


def _bare(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.split(";", maxsplit=1)[0].strip().lower()


def _in_charset(data: BinaryIO, content_type: str, wanted: Format) -> tuple[BinaryIO, bytes]:
    """Text whose type names its charset in UTF-8, with the mark of that; anything else as it is.

    What is of another format by its name is no text, whatever a client guesses.
    """
    header = Message()
    header["content-type"] = content_type
    charset = header.get_content_charset()
    if charset is None or not wanted.media_types[0].startswith("text/"):
        return data, b""
    try:
        return BytesIO(data.read().decode(charset).encode()), BOM_UTF8
    except (LookupError, UnicodeError) as error:
        raise InvalidInput(
            f"The text is not in the charset {charset!r} that its type names ({error}).",
            "Name the right one, or none.",
        ) from error


def _of_media_type(media_type: str) -> Format:
    found = format_of_media_type(media_type)
    if found is None:
        raise UnsupportedFormat(
            f"The media type {media_type or '(none)'!r} is not supported.",
            "Send application/json with the text, or a file in a form as the part `file`.",
        )
    return found


def _valid_id(given: str) -> str:
    try:
        return _ID.validate_python(given)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("id",)} for e in error.errors()]) from error


def _valid_body(body: bytes) -> DocumentIn:
    try:
        return DocumentIn.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from error


def _content_id(data: BinaryIO) -> str:
    digest = sha256(data.read()).hexdigest()[:32]
    data.seek(0)
    return digest


def _field(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _form_metadata(value: object) -> Mapping[str, Json]:
    try:
        metadata = json.loads(value) if isinstance(value, str) and value else {}
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The part `metadata` is not JSON ({error}).", "Send a JSON object.") from error
    if not isinstance(metadata, dict):
        raise InvalidInput("The part `metadata` is no JSON object.", "Send a JSON object.")
    return _metadata(metadata)


def _metadata(given: Mapping[str, Json]) -> Mapping[str, Json]:
    try:
        return clean(given, "metadata")
    except ValueError as error:  # NaN and infinity
        raise InvalidInput(f"The metadata is not JSON ({error}).", "Send finite numbers only.") from error


def _body(*, raw: bool) -> dict[str, Any]:
    content: dict[str, Any] = {
        _JSON: {"schema": DocumentIn.model_json_schema()},
        _MULTIPART: {"schema": _FORM},
    }
    if raw:
        content["*/*"] = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": True, "content": content}}
