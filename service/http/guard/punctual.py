"""The server's protocol, with an end to waiting for a request, and a problem body for what is none."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.schemas.problems import Problem

_SECONDS = 10.0


class Punctual(H11Protocol):
    """Closes a connection on which no request has become whole in time.

    uvicorn closes one that is silent after a request; this also ends one that has never sent
    any, or that sends the lines of its head one by one to keep the connection.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Begin to watch a new connection."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the watch."""
        self._timer.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read as HTTP, before any route could."""
        problem = Problem(
            type="about:blank",
            title="Bad Request",
            status=400,
            detail=f"{msg.rstrip('.')}. Send requests of HTTP/1.1, without TLS unless a proxy ends it.",
            instance="",
        )
        headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=problem.model_dump_json(exclude_none=True).encode()),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch(self) -> None:
        self._served, self._was_waiting = self.cycle, self._waits()
        self._timer = self.loop.call_later(_SECONDS, self._look)

    def _look(self) -> None:
        if self._was_waiting and self._waits() and self.cycle is self._served:
            self.transport.close()
        else:
            self._watch()

    def _waits(self) -> bool:
        return self.cycle is None or self.cycle.response_complete
