"""``/v1/chat/completions`` and ``/v1/models``, as OpenAI's clients expect them."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field

from index.errors import InvalidInput, ModelNotFound
from service.access.rights import Caller
from service.http.guard.access import Reader
from service.http.leaving import while_connected
from service.http.problems import openai_error
from service.http.responses import OPENAI_ERRORS
from service.http.streams import AnswerStream
from service.schemas.answers import AnswerResponse, CitationOut
from service.schemas.fields import CollectionName, KnownId, Text
from service.schemas.problems import Problem
from service.serving.desk import Desk
from service.types import Answer, Ask, Citation, Delta, Event, Passages, Turn
from service.wiring import App

MODEL = "citewise"
_OWNER = "citewise"
_TEXT_PARTS = ("text", "input_text")


class _Lenient(BaseModel):
    # Clients send many settings of sampling, none of which an answer from documents depends on.
    model_config = ConfigDict(extra="ignore")


class ContentPart(_Lenient):
    """A part of a message; only text is read."""

    type: str
    text: Text | None = None


class Message(_Lenient):
    """One message; those of user and assistant are the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[ContentPart], Field(max_length=1000)] | None = None

    def words(self) -> str:
        """Its text.

        Raises:
            InvalidInput: It is the user's and has a part that is no text.
        """
        if not isinstance(self.content, list):
            return self.content or ""
        strange = next((part.type for part in self.content if part.type not in _TEXT_PARTS), None)
        if strange and self.role == "user":
            raise InvalidInput(f"A message has a part of type {strange!r}.", "Send text.")
        return "\n".join(part.text or "" for part in self.content if part.type in _TEXT_PARTS)


class StreamOptions(_Lenient):
    """What a stream ends with."""

    include_usage: bool = False


class ResponseFormat(_Lenient):
    """How the answer is to be written; text alone is."""

    type: Literal["text"] = "text"


class ChatRequest(_Lenient):
    """A conversation whose last message is the question.

    Messages of other roles than user and assistant are not read: documents answer, not instructions.
    Settings of sampling are ignored, since nothing is sampled. ``collection`` is for the model ``citewise``;
    every other one is a collection itself.
    """

    model: Text
    collection: CollectionName | None = None
    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None
    n: Literal[1] | None = None


def chat_router(app: App, desk: Desk) -> APIRouter:
    """Routes for clients that were written for OpenAI."""
    router = APIRouter(prefix="/v1", tags=["chat completions"], responses=OPENAI_ERRORS)
    store = app.index.store

    @router.post(
        "/chat/completions",
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def chat_completions(body: ChatRequest, request: Request, caller: Reader) -> Response:
        """Answer the last message of a conversation; each citation is an annotation.

        An annotation's `start_index` and `end_index` are code points of the content. The whole
        answer, as `/v1/answers` gives it, is in `citewise`.
        """
        ask = _ask(app, body, caller)
        # Off the event loop: a conversation may be long.
        counts = await run_sync(_Usage, app.pipeline.count_tokens, ask)
        if body.stream:
            return _Chunks(request, desk, ask, body, counts)
        answer = await while_connected(request.receive, lambda gone: desk.answer(ask, gone))
        message = {
            "role": "assistant",
            "content": answer.text,
            "refusal": None,
            "annotations": [a for c in answer.citations for a in _annotations(request, ask, c)],
        }
        return JSONResponse(
            {
                "id": f"chatcmpl-{answer.id}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": body.model,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
                "usage": counts.of(answer.text),
                "citewise": AnswerResponse.of(ask, answer).model_dump(mode="json"),
            }
        )

    @router.get("/models")
    def models(caller: Reader) -> dict[str, Any]:
        """The collections that can be asked, each as a model; `citewise` is the default one."""
        with store.snapshot():
            names = [name for name in store.collection_names() if caller.sees(name)]
        return {"object": "list", "data": [_model(name) for name in (MODEL, *map(_model_of, names))]}

    @router.get("/models/{model:path}")
    def model(model: KnownId, caller: Reader) -> dict[str, Any]:
        """One of them."""
        name = _collection(model, None, caller)
        with store.snapshot():
            if name not in (caller.default, *store.collection_names()):
                raise _no_model(model)
        return _model(model)

    return router


def _model_of(collection: str) -> str:
    return f"{MODEL}/{collection}"


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": _OWNER}


def _no_model(name: str) -> ModelNotFound:
    return ModelNotFound(f"There is no model {name!r}.", "GET /v1/models lists what there is.")


def _collection(model: str, named: str | None, caller: Caller) -> str:
    """The collection that a model stands for, or that is named beside a model which stands for none."""
    if model == MODEL:
        return caller.collection(named) if named else caller.default
    of_model = model.removeprefix(f"{MODEL}/")
    if of_model == model:
        raise _no_model(model)
    if named not in (None, of_model):
        raise InvalidInput(
            f"The model {model!r} is another collection than {named!r}.", f"Name one, or the model {MODEL!r}."
        )
    return caller.collection(of_model)


def _ask(app: App, body: ChatRequest, caller: Caller) -> Ask:
    *before, last = body.messages
    if last.role != "user":
        raise InvalidInput(
            f"The last message is the {last.role}'s, so there is no question.",
            "Let the conversation end with a message of the user.",
        )
    settings = app.settings
    return Ask(
        question=last.words(),
        collection=_collection(body.model, body.collection, caller),
        top_k=settings.top_k,
        max_sentences=settings.max_sentences,
        composer=settings.composer,
        history=tuple(Turn(m.role, m.words()) for m in before if m.role in ("user", "assistant")),
    )


def _annotations(request: Request, ask: Ask, citation: Citation) -> Iterator[dict[str, Any]]:
    for source in CitationOut.of(citation, ask.collection).sources:
        yield {
            "type": "url_citation",
            "url_citation": {
                "start_index": citation.start,
                "end_index": citation.end,
                "title": source.title or source.document_id,
                "url": str(request.base_url).rstrip("/") + source.url,
            },
        }


class _Usage:
    """Counts tokens of what was read, as the embedder cuts them, since clients expect a number."""

    def __init__(self, count: Callable[[Sequence[str]], list[int]], ask: Ask) -> None:
        self._count = count
        self._prompt = sum(count([*(turn.content for turn in ask.history), ask.question]))

    def of(self, text: str) -> dict[str, int]:
        (completion,) = self._count([text])
        return {
            "prompt_tokens": self._prompt,
            "completion_tokens": completion,
            "total_tokens": self._prompt + completion,
        }


class _Chunks(AnswerStream):
    """``chat.completion.chunk`` objects, then ``[DONE]``."""

    def __init__(self, request: Request, desk: Desk, ask: Ask, body: ChatRequest, counts: _Usage) -> None:
        super().__init__(request, desk, ask)
        self._model = body.model
        self._counts = counts if body.stream_options and body.stream_options.include_usage else None
        self._created = int(time.time())
        self._id = "chatcmpl-" + uuid.uuid4().hex[:24]

    def told(self, event: Event) -> Iterator[bytes]:
        if isinstance(event, Passages):
            yield self._chunk({"role": "assistant", "content": ""})
        elif isinstance(event, Delta):
            yield self._chunk({"content": event.text})
        elif isinstance(event, Citation):
            yield self._chunk({"annotations": list(_annotations(self._request, self._ask, event))})
        elif isinstance(event, Answer):
            whole = AnswerResponse.of(self._ask, event).model_dump(mode="json")
            yield self._chunk({}, finish_reason="stop", citewise=whole)
            if self._counts:
                yield self._data({**self._head(), "choices": [], "usage": self._counts.of(event.text)})

    def finished(self) -> Iterator[bytes]:
        yield format_sse_event(data_str="[DONE]")

    def failed(self, problem: Problem) -> Iterator[bytes]:
        yield self._data(openai_error(problem))

    def _head(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
        }

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        # Who asks for the usage is told in each chunk but the last that it is not there yet.
        usage = {"usage": None} if self._counts else {}
        return self._data({**self._head(), "choices": [choice], **usage, **more})

    def _data(self, body: dict[str, Any]) -> bytes:
        return format_sse_event(data_str=json.dumps(body, ensure_ascii=False))
