"""The clients, blocking and asynchronous: the same calls, sent one way or the other."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator, Sequence
from contextlib import aclosing, closing
from functools import wraps
from itertools import count
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx
from httpx_sse import EventSource

from service.client import calls
from service.client.calls import Call, Event
from service.client.problems import ProblemError, pause
from service.schemas.answers import AnswerResponse
from service.schemas.documents import DocumentOut

P = ParamSpec("P")
T = TypeVar("T")


def _blocking(build: Callable[P, Call[T]]) -> Callable[Concatenate["Client", P], T]:
    @wraps(build)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> T:
        call = build(*args, **kwargs)
        return call.read(self._send(call))

    return method


def _awaited(build: Callable[P, Call[T]]) -> Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, T]]:
    @wraps(build)
    async def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> T:
        call = build(*args, **kwargs)
        return call.read(await self._send(call))

    return method


def _streaming(
    build: Callable[P, Call[AnswerResponse]],
) -> Callable[Concatenate["Client", P], Generator[Event, None, None]]:
    @wraps(build)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Generator[Event, None, None]:
        call = calls.streamed(build(*args, **kwargs))
        with closing(self._send(call, stream=True)) as response:
            last = None
            for sent in EventSource(response).iter_sse():
                if event := calls.told(sent):
                    yield event
                    last = event
        calls.require_answer(last)

    return method


def _awaited_streaming(
    build: Callable[P, Call[AnswerResponse]],
) -> Callable[Concatenate["AsyncClient", P], AsyncGenerator[Event, None]]:
    @wraps(build)
    async def method(
        self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[Event, None]:
        call = calls.streamed(build(*args, **kwargs))
        async with aclosing(await self._send(call, stream=True)) as response:
            last = None
            async for sent in EventSource(response).aiter_sse():
                if event := calls.told(sent):
                    yield event
                    last = event
        calls.require_answer(last)

    return method


class Client:
    """Calls a Citewise server and waits for it. Thread-safe; close it, or use it as a context.

    Every call may raise ``ProblemError`` for what the server refuses, and ``httpx.TransportError``
    where it is not reached in time. A server that is overloaded, not ready or asked too often
    (503, 429) is asked again after the time that it names.

    Args:
        base_url: The server's address.
        api_key: Sent as a bearer token, if the server wants one.
        timeout: Seconds to wait for a connection, and for each part of a response.
        retries: How often to ask again.
    """

    def __init__(
        self,
        base_url: str = calls.ADDRESS,
        *,
        api_key: str | None = None,
        timeout: float = 60,
        retries: int = 3,
    ) -> None:
        self._http = httpx.Client(base_url=base_url, headers=calls.headers(api_key), timeout=timeout)
        self._retries = retries

    answer = _blocking(calls.answer)
    stream = _streaming(calls.answer)
    search = _blocking(calls.search)
    put_document = _blocking(calls.put_document)
    upload = _blocking(calls.upload)
    documents_page = _blocking(calls.documents_page)
    document = _blocking(calls.document)
    text = _blocking(calls.text)
    delete_document = _blocking(calls.delete_document)
    verify_citations = _blocking(calls.verify_citations)
    feedback = _blocking(calls.feedback)
    submit_feedback = _blocking(calls.submit_feedback)
    feedback_page = _blocking(calls.feedback_page)
    delete_feedback = _blocking(calls.delete_feedback)
    collections = _blocking(calls.collections)
    delete_collection = _blocking(calls.delete_collection)
    live = _blocking(calls.live)
    ready = _blocking(calls.ready)
    version = _blocking(calls.version)

    def documents(
        self, *, filters: Sequence[str] = (), collection: str | None = None
    ) -> Iterator[DocumentOut]:
        """All documents by id, page after page; the arguments are those of ``documents_page``."""
        cursor, more = None, True
        while more:
            page = self.documents_page(filters=filters, collection=collection, cursor=cursor)
            yield from page.documents
            cursor, more = page.next_cursor, page.next_cursor is not None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, call: Call[Any], *, stream: bool = False) -> httpx.Response:
        for attempt in count():
            request = self._http.build_request(call.method, call.path, **call.more)
            response = self._http.send(request, stream=stream)
            if response.is_success:
                break
            response.read()
            seconds = pause(response, attempt)
            if seconds is None or attempt == self._retries:
                raise ProblemError.of(response)
            time.sleep(seconds)
        return response


class AsyncClient:
    """``Client`` for asyncio: each call is awaited, streams and lists are iterated with ``async for``.

    Who leaves a stream before its end closes it at once with ``contextlib.aclosing``.

    Args:
        base_url: The server's address.
        api_key: Sent as a bearer token, if the server wants one.
        timeout: Seconds to wait for a connection, and for each part of a response.
        retries: How often to ask again.
    """

    def __init__(
        self,
        base_url: str = calls.ADDRESS,
        *,
        api_key: str | None = None,
        timeout: float = 60,
        retries: int = 3,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, headers=calls.headers(api_key), timeout=timeout)
        self._retries = retries

    answer = _awaited(calls.answer)
    stream = _awaited_streaming(calls.answer)
    search = _awaited(calls.search)
    put_document = _awaited(calls.put_document)
    upload = _awaited(calls.upload)
    documents_page = _awaited(calls.documents_page)
    document = _awaited(calls.document)
    text = _awaited(calls.text)
    delete_document = _awaited(calls.delete_document)
    verify_citations = _awaited(calls.verify_citations)
    feedback = _awaited(calls.feedback)
    submit_feedback = _awaited(calls.submit_feedback)
    feedback_page = _awaited(calls.feedback_page)
    delete_feedback = _awaited(calls.delete_feedback)
    collections = _awaited(calls.collections)
    delete_collection = _awaited(calls.delete_collection)
    live = _awaited(calls.live)
    ready = _awaited(calls.ready)
    version = _awaited(calls.version)

    async def documents(
        self, *, filters: Sequence[str] = (), collection: str | None = None
    ) -> AsyncIterator[DocumentOut]:
        """All documents by id, page after page; the arguments are those of ``documents_page``."""
        cursor, more = None, True
        while more:
            page = await self.documents_page(filters=filters, collection=collection, cursor=cursor)
            for document in page.documents:
                yield document
            cursor, more = page.next_cursor, page.next_cursor is not None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _send(self, call: Call[Any], *, stream: bool = False) -> httpx.Response:
        for attempt in count():
            request = self._http.build_request(call.method, call.path, **call.more)
            response = await self._http.send(request, stream=stream)
            if response.is_success:
                break
            await response.aread()
            seconds = pause(response, attempt)
            if seconds is None or attempt == self._retries:
                raise ProblemError.of(response)
            await asyncio.sleep(seconds)
        return response
