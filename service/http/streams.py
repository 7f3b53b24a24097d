"""Answers that are sent while they are made."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from math import inf

from anyio import EndOfStream, create_memory_object_stream, create_task_group, move_on_after
from fastapi import Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from service.http.leaving import while_connected
from service.http.problems import problem_of
from service.schemas.problems import Problem
from service.serving.desk import Desk
from service.types import Ask, Event

_KEEP_ALIVE_SECONDS = 10
_KEEP_ALIVE = format_sse_event(comment="keep-alive")
# Not for caches, and not to be gathered by a proxy.
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class AnswerStream(Response, ABC):
    """Server-sent events on an answer while it is made.

    It begins with the first event, so that what fails before is an ordinary error, or after ten
    seconds without one. What the client does not take yet is kept, so that a slow one holds up nothing
    but itself.
    """

    media_type = "text/event-stream"

    def __init__(self, request: Request, desk: Desk, ask: Ask) -> None:
        super().__init__()
        self._request = request
        self._desk = desk
        self._ask = ask
        self._begun = False

    @abstractmethod
    def told(self, event: Event) -> Iterator[bytes]:
        """What is sent on an event."""

    @abstractmethod
    def finished(self) -> Iterator[bytes]:
        """What is sent at the end of a whole stream."""

    @abstractmethod
    def failed(self, problem: Problem) -> Iterator[bytes]:
        """What is sent at the end of a stream in which something failed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; raises what fails before it has begun."""
        try:
            await while_connected(receive, lambda gone: self._send(send, gone))
        except ClientDisconnect:
            if not self._begun:
                raise

    async def _send(self, send: Send, gone: threading.Event) -> None:
        # Without bound: an answer is small, and the models do not wait for a slow client.
        source, events = create_memory_object_stream[Event](inf)
        failures: list[Exception] = []

        async def work() -> None:
            with source:
                try:
                    await self._desk.answer(self._ask, gone, source.send_nowait)
                except Exception as error:
                    failures.append(error)

        async def write(parts: Iterator[bytes]) -> None:
            if not self._begun:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                self._begun = True
            for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})

        async with events, create_task_group() as tasks:
            tasks.start_soon(work)
            while True:
                event = None
                with move_on_after(_KEEP_ALIVE_SECONDS):
                    try:
                        event = await events.receive()
                    except EndOfStream:
                        break
                await write(self.told(event) if event else iter([_KEEP_ALIVE]))
        if failures and not self._begun:
            raise failures[0]
        await write(self.failed(problem_of(self._request, failures[0])) if failures else self.finished())
        await send({"type": "http.response.body", "body": b"", "more_body": False})
